"""The outbox: messages that wait for the relay. A message that was sent is deleted at once.

A sender claims a message before it sends it, so that of two services at once only one does. The
claim ends by itself: what a killed service had claimed is sent by the next, under the same
Message-ID. So a message arrives at least once, and twice only where a service was killed between
the relay's yes and the deletion.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    Delete,
    Row,
    Table,
    Update,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Engine

from analytics.contacts.mail.failures import LATE
from analytics.contacts.model import LegalBasis, NoLegalBasis

__all__ = ["LEASE_SECONDS", "Message", "Outbox", "Queued", "Receivers"]

LEASE_SECONDS = 15 * 60
"""Longer than a relay may take for one message, with all its answers late."""

WAITING, SET_ASIDE = "waiting", "set aside"


@dataclass(frozen=True)
class Message:
    """A message that this sender has claimed. `email` is empty where nothing lets it be sent, now
    or from the start; `row` is the ID of what proves that it may be, where its basis has one. Some
    say the same as `html`. It is `late` where the link in it has run out meanwhile."""

    id: str
    receiver: str
    email: str
    legal_basis: str
    row: str
    subject: str
    text: str
    html: str = ""
    late: bool = False


class Receivers(Protocol):
    """Those whom a message can go to: contacts, or our own staff."""

    def address(self, connection: Connection, receiver: str, basis: LegalBasis) -> str | None:
        """Where to write on this legal basis; None where it does not hold now (P8)."""


@dataclass(frozen=True)
class Queued:
    """A message as staff see it: to whom, why and what became of it, and not what it says."""

    id: str
    contact: str
    legal_basis: str
    queued_on: datetime.date
    state: str
    reason: str

    @property
    def is_set_aside(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.state == SET_ASIDE

    @property
    def may_be_tried(self) -> bool:
        """Whether trying it again is of any use: a link that ran out stays so."""
        return self.is_set_aside and self.reason != LATE.words


class Outbox:
    """A table of messages in the records database. Its column `to` says whom each goes to."""

    def __init__(  # noqa: PLR0913  (what it works with)
        self,
        engine: Engine,
        table: Table,
        receivers: Receivers,
        *,
        clock: Callable[[], float],
        today: Callable[[], datetime.date],
        to: str = "contact",
    ) -> None:
        self._engine = engine
        self._table = table
        self._receivers = receivers
        self._clock = clock
        self._today = today
        self._to = table.c[to]

    def put(  # noqa: PLR0913  (the parts of a message)
        self,
        connection: Connection,
        receiver: str,
        basis: LegalBasis,
        *,
        subject: str,
        text: str,
        html: str = "",
    ) -> None:
        """Queue a message, within the caller's transaction. Raises `NoLegalBasis`."""
        if self._receivers.address(connection, receiver, basis) is None:
            raise NoLegalBasis(receiver, basis)
        self._insert(connection, receiver, basis, subject=subject, text=text, html=html)

    def put_nothing(self, connection: Connection) -> None:
        """Queue a message to nobody, so that an unknown address costs as much as a known one."""
        self._insert(connection, None, LegalBasis("request"), subject="", text="")

    def _insert(
        self, connection: Connection, receiver: str | None, basis: LegalBasis, **said: str
    ) -> None:
        values = {
            "id": secrets.token_hex(16),
            self._to.name: receiver,
            "legal_basis": basis.kind,
            "legal_basis_row": basis.row or None,
            "queued_on": self._today(),
            "state": WAITING,
            **{name: words for name, words in said.items() if name in self._table.c},
        }
        connection.execute(insert(self._table).values(values))

    def waiting(self) -> tuple[str, ...]:
        """The IDs of all messages that are to be sent."""
        query = select(self._table.c.id).where(self._table.c.state == WAITING)
        with self._engine.connect() as connection:
            return tuple(connection.scalars(query))

    def counts(self) -> dict[str, int]:
        """How many messages are in each state."""
        query = select(self._table.c.state, func.count()).group_by(self._table.c.state)
        with self._engine.connect() as connection:
            found = {str(state): int(count) for state, count in connection.execute(query)}
        return {WAITING: 0, SET_ASIDE: 0, **found}

    def claim(self, message: str, owner: str) -> Message | None:
        """Take a message for this sender alone; None where another one has it, or had it."""
        columns, now = self._table.c, int(self._clock())
        # A claim that ends later than any can was made by a clock that ran ahead.
        ended = or_(columns.claimed_until <= now, columns.claimed_until > now + LEASE_SECONDS)
        free = or_(columns.claimed_until.is_(None), ended)
        claim = update(self._table).where(columns.id == message, columns.state == WAITING, free)
        lease = {"claimed_by": owner, "claimed_until": now + LEASE_SECONDS}
        with self._engine.begin() as connection:
            if not connection.execute(claim.values(lease)).rowcount:
                return None
            row = connection.execute(select(self._table).where(columns.id == message)).one()
            return self._message(connection, row)

    def _message(self, connection: Connection, row: Row[Any]) -> Message:
        basis = LegalBasis(row.legal_basis, row.legal_basis_row or "")
        receiver = row._mapping[self._to] or ""
        email = self._receivers.address(connection, receiver, basis) or ""
        # What was asked for works for a day, and a day is all that is known of its beginning.
        late = basis.kind == "request" and (self._today() - row.queued_on).days > 1
        html = getattr(row, "html", None) or ""
        said = (row.subject, row.text, html)
        return Message(row.id, receiver, email, basis.kind, basis.row, *said, late=late)

    def remove(self, message: str) -> None:
        """Delete a message; nothing of it is left in the files."""
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.id == message))

    def put_off(self, message: str, owner: str, reason: str) -> None:
        """Let a message wait for another try."""
        self._release(message, owner, {"reason": reason})

    def set_aside(self, message: str, owner: str, reason: str) -> None:
        """Keep a message that cannot be sent, for staff to see, until its time is over."""
        self._release(message, owner, {"state": SET_ASIDE, "reason": reason})

    def try_again(self, connection: Connection, message: str) -> str | None:
        """Let a message that was set aside wait for another try, within the caller's transaction;
        whom it goes to, None where it is not set aside any more."""
        again = update(self._table).values(state=WAITING, reason=None)
        return self._settle(connection, again, message)

    def give_up(self, connection: Connection, message: str) -> str | None:
        """Delete a message that was set aside; else as `try_again`."""
        return self._settle(connection, delete(self._table), message)

    def _settle(self, connection: Connection, change: Update | Delete, message: str) -> str | None:
        columns = self._table.c
        this = and_(columns.id == message, columns.state == SET_ASIDE)
        receiver: str | None = connection.scalar(select(self._to).where(this))
        changed = connection.execute(change.where(this)).rowcount
        return receiver if changed else None

    def withdraw(self, connection: Connection, basis: LegalBasis) -> None:
        """Delete what was queued on a legal basis that ends, within the caller's transaction."""
        columns = self._table.c
        of_it = and_(columns.legal_basis == basis.kind, columns.legal_basis_row == basis.row)
        connection.execute(delete(self._table).where(of_it))

    def troubles(self, receiver: str) -> tuple[str, ...]:
        """Why messages to somebody were not sent so far, each reason once."""
        columns = self._table.c
        query = select(columns.reason).where(self._to == receiver, columns.reason.is_not(None))
        with self._engine.connect() as connection:
            return tuple(connection.scalars(query.distinct().order_by(columns.reason)))

    def _release(self, message: str, owner: str, values: Mapping[str, str]) -> None:
        columns = self._table.c
        mine = and_(columns.id == message, columns.claimed_by == owner)
        free = {"claimed_by": None, "claimed_until": None}
        with self._engine.begin() as connection:
            connection.execute(update(self._table).where(mine).values(**values, **free))

    def queued(self) -> tuple[Queued, ...]:
        """What waits or was set aside, newest first; not what goes to nobody."""
        columns = self._table.c
        shown = (columns[each.name] for each in fields(Queued))
        query = select(*shown)
        query = query.where(self._to.is_not(None))
        query = query.order_by(columns.queued_on.desc(), columns.id)
        with self._engine.connect() as connection:
            return tuple(
                Queued(**{**row._mapping, "reason": row.reason or ""})
                for row in connection.execute(query)
            )
