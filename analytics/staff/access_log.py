"""The table `access_log`: each sign-in, and each time somebody read contacts, before they did."""

import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine, Table, func, insert, select

from analytics.staff.accounts import Staff

__all__ = ["PAGE_SIZE", "AccessLog", "Action", "Entry"]

PAGE_SIZE = 50


class Action(StrEnum):
    """What can be done, in the words that are stored and shown."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    READ_LIST = "read the list of contacts"
    SEARCHED = "searched the contacts"
    READ_CONTACT = "read a contact"


@dataclass(frozen=True)
class Entry:
    """`at` is in seconds since 1970; `contact` is the ID of the one that was read, if one was."""

    at: int
    username: str
    action: str
    contact: str | None


@dataclass(frozen=True)
class AccessLog:
    """The table `access_log` of the records database."""

    engine: Engine
    table: Table

    def record(self, staff: Staff, action: Action, now: int, contact: str | None = None) -> None:
        """Write an entry. It is committed when this returns."""
        entry = {
            "id": secrets.token_hex(16),
            "at": now,
            "username": staff.username,
            "action": action,
            "contact": contact,
        }
        with self.engine.begin() as connection:
            connection.execute(insert(self.table).values(entry))

    def read(self, page: int, contact: str | None = None) -> tuple[Entry, ...]:
        """A page (from 1) of entries, newest first; of one contact's only, if one is given."""
        columns = self.table.c
        query = select(columns.at, columns.username, columns.action, columns.contact)
        if contact:
            query = query.where(columns.contact == contact)
        query = query.order_by(columns.at.desc(), columns.id)
        query = query.limit(PAGE_SIZE).offset(PAGE_SIZE * (page - 1))
        with self.engine.connect() as connection:
            return tuple(Entry(*row) for row in connection.execute(query))

    def count(self, contact: str | None = None) -> int:
        """How many entries there are; of one contact's only, if one is given."""
        query = select(func.count()).select_from(self.table)
        if contact:
            query = query.where(self.table.c.contact == contact)
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0
