"""The table `access_log`: each sign-in, each time somebody read contacts or gave them out, before
they did, and each change that somebody made, together with it; and what programs read."""

import secrets
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select, Table, func, insert, select

from policy import Register

__all__ = ["PAGE_SIZE", "READINGS", "AccessLog", "Action", "Entry", "Given", "Named", "legal_bases"]

PAGE_SIZE = 50


class Action(StrEnum):
    """What can be done, in the words that are stored and shown."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    READ_LIST = "read the list of contacts"
    SEARCHED = "searched the contacts"
    READ_CONTACT = "read a contact"
    READ_MAIL = "read which mail waits"
    EXPORTED_CONTACT = "exported a contact"
    EXPORTED_LIST = "exported the list of contacts"
    TOLD_CONTACT = "disclosed a contact"
    CLEARED_SUSPICION = "cleared a suspicion of spam"
    RETRIED_MAIL = "had a message tried again"
    REMOVED_MAIL = "removed a message"
    ADMITTED_PROGRAM = "made a token"
    ENDED_PROGRAM = "revoked a token"
    WROTE_NOTE = "wrote a note beside the figures"
    REMOVED_NOTE = "removed a note beside the figures"
    SHARED_FIGURES = "made a link to figures"
    ENDED_SHARING = "revoked a link to figures"
    READ_FIGURES = "read figures"
    ASKED_DIGESTS = "asked for figures by mail"
    CONFIRMED_DIGESTS = "confirmed where figures are mailed"
    ENDED_DIGESTS = "ended figures by mail"
    WAS_MAILED = "was mailed figures"


READINGS = (Action.READ_LIST, Action.SEARCHED, Action.READ_CONTACT, Action.READ_MAIL)
"""For these, why and on what legal basis is what the register says of the contacts."""

GIVEN_OUT = (Action.EXPORTED_CONTACT, Action.EXPORTED_LIST, Action.TOLD_CONTACT)


class Named(Protocol):
    """Who did it: an account, or a token."""

    @property
    def username(self) -> str: ...


class Given(Protocol):
    """For whom something was given out, why, and on what legal basis."""

    @property
    def legal_basis(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def reason(self) -> str: ...


def legal_bases(register: Register) -> tuple[str, ...]:
    """The legal bases on which something may be given out, as the register lists them."""
    column = register.table("records", "access_log").column("legal_basis")
    return column.options if column else ()


@dataclass(frozen=True)
class Entry:
    """`at` is in seconds since 1970; `contact` is the ID of the one that was read, if one was."""

    at: int
    username: str
    action: str
    contact: str | None = None
    legal_basis: str | None = None
    recipient: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class AccessLog:
    """The table `access_log` of the records database."""

    engine: Engine
    table: Table

    def record(
        self,
        staff: Named,
        action: Action,
        now: int,
        contact: str | None = None,
        given: Given | None = None,
    ) -> None:
        """Write an entry. It is committed when this returns."""
        with self.engine.begin() as connection:
            self.note(connection, staff, action, now, contact, given)

    def record_once(self, staff: Named, action: Action, now: int, seconds: int) -> None:
        """Write an entry, unless there is one of the same in the last so many `seconds`."""
        columns = self.table.c
        same = (columns.username == staff.username) & (columns.action == action)
        query = select(columns.id).where(same & columns.at.between(now - seconds + 1, now)).limit(1)
        with self.engine.begin() as connection:
            if connection.execute(query).first() is None:
                self.note(connection, staff, action, now)

    def note(  # noqa: PLR0913, PLR0917  (the columns of a row)
        self,
        connection: Connection,
        staff: Named,
        action: Action,
        now: int,
        contact: str | None = None,
        given: Given | None = None,
    ) -> None:
        """Write an entry within the caller's transaction, with the change that it tells of."""
        entry = {
            "id": secrets.token_hex(16),
            "at": now,
            "username": staff.username,
            "action": action,
            "contact": contact,
            "legal_basis": given.legal_basis if given else None,
            "recipient": given.recipient if given else None,
            "reason": given.reason if given else None,
        }
        # Where there are no contacts, there are no columns for who read one.
        entry = {name: value for name, value in entry.items() if name in self.table.c}
        connection.execute(insert(self.table).values(entry))

    def read(
        self, page: int, contact: str | None = None, *, given_out: bool = False
    ) -> tuple[Entry, ...]:
        """A page (from 1) of entries, newest first; of one contact only, or only of what was given
        out, where that is asked."""
        columns = self.table.c
        query = select(*(columns[each.name] for each in fields(Entry) if each.name in columns))
        query = self._narrowed(query, contact, given_out=given_out)
        query = query.order_by(columns.at.desc(), columns.id)
        query = query.limit(PAGE_SIZE).offset(PAGE_SIZE * (page - 1))
        with self.engine.connect() as connection:
            return tuple(Entry(**row._mapping) for row in connection.execute(query))

    def count(self, contact: str | None = None, *, given_out: bool = False) -> int:
        """How many entries `read` has on all its pages."""
        query = select(func.count()).select_from(self.table)
        query = self._narrowed(query, contact, given_out=given_out)
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def _narrowed(self, query: Select[Any], contact: str | None, *, given_out: bool) -> Select[Any]:
        columns = self.table.c
        if contact and "contact" in columns:
            query = query.where(columns.contact == contact)
        return query.where(columns.action.in_(GIVEN_OUT)) if given_out else query
