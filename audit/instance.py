"""A running service: what its visitors and its operator do to it, and what it keeps."""

from __future__ import annotations

import datetime
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from analytics.service import Service
from analytics.staff.accounts import add_staff
from analytics.visits.model import Dimension
from analytics.visits.store.daily import Daily, Struck
from analytics.visits.store.imported import Cell, Day, Import, Imported
from analytics.visits.store.publications import Publications
from audit.browsers.errors import CannotGoOn
from audit.machine_deeds import Watched, acting_for
from audit.mailbox import Mailbox
from audit.observations import Answer, Arrival, SentRequest
from audit.stored import Stored, Trace
from audit.tables import tables_in
from audit.traces import in_files, in_lines
from policy import Site

__all__ = ["PASSWORD", "Clock", "Instance"]

PASSWORD = "seventeen paper lanterns"  # noqa: S105  (of an account in a database thrown away)

PUT_SECONDS = 20.0
"""For so long the figures that are mailed may take to be put together."""


@dataclass
class Clock:
    """The service's clock, in seconds since 1970: the machine's and ahead of it, or stopped."""

    ahead: float = 0
    stopped: float | None = None

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.stopped if self.stopped is not None else time.time() + self.ahead

    def steady(self) -> float:
        """Seconds that pass: those that are skipped have passed for the service as well."""
        return time.monotonic() + self.ahead


@dataclass
class Instance:
    """One running service. `arrived` is every request that reached it, whatever a browser says."""

    origin: str
    clock: Clock = field(default_factory=Clock)
    arrived: list[SentRequest] = field(default_factory=list)
    came: list[Arrival] = field(default_factory=list)
    """The same, as they came: with all headers, and what was in them."""
    answered: list[Answer] = field(default_factory=list)
    """Every answer that left it."""
    address: str = "127.0.0.1"
    """From where its visitor comes, as far as the service knows."""
    printed: list[str] = field(default_factory=list)
    var: Path | None = None
    site: Site | None = None
    logged: list[str] = field(default_factory=list)
    mailbox: Mailbox = field(default_factory=Mailbox)
    service: Service | None = None
    staff_pages: tuple[str, ...] = ()
    """Those of staff whose addresses name nothing."""
    watched: Watched | None = None

    def purge(self) -> None:
        """Have the service delete what is too old, as it does once an hour."""
        if self.service is not None:
            self._settle()
            with acting_for(self.watched):
                self.service.retention_thread.purge()

    def strike(self) -> None:
        """Leave the hour at hand out of all reports, as an operator may."""
        if self.service is not None and self.service.counter_store is not None:
            today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
            struck = Struck(int(self.clock() // 3_600), today, "The audit's own visits")
            Daily(self.service.counter_store).strike(struck)

    def take_over(self) -> None:
        """Import what another tool had counted on the day before, as an operator may."""
        store = self.service.counter_store if self.service else None
        if store is None or "imports" not in store.database.tables.tables:
            return
        today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
        day = today - datetime.timedelta(days=2)  # Over, whatever the site's time zone is.
        made = Import("before", "Plausible", day, day)
        cells = [Cell("day", day, Dimension.PAGE, "/", 10)]
        Imported(store).add(made, [Day(day, 10, 10)], cells, datetime.UTC)

    def change_pages(self) -> None:
        """Note that pages are other ones than before, as with a new build."""
        store = self.service.counter_store if self.service else None
        if store is None or "published_changes" not in store.database.tables.tables:
            return
        today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
        published = Publications(store)
        for source in ("before", "after"):
            published.take_up({"/": source}, today)

    def mail_figures(self) -> bool:
        """Have the service look which figures are to be mailed, as it does every ten minutes;
        whether any wait to be sent now, or came. What waited before is none of them."""
        service = self.service
        if service is None or service.digests is None or service.staff_sender is None:
            return False
        if not self.mailbox.away:
            self.send_what_waits()
        outbox, taken = service.staff_sender.outbox, len(self.mailbox.letters)
        waiting = sum(outbox.counts().values())
        service.digests.call()
        end = time.monotonic() + PUT_SECONDS
        while time.monotonic() < end:
            if len(self.mailbox.letters) > taken or sum(outbox.counts().values()) > waiting:
                return True
            time.sleep(0.05)
        return False

    def send_what_waits(self) -> None:
        """Have the service send it, and wait for what its own thread is just sending."""
        if self.service is None or self.service.staff_sender is None:
            return
        end = time.monotonic() + PUT_SECONDS
        with acting_for(self.watched):
            while not self.service.staff_sender.round() and time.monotonic() < end:
                time.sleep(0.05)

    def rename(self, table: str, new: str) -> None:
        """Call a table of the records otherwise. Raises CannotGoOn."""
        if self.var is None:
            return
        try:
            with closing(
                sqlite3.connect(self.var / "records.sqlite3", timeout=PUT_SECONDS)
            ) as connection:
                connection.execute(f'ALTER TABLE "{table}" RENAME TO "{new}"')
        except sqlite3.Error as error:
            raise CannotGoOn(f"the records could not be made to refuse: {error}") from None

    def add_staff(self, username: str, *roles: str) -> None:
        """An account to sign in with, its password PASSWORD. Raises RuntimeError for a site that is
        somewhere else."""
        from analytics.storage.database import open_records  # noqa: PLC0415  (only where there is one)

        if self.var is None or self.site is None:
            raise RuntimeError("accounts can be added to a local site only")
        register = self.site.register
        engine = open_records(self.var / "records.sqlite3", register)
        today = datetime.datetime.now(tz=datetime.UTC).date()
        add_staff(engine, register, username, PASSWORD, roles, today)
        engine.dispose()

    def stored(self, given: dict[str, str]) -> Stored | None:
        """What the service keeps by now. `given` is what the visitor gave away, by name: each is
        searched in every file and log line."""
        if self.var is None:
            return None
        self._settle()
        tables = tuple(
            table
            for path in sorted(self.var.glob("*.sqlite3"))
            for table in tables_in(path, self.site.register if self.site else None)
        )
        traces = tuple(self._traces(given))
        deeds = tuple(dict.fromkeys(self.watched.deeds)) if self.watched else ()
        return Stored(tables, traces, tuple(self.logged), self.clock(), deeds)

    def _settle(self) -> None:
        """Have written down what waits in memory, for ten seconds at most."""
        if self.service is not None and self.service.coverage is not None:
            with acting_for(self.watched):
                self.service.coverage.write()

    def _traces(self, given: dict[str, str]) -> Iterator[Trace]:
        if self.var is not None:
            yield from in_files(self.var, given)
        yield from in_lines(self.logged, "the log", given)
        yield from in_lines(self.printed, "what the process prints", given)
