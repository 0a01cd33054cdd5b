"""What visitors send: contacts, submissions and permissions, written in one transaction."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, insert, or_, select, true, update

from analytics.storage.schema import metadata
from policy import Register

__all__ = ["Submission", "store"]


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


def store(engine: Engine, register: Register, submission: Submission) -> None:
    """Store a submission with its contact and permission; committed on return.

    The same answers on the same day are stored once: a button can be pressed twice.
    """
    tables = metadata(register, "records").tables
    with engine.begin() as connection:
        contact = _only(
            connection, tables["contacts"], {"email": _same_address(submission.values["email"])}
        )
        sent = _only(connection, tables["submissions"], _row(tables, contact, submission))
        if submission.channel:
            _permit(connection, tables, contact, sent, submission)


def _row(tables: Mapping[str, Table], contact: str, submission: Submission) -> dict[str, Any]:
    columns = tables["submissions"].columns
    answers = {name: value for name, value in submission.values.items() if name in columns}
    return {
        **{column.name: None for column in columns if column.nullable},
        "contact": contact,
        "form": submission.form,
        "day": submission.day,
        "doubt": submission.doubt or None,
        **{name: value or None for name, value in answers.items()},
    }


def _only(connection: Connection, table: Table, values: Mapping[str, Any]) -> str:
    """The ID of the row that holds exactly `values`, which is made unless it is there."""
    same = and_(*(table.c[name] == value for name, value in values.items()))
    known = connection.execute(select(table.c.id).where(same)).scalar()
    if known is not None:
        return str(known)
    made = secrets.token_hex(16)
    connection.execute(insert(table).values(id=made, **values))
    return made


def _permit(
    connection: Connection,
    tables: Mapping[str, Table],
    contact: str,
    sent: str,
    submission: Submission,
) -> None:
    """Record a permission. One that stands already, on no more doubtful a submission, is given
    again from that day on; a doubtful submission leaves it as it was."""
    given, earlier = tables["permissions"], tables["submissions"]
    certain = true() if submission.doubt else earlier.c.doubt.is_(None)
    standing = connection.execute(
        select(given.c.id)
        .join(earlier, earlier.c.id == given.c.submission)
        .where(
            given.c.contact == contact,
            given.c.channel == submission.channel,
            given.c.wording == submission.wording,
            given.c.withdrawn_on.is_(None),
            or_(certain, earlier.c.id == sent),
        )
    ).scalar()
    if standing is not None and submission.doubt:
        return
    if standing is not None:
        again = {"submission": sent, "given_on": submission.day}
        connection.execute(update(given).where(given.c.id == standing).values(**again))
    else:
        values = {
            "contact": contact,
            "submission": sent,
            "channel": submission.channel,
            "wording": submission.wording,
            "given_on": submission.day,
        }
        connection.execute(insert(given).values(id=secrets.token_hex(16), **values))


def _same_address(email: str) -> str:
    """Addresses that reach the same person are one contact: hardly any server tells case apart."""
    return email.strip().lower()
