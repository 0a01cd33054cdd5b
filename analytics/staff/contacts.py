"""Reading the contacts: who wrote to us, what they sent, what they allowed us to send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, MetaData, Row, Select, func, or_, select

__all__ = ["PAGE_SIZE", "Contact", "Contacts", "Listed", "Permission", "Submission"]

PAGE_SIZE = 25

# What a search looks at besides the email address.
SEARCHED = ("name", "organization")


@dataclass(frozen=True)
class Listed:
    """A contact in the list, with what its newest submission that is not doubtful says."""

    id: str
    email: str
    day: date
    form: str
    name: str | None
    organization: str | None
    submissions: int


@dataclass(frozen=True)
class Submission:
    """What was sent with a form. `answers` maps the register's columns to what was given."""

    form: str
    day: date
    doubt: str | None
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Permission:
    """What a contact allowed; `withdrawn_on` is None while it holds."""

    channel: str
    wording: str
    given_on: date
    withdrawn_on: date | None


@dataclass(frozen=True)
class Contact:
    """Everything that is kept about a contact, newest first."""

    id: str
    email: str
    submissions: tuple[Submission, ...]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True)
class Contacts:
    """The tables of contacts in the records database."""

    engine: Engine
    tables: MetaData

    def listed(self, page: int, *, doubtful: bool, search: str = "") -> tuple[Listed, ...]:
        """A page (from 1) of contacts, those who wrote last first.

        Doubtful are the contacts that sent nothing but doubtful submissions.
        """
        query = self._query(doubtful=doubtful, search=search)
        query = query.limit(PAGE_SIZE).offset(PAGE_SIZE * (page - 1))
        with self.engine.connect() as connection:
            return tuple(Listed(*row) for row in connection.execute(query))

    def every(self) -> tuple[Listed, ...]:
        """All contacts that are not doubtful, those who wrote last first."""
        with self.engine.connect() as connection:
            return tuple(Listed(*row) for row in connection.execute(self._query(doubtful=False)))

    def permitted(self) -> frozenset[str]:
        """The IDs of the contacts who allowed to be written to, and did not take it back. What
        may have been ticked by a program allows nothing, as in `contacts.mail.legal_basis`."""
        given, sent = self.tables.tables["permissions"], self.tables.tables["submissions"]
        query = select(given.c.contact).join(sent, sent.c.id == given.c.submission)
        query = query.where(given.c.withdrawn_on.is_(None), sent.c.doubt.is_(None))
        with self.engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def count(self, *, doubtful: bool, search: str = "") -> int:
        """How many contacts the list has on all its pages."""
        found = self._query(doubtful=doubtful, search=search).subquery()
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(found)) or 0

    def find(self, contact_id: str) -> Contact | None:
        """The contact of that ID, if there is one."""
        contacts, sent = self.tables.tables["contacts"], self.tables.tables["submissions"]
        given = self.tables.tables["permissions"]
        with self.engine.connect() as connection:
            contact = connection.execute(
                select(contacts).where(contacts.c.id == contact_id)
            ).one_or_none()
            if contact is None:
                return None
            submissions = connection.execute(
                select(sent)
                .where(sent.c.contact == contact_id)
                .order_by(sent.c.day.desc(), sent.c.id)
            ).all()
            permissions = connection.execute(
                select(given.c.channel, given.c.wording, given.c.given_on, given.c.withdrawn_on)
                .where(given.c.contact == contact_id)
                .order_by(given.c.given_on.desc(), given.c.id)
            ).all()
        return Contact(
            contact.id,
            contact.email,
            tuple(_submission(row) for row in submissions),
            tuple(Permission(*row) for row in permissions),
        )

    def _query(self, *, doubtful: bool, search: str = "") -> Select[Any]:
        contacts, sent = self.tables.tables["contacts"], self.tables.tables["submissions"]
        clear_first = (sent.c.doubt.is_not(None), sent.c.day.desc(), sent.c.id)
        place = func.row_number().over(partition_by=sent.c.contact, order_by=clear_first)
        submissions = func.count().over(partition_by=sent.c.contact)
        newest = select(*sent.c, place.label("place"), submissions.label("submissions")).subquery()
        columns = newest.c
        query = (
            select(
                contacts.c.id,
                contacts.c.email,
                *(columns[each] for each in ("day", "form", "name", "organization", "submissions")),
            )
            .join(newest, columns.contact == contacts.c.id)
            .where(columns.place == 1)
            .where(columns.doubt.is_not(None) if doubtful else columns.doubt.is_(None))
            .order_by(columns.day.desc(), contacts.c.email)
        )
        if not search:
            return query
        matching = select(sent.c.contact).where(
            or_(*(sent.c[each].icontains(search, autoescape=True) for each in SEARCHED))
        )
        by_email = contacts.c.email.icontains(search, autoescape=True)
        return query.where(or_(by_email, contacts.c.id.in_(matching)))


def _submission(row: Row[Any]) -> Submission:
    own = {"id", "contact", "form", "day", "doubt"}
    answers = {name: value for name, value in row._mapping.items() if name not in own and value}
    return Submission(row.form, row.day, row.doubt, answers)
