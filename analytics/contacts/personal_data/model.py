"""What is held about one contact: all of it, to be shown, taken away, corrected and erased."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.contacts.model import Rows
from analytics.contacts.repository import OF_A_CONTACT
from policy import Register
from policy.register import Column
from policy.sentences import day

__all__ = ["Entry", "Fact", "PersonalData", "personal_data"]

HIDDEN = ("id", "contact", "submission", "legal_basis_row", "claimed_by", "claimed_until")
"""Random numbers that only join rows, and who is sending a message just now."""


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
        return day(datetime.date.fromisoformat(self.value))

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
class PersonalData:
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
                for table in OF_A_CONTACT
            },
            "explained": {
                f"{table}.{column.name}": column.holds
                for table in OF_A_CONTACT
                for column in register.table("records", table).columns
                if column.name not in HIDDEN
            },
        }


def personal_data(register: Register, contact: str, found: Rows) -> PersonalData:
    """The rows about a contact as the register explains them."""
    entries = tuple(_entry(register, name, row) for name, row in found.rows)
    return PersonalData(contact, found.email, entries)


def _entry(register: Register, name: str, row: Mapping[Any, Any]) -> Entry:
    facts = tuple(
        Fact(column, "" if row[column.name] is None else str(row[column.name]), _may(column))
        for column in register.table("records", name).columns
        if column.name not in HIDDEN
    )
    return Entry(name, row["id"], facts)


def _may(column: Column) -> bool:
    return column.given_by == "visitor" and column.type == "text"
