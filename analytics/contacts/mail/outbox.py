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
from typing import Any

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
from analytics.contacts.repository import Contacts

__all__ = ["LEASE_SECONDS", "Message", "Outbox", "Queued"]

LEASE_SECONDS = 15 * 60
"""Longer than a relay may take for one message, with all its answers late."""

WAITING, SET_ASIDE = "waiting", "set aside"


@dataclass(frozen=True)
class Message:
    """A message that this sender has claimed. `email` is empty where nothing lets it be sent, now
    or from the start. It is `late` where the link in it has run out meanwhile."""

    id: str
    contact: str
    email: str
    legal_basis: str
    subject: str
    text: str
    late: bool = False


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
    """The table of that name in the records database."""

    def __init__(
        self,
        engine: Engine,
        table: Table,
        contacts: Contacts,
        *,
        clock: Callable[[], float],
        today: Callable[[], datetime.date],
    ) -> None:
        self._engine = engine
        self._table = table
        self._contacts = contacts
        self._clock = clock
        self._today = today

    def put(
        self, connection: Connection, contact: str, basis: LegalBasis, *, subject: str, text: str
    ) -> None:
        """Queue a message to a contact, within the caller's transaction. Raises `NoLegalBasis`."""
        if self._contacts.address(connection, contact, basis) is None:
            raise NoLegalBasis(contact, basis)
        self._insert(connection, contact, basis, subject, text)

    def put_nothing(self, connection: Connection) -> None:
        """Queue a message to nobody, so that an unknown address costs as much as a known one."""
        self._insert(connection, None, LegalBasis("request"), "", "")

    def _insert(
        self,
        connection: Connection,
        contact: str | None,
        basis: LegalBasis,
        subject: str,
        text: str,
    ) -> None:
        values = {
            "id": secrets.token_hex(16),
            "contact": contact,
            "legal_basis": basis.kind,
            "legal_basis_row": basis.row or None,
            "subject": subject,
            "text": text,
            "queued_on": self._today(),
            "state": WAITING,
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
        email = self._contacts.address(connection, row.contact or "", basis)
        # A link to one's own data works for a day, and a day is all that is known of its beginning.
        late = basis.kind == "request" and (self._today() - row.queued_on).days > 1
        contact = row.contact or ""
        return Message(row.id, contact, email or "", basis.kind, row.subject, row.text, late)

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
        the contact that it goes to, None where it is not set aside any more."""
        again = update(self._table).values(state=WAITING, reason=None)
        return self._settle(connection, again, message)

    def give_up(self, connection: Connection, message: str) -> str | None:
        """Delete a message that was set aside; else as `try_again`."""
        return self._settle(connection, delete(self._table), message)

    def _settle(self, connection: Connection, change: Update | Delete, message: str) -> str | None:
        columns = self._table.c
        this = and_(columns.id == message, columns.state == SET_ASIDE)
        contact: str | None = connection.scalar(select(columns.contact).where(this))
        changed = connection.execute(change.where(this)).rowcount
        return contact if changed else None

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
        query = query.where(columns.contact.is_not(None))
        query = query.order_by(columns.queued_on.desc(), columns.id)
        with self._engine.connect() as connection:
            return tuple(
                Queued(**{**row._mapping, "reason": row.reason or ""})
                for row in connection.execute(query)
            )
