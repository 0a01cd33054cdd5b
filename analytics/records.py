"""The records database: contacts, what they sent, and what they permitted.

It shares no key with the counters, keeps no time finer than a day, and its rows have random keys
and no row numbers: nothing in it tells in which order visitors came.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select

from policy import Register
from policy.tables import metadata

__all__ = ["Submission", "open_records", "store"]


@dataclass(frozen=True)
class Submission:
    """A valid answer to a form. `wording` is what stood beside the ticked permission box.

    `doubt` says why a program may have sent it; empty when nothing does.
    """

    form: str
    day: datetime.date
    values: Mapping[str, str]
    channel: str = ""
    wording: str = ""
    doubt: str = ""


def open_records(path: Path, register: Register) -> Engine:
    """The records database at `path`, with exactly the tables that the register declares."""
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _take_turns)
    metadata(register, "records").create_all(engine)
    return engine


def _durable(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # `_take_turns` begins transactions, not the driver
    # FULL: what has been committed outlives a power cut, not only a crash of ours.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _take_turns(connection: Connection) -> None:
    # Taking the write lock first keeps two submissions from making one contact twice.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def store(engine: Engine, register: Register, submission: Submission) -> None:
    """Store a submission with its contact and permission; committed on return."""
    tables = metadata(register, "records").tables
    with engine.begin() as connection:
        contact = _contact(connection, tables["contacts"], submission.values["email"])
        columns = set(tables["submissions"].columns.keys())
        connection.execute(
            insert(tables["submissions"]).values(
                id=_random_id(),
                contact=contact,
                form=submission.form,
                day=submission.day,
                doubt=submission.doubt or None,
                **{
                    name: value
                    for name, value in submission.values.items()
                    if value and name in columns
                },
            )
        )
        if submission.channel:
            _permit(connection, tables["permissions"], contact, submission)


def _contact(connection: Connection, contacts: Table, email: str) -> str:
    address = _same_address(email)
    known = connection.execute(
        select(contacts.c.id).where(contacts.c.email == address)
    ).scalar_one_or_none()
    if known is not None:
        return str(known)
    made = _random_id()
    connection.execute(insert(contacts).values(id=made, email=address))
    return made


def _permit(
    connection: Connection, permissions: Table, contact: str, submission: Submission
) -> None:
    """Record a permission, unless the same one stands already."""
    columns = permissions.c
    standing = connection.execute(
        select(columns.id).where(
            columns.contact == contact,
            columns.channel == submission.channel,
            columns.wording == submission.wording,
            columns.withdrawn_on.is_(None),
        )
    ).first()
    if standing is None:
        connection.execute(
            insert(permissions).values(
                id=_random_id(),
                contact=contact,
                channel=submission.channel,
                wording=submission.wording,
                given_on=submission.day,
            )
        )


def _same_address(email: str) -> str:
    """Addresses that people take for the same are the same contact."""
    return email.strip().lower()


def _random_id() -> str:
    return secrets.token_hex(16)
