"""What is due is put among the messages that wait: each week, month and day once, also where two
services look at the same time, and of a time in which none ran the week and the month that
ended last, and the days of the last week."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from analytics.background import BackgroundTask
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.model import LegalBasis
from analytics.staff.access_log import AccessLog, Action
from analytics.staff.by_mail.addresses import COLUMNS
from analytics.staff.by_mail.alert import Finding, Judging, findings_for
from analytics.staff.by_mail.digest import Digest, digest_of
from analytics.staff.by_mail.due import closed_by, days_due, month_due, month_of, week_due, week_of
from analytics.staff.by_mail.mailing import Mailing
from analytics.staff.by_mail.model import Address, Sent, Wish
from analytics.staff.by_mail.writing import Render, Written, renderer, shortened, written
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.periods import Period
from analytics.storage.schema import metadata
from analytics.web.even_clock import EvenClock
from analytics.web.log import ServiceLog

__all__ = ["Rounds", "open_rounds"]

SECONDS = 600.0
"""How often is looked whether something is due."""


UNEVEN_SECONDS = 60.0
"""The same while the clock has jumped ahead."""


@dataclass
class Memo:
    """What was made for one address, for those who get the same."""

    digests: dict[tuple[Period, tuple[str, ...]], Digest] = field(default_factory=dict)
    judged: dict[date, tuple[Sequence[Finding], int]] = field(default_factory=dict)
    """What is far on a day, and how much more."""


@dataclass(frozen=True)
class Due:
    """Something that is due to an address, before which `before` was sent or judged."""

    address: Address
    wish: Wish
    before: date
    first: date
    write: Callable[[], Written | None]
    """None where there is nothing to say, so that no message goes out."""


@dataclass(frozen=True)
class Rounds:
    """Looks what is due, and has it sent."""

    counted: Counted
    mailing: Mailing
    access_log: AccessLog
    render: Render
    is_even: Callable[[], bool]
    """Whether the clock may be believed: a week that is mailed before its end has too little in it,
    and is not mailed again."""

    def step(self) -> float:
        """Queue all that is due; after how many seconds to look again. Raises what the first
        failure raised, after all were tried: no address keeps the others back."""
        if not self.is_even():
            return UNEVEN_SECONDS
        closed = closed_by(self.counted.now, self.counted.zone)
        failure: Exception | None = None
        memo = Memo()
        for address in self.mailing.addresses.all():
            for due in self._due(address, closed, memo):
                try:
                    self._queue(due)
                except Exception as error:
                    failure = failure or error
        if failure is not None:
            raise failure
        return SECONDS

    def _due(self, address: Address, closed: Sent, memo: Memo) -> Iterator[Due]:
        if not self.mailing.addresses.may_read(address.roles):
            return
        sent, wishes = address.sent, address.wishes
        if Wish.WEEK in wishes and week_due(closed.week, sent.week):
            write = partial(self._digest, address, week_of(closed.week), memo)
            yield Due(address, Wish.WEEK, sent.week, closed.week, write)
        if Wish.MONTH in wishes and month_due(closed.month, sent.month):
            write = partial(self._digest, address, month_of(closed.month), memo)
            yield Due(address, Wish.MONTH, sent.month, closed.month, write)
        before = sent.day
        for day in days_due(closed.day, sent.day) if Wish.UNUSUAL in wishes else ():
            write_alert = partial(self._alert, address, day, memo)
            yield Due(address, Wish.UNUSUAL, before, day, write_alert)
            before = day

    def _queue(self, due: Due) -> None:
        """Note that it was sent, with the message, or neither. Another service that was first keeps
        this one from it."""
        address, message = due.address, due.write()
        basis = LegalBasis("permission", f"{address.id} {due.wish}")
        with self.mailing.addresses.engine.begin() as connection:
            taken = self.mailing.addresses.take(
                connection, address, COLUMNS[due.wish], due.before, due.first
            )
            if not taken or message is None:
                return
            said = {"subject": message.subject, "text": message.text, "html": message.html}
            self.mailing.outbox.put(connection, address.account, basis, **said)
            self.access_log.note(connection, address, Action.WAS_MAILED, self.counted.now)
        self.mailing.sender.call()

    def _digest(self, address: Address, period: Period, memo: Memo) -> Written:
        key = (period, address.roles)
        if key not in memo.digests:
            memo.digests[key] = digest_of(self.counted, period, address.roles)
        digest = memo.digests[key]
        subject = f"{self.mailing.said['name']}: {digest.visits}, {digest.name}"
        return self._written("digest", subject, address, digest=digest, path=digest.path)

    def _alert(self, address: Address, day: date, memo: Memo) -> Written | None:
        """What is far from its usual on a day, of what may be told; None where nothing is."""
        if day not in memo.judged:
            judging = Judging(self.counted, day)
            memo.judged[day] = (judging.findings(), judging.more())
        findings, more = memo.judged[day]
        found = findings_for(findings, self.counted, address.roles)
        if not found:
            return None
        others = len(found) - 1 + more
        name = self.mailing.said["name"]
        subject = f"{name}: {shortened(found[0].what)} {found[0].direction}"
        subject += f", and {others} more" if others else ""
        path = f"/staff/reports/?from={day}&to={day}"
        said: dict[str, Any] = {"path": path, "findings": found, "more": more, "day": day}
        return self._written("unusual", subject, address, **said)

    def _written(
        self, template: str, subject: str, address: Address, *, path: str, **values: Any
    ) -> Written:
        mailing = self.mailing
        stop = f"{mailing.url}{mailing.links.to_stop(address.id)}"
        values |= {**mailing.said, "address": address, "stop": stop, "link": mailing.url + path}
        return written(self.render, template, subject, **values)


def open_rounds(  # noqa: PLR0913, PLR0917  (what all parts share)
    counted: Counted,
    records: Engine,
    keys: tuple[bytes, ...],
    sender: MailSender,
    root: Path,
    log: ServiceLog,
) -> BackgroundTask | None:
    """What looks again and again whether something is due, for the site in `root`."""
    site = counted.site
    mailing = Mailing.of(site, records, keys, sender)
    if mailing is None:
        return None
    access_log = AccessLog(records, metadata(site.register, "records").tables["access_log"])
    render = renderer(root, site, counted.pages.asset)
    # A machine that lost its time is set right soon after a start.
    is_even = EvenClock(counted.clock, counted.clock.steady, known=False)
    rounds = Rounds(counted, mailing, access_log, render, is_even)
    return BackgroundTask("digests", rounds.step, log, clock=counted.clock)
