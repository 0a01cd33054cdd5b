"""The contacts: the only module, with those of `_` beside it, that touches their tables.

Forms, staff, personal data, mail and export all go through it, so that what may be read, sent and
erased is decided in one place. What it did is committed, or belongs to the caller's transaction.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Row,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from analytics.contacts import _permissions, _rows, _suspicion
from analytics.contacts._listing import listing
from analytics.contacts.model import (
    AddressTaken,
    Ask,
    Contact,
    LegalBasis,
    Listed,
    NotStored,
    PermissionState,
    Rows,
    Submission,
)
from analytics.storage.erasure import NotErased, erasing
from analytics.web.clock import UnusableClock
from policy.email_addresses import as_kept

__all__ = ["OF_A_CONTACT", "PAGE_SIZE", "Contacts"]

PAGE_SIZE = 25
OF_A_CONTACT = ("submissions", "permissions", "asks", "outbox")
"""The tables whose rows belong to a contact."""


class Contacts:
    """The tables of one records database. `today` is the day at the site; `listed` names the
    columns of submissions that the list of contacts shows."""

    def __init__(
        self,
        engine: Engine,
        tables: MetaData,
        today: Callable[[], datetime.date],
        listed: Sequence[str] = (),
    ) -> None:
        self._engine = engine
        self._tables: Mapping[str, Table] = tables.tables
        self._today = today
        self._listed = tuple(listed)

    # ------------------------------------------------------------------ transactions

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All of it is committed at the end, or none. Raises `NotStored`."""
        with _stored(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _stored(), self._engine.connect() as connection:
            yield connection

    # ------------------------------------------------------------------ what visitors send

    def submit(self, connection: Connection, sent: Submission) -> Ask | None:
        """Store a submission with its contact; the ask for a permission, where one is to be sent.

        The same answers on the same day are stored once: a button can be pressed twice. What a
        program may have sent asks nobody for anything.
        """
        contacts, submissions = self._tables["contacts"], self._tables["submissions"]
        email = as_kept(sent.values["email"])
        contact = _only(connection, contacts, {"email": email})
        answers = {name: text for name, text in sent.values.items() if name in submissions.c}
        row = {
            **{column.name: None for column in submissions.columns if column.nullable},
            "contact": contact,
            "form": sent.form,
            "day": self._today(),
            "suspected_spam": sent.suspected_spam or None,
            "unasked_wording": sent.wording or None if sent.suspected_spam else None,
            "unconfirmed_since": self._today() if sent.only_to_ask else None,
            **{name: text or None for name, text in answers.items()},
        }
        submission = _only(connection, submissions, row)
        if not sent.channel or sent.suspected_spam:
            return None
        return _permissions.ask_once(
            connection, self._tables, contact, submission, sent.wording, self._today()
        )

    # ------------------------------------------------------------------ what may be sent to them

    def address(self, connection: Connection, contact: str, basis: LegalBasis) -> str | None:
        """Where to write on this legal basis; None where it does not hold now (P8)."""
        return connection.execute(_permissions.proof(self._tables, contact, basis)).scalar()

    def permitted(self) -> frozenset[str]:
        """The IDs of the contacts who may be emailed."""
        given = self._tables["permissions"]
        query = select(given.c.contact).where(_permissions.stands(self._tables))
        with self._reading() as connection:
            return frozenset(connection.scalars(query))

    def asked(self, ask: str) -> str | None:
        """The words that an ask is about; None where there is no such ask any more."""
        with self._reading() as connection:
            return connection.execute(_permissions.wording_of(self._tables, ask)).scalar()

    def confirm(self, ask: str) -> PermissionState | None:
        """Take the answer yes; see `_permissions.confirm`. Committed."""
        with self.transaction() as connection:
            return _permissions.confirm(connection, self._tables, ask, self._today())

    def withdraw(self, contact: str) -> None:
        """End every permission of a contact, and every open ask; committed."""
        with self.transaction() as connection:
            _permissions.withdraw(connection, self._tables, contact, self._today())

    # ------------------------------------------------------------------ what staff read, and decide

    def clear_suspicion(
        self, connection: Connection, contact: str, submission: str, *, asks_since: datetime.date
    ) -> Ask | None:
        """Take a submission as sent by a person; see `_suspicion.clear`."""
        return _suspicion.clear(
            connection,
            self._tables,
            contact,
            submission,
            day=self._today(),
            asks_since=asks_since,
        )

    def listed(self, page: int, *, suspected: bool, search: str = "") -> tuple[Listed, ...]:
        """A page (from 1) of contacts, those who wrote last first."""
        query = listing(self._tables, self._listed, suspected=suspected, search=search)
        query = query.limit(PAGE_SIZE).offset(PAGE_SIZE * (page - 1))
        with self._reading() as connection:
            return tuple(self._listed_row(row) for row in connection.execute(query))

    def every(self) -> tuple[Listed, ...]:
        """All contacts that are not suspected, those who wrote last first."""
        query = listing(self._tables, self._listed, suspected=False)
        with self._reading() as connection:
            return tuple(self._listed_row(row) for row in connection.execute(query))

    def count(self, *, suspected: bool, search: str = "") -> int:
        """How many contacts the list has on all its pages."""
        query = listing(self._tables, self._listed, suspected=suspected, search=search)
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(query.subquery())) or 0

    def find(self, contact: str) -> Contact | None:
        """The contact of that ID, if there is one."""
        found = self.rows(contact)
        if found is None:
            return None
        of = {name: [row for each, row in found.rows if each == name] for name in OF_A_CONTACT}
        submissions = [_rows.received(row) for row in of["submissions"]]
        permissions = [_rows.given(row) for row in of["permissions"]]
        permissions += [_rows.asked(row) for row in of["asks"] if row["answer"] is None]
        return Contact(
            contact,
            found.email,
            tuple(sorted(submissions, key=lambda each: each.day, reverse=True)),
            tuple(sorted(permissions, key=lambda each: each.since, reverse=True)),
        )

    def emails(self, contacts: Collection[str]) -> Mapping[str, str]:
        """The addresses of these contacts, by ID."""
        table = self._tables["contacts"]
        query = select(table.c.id, table.c.email).where(table.c.id.in_(contacts))
        with self._reading() as connection:
            return {row.id: row.email for row in connection.execute(query)}

    def _listed_row(self, row: Row[Any]) -> Listed:
        answers = {name: row._mapping[f"answer {name}"] or "" for name in self._listed}
        return Listed(row.id, row.email, row.day, row.form, answers, row.submissions)

    # ------------------------------------------------------------------ what they may do

    def id_of(self, email: str) -> str | None:
        """The ID of the contact with that address. Raises `NotMailable`."""
        contacts = self._tables["contacts"]
        query = select(contacts.c.id).where(contacts.c.email == as_kept(email))
        with self._reading() as connection:
            return connection.execute(query).scalar()

    def rows(self, contact: str) -> Rows | None:
        """Everything about a contact; None where there is nothing, or nothing any more."""
        contacts = self._tables["contacts"]
        with self._reading() as connection:
            query = select(contacts.c.email).where(contacts.c.id == contact)
            email = connection.execute(query).scalar()
            if email is None:
                return None
            found = tuple(
                (name, row._mapping)
                for name in OF_A_CONTACT
                for row in connection.execute(
                    select(self._tables[name]).where(self._tables[name].c.contact == contact)
                )
            )
        return Rows(email, found)

    def move(self, contact: str, email: str) -> None:
        """Store another address; committed, and the old one overwritten.

        A permission was given for the old address, so it ends. Raises `AddressTaken`, `NotStored`,
        `StillThere`.
        """
        contacts, kept = self._tables["contacts"], as_kept(email)
        with self._erasing() as connection:
            holder = select(contacts.c.id).where(contacts.c.email == kept)
            known = connection.execute(holder).scalar()
            if known == contact:
                return
            if known is not None:
                raise AddressTaken
            this = contacts.c.id == contact
            connection.execute(update(contacts).where(this).values(email=kept))
            _permissions.withdraw(connection, self._tables, contact, self._today())
            # Whoever reads mail at the old address may not allow anything for the new one.
            asks = self._tables["asks"]
            connection.execute(delete(asks).where(asks.c.contact == contact))

    def correct(self, submission: str, values: Mapping[str, str]) -> None:
        """Store other answers, by column, in a submission; committed, and the old overwritten."""
        if values:
            sent = self._tables["submissions"]
            kept = {name: text or None for name, text in values.items()}
            with self._erasing() as connection:
                connection.execute(update(sent).where(sent.c.id == submission).values(kept))

    def erase(self, contact: str) -> None:
        """Delete everything about a contact; committed, and gone from the files, on return.

        Raises `NotStored` where nothing was deleted, `StillThere` where bytes of it are left.
        """
        contacts = self._tables["contacts"]
        with self._erasing() as connection:
            for name in reversed(OF_A_CONTACT):
                table = self._tables[name]
                connection.execute(delete(table).where(table.c.contact == contact))
            connection.execute(delete(contacts).where(contacts.c.id == contact))

    @contextmanager
    def _erasing(self) -> Iterator[Connection]:
        """What it deletes is gone from the files. Raises `NotStored`, `StillThere`."""
        with _stored(), erasing(self._engine) as connection:
            yield connection


@contextmanager
def _stored() -> Iterator[None]:
    """Whatever the driver says is `NotStored`: a full disk, a damaged file, a lock held long; and
    a row whose day nobody knows."""
    try:
        yield
    except UnusableClock as error:
        raise NotStored(type(error).__name__) from error
    except NotErased as error:
        raise NotStored(error.kind) from error
    except SQLAlchemyError as error:
        raise NotStored(type(getattr(error, "orig", error)).__name__) from error


def _only(connection: Connection, table: Table, values: Mapping[str, Any]) -> str:
    """The ID of the row that holds exactly `values`, which is made unless it is there."""
    same = and_(*(table.c[name] == value for name, value in values.items()))
    known = connection.execute(select(table.c.id).where(same)).scalar()
    if known is not None:
        return str(known)
    made = secrets.token_hex(16)
    connection.execute(insert(table).values(id=made, **values))
    return made
