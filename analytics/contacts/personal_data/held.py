"""What is held about one contact: all of it, to be shown, taken away, corrected and erased."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Table, Update, delete, select, update

from analytics.storage.retention import forget_log
from analytics.storage.schema import metadata
from policy import Register
from policy.register import Column

__all__ = ["AddressTaken", "Entry", "Fact", "Holding", "Own"]

PARTS = ("submissions", "permissions", "outbox")
"""The tables whose rows belong to a contact."""

HIDDEN = ("id", "contact", "submission", "ground_row")
"""Random numbers that only join rows."""


class AddressTaken(Exception):
    """Another contact has this address already. Nothing was changed."""


@dataclass(frozen=True)
class Fact:
    """One value. `correctable` where the person gave it."""

    column: Column
    value: str
    correctable: bool

    @property
    def words(self) -> str:
        """The value as people read it: a day in words."""
        if self.column.type != "date" or not self.value:
            return self.value
        day = datetime.date.fromisoformat(self.value)
        return f"{day:%B} {day.day}, {day.year}"

    @property
    def label(self) -> str:
        """Its name, as the privacy page has it."""
        return self.column.label or self.column.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Entry:
    """A row: a submission, a permission, a message that waits."""

    table: str
    id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Holding:
    """Everything that is held about a contact."""

    contact: str
    email: str
    entries: tuple[Entry, ...]

    def of(self, table: str) -> tuple[Entry, ...]:
        """The rows of one table."""
        return tuple(entry for entry in self.entries if entry.table == table)

    def submission(self, submission: str) -> Entry | None:
        """The submission of that ID, if it is this contact's."""
        return next((entry for entry in self.of("submissions") if entry.id == submission), None)

    def as_json(self, register: Register) -> dict[str, Any]:
        """The same for programs (GDPR, Article 20), with the register's own explanations."""
        return {
            "register": register.version,
            "email": self.email,
            **{
                table: [
                    {fact.column.name: fact.value or None for fact in entry.facts}
                    for entry in self.of(table)
                ]
                for table in PARTS
            },
            "explained": {
                f"{table}.{column.name}": column.holds
                for table in PARTS
                for column in register.table("records", table).columns
                if column.name not in HIDDEN
            },
        }


class Own:
    """The tables of the records database, as far as one contact is concerned."""

    def __init__(self, engine: Engine, register: Register) -> None:
        self._engine = engine
        self._register = register
        self._tables: Mapping[str, Table] = metadata(register, "records").tables

    def contact_of(self, email: str) -> str | None:
        """The ID of the contact with that address."""
        contacts = self._tables["contacts"]
        query = select(contacts.c.id).where(contacts.c.email == email.strip().lower())
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def read(self, contact: str) -> Holding | None:
        """Everything about a contact; None where there is nothing, or nothing any more."""
        contacts = self._tables["contacts"]
        with self._engine.connect() as connection:
            query = select(contacts.c.email).where(contacts.c.id == contact)
            email = connection.execute(query).scalar()
            if email is None:
                return None
            rows = [
                (name, row._mapping)
                for name in PARTS
                for row in connection.execute(
                    select(self._tables[name]).where(self._tables[name].c.contact == contact)
                )
            ]
        return Holding(contact, email, tuple(self._entry(name, row) for name, row in rows))

    def _entry(self, name: str, row: Mapping[Any, Any]) -> Entry:
        columns = self._register.table("records", name).columns
        facts = tuple(
            Fact(column, "" if row[column.name] is None else str(row[column.name]), _may(column))
            for column in columns
            if column.name not in HIDDEN
        )
        return Entry(name, row["id"], facts)

    def move(self, holding: Holding, email: str, day: datetime.date) -> None:
        """Store another address; committed, and the old one overwritten.

        A permission was given for the old address, so it ends. Raises `AddressTaken`.
        """
        if email == holding.email:
            return
        contacts = self._tables["contacts"]
        with self._engine.begin() as connection:
            taken = select(contacts.c.id).where(contacts.c.email == email)
            if connection.execute(taken).first():
                raise AddressTaken
            this = contacts.c.id == holding.contact
            connection.execute(update(contacts).where(this).values(email=email))
            connection.execute(self._withdrawal(holding.contact, day))
        forget_log(self._engine)

    def correct(self, entry: Entry, values: Mapping[str, str]) -> None:
        """Store other values, by column, in a submission; committed, and the old overwritten."""
        may = {fact.column.name for fact in entry.facts if fact.correctable}
        kept = {name: value or None for name, value in values.items() if name in may}
        if kept:
            sent = self._tables["submissions"]
            with self._engine.begin() as connection:
                connection.execute(update(sent).where(sent.c.id == entry.id).values(**kept))
            forget_log(self._engine)

    def withdraw(self, contact: str, day: datetime.date) -> None:
        """End every permission of a contact, from now on; committed."""
        with self._engine.begin() as connection:
            connection.execute(self._withdrawal(contact, day))

    def _withdrawal(self, contact: str, day: datetime.date) -> Update:
        given = self._tables["permissions"]
        standing = (given.c.contact == contact, given.c.withdrawn_on.is_(None))
        return update(given).where(*standing).values(withdrawn_on=day)

    def erase(self, contact: str) -> None:
        """Delete everything about a contact; committed, and overwritten in the files."""
        with self._engine.begin() as connection:
            for name in ("outbox", "permissions", "submissions"):
                table = self._tables[name]
                connection.execute(delete(table).where(table.c.contact == contact))
            contacts = self._tables["contacts"]
            connection.execute(delete(contacts).where(contacts.c.id == contact))
        forget_log(self._engine)


def _may(column: Column) -> bool:
    return column.given_by == "visitor" and column.type == "text"
