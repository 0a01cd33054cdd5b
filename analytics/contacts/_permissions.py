"""The one rule for what may be sent to a contact (P8), and how a permission comes to be.

A ticked box is a question: anybody can type an address. It is asked once, by email, and only the
answer makes a permission. An ask that is not answered is deleted when its declared days are over.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, insert, or_, select, update

from analytics.contacts.model import Ask, LegalBasis, PermissionState

__all__ = ["ask_once", "confirm", "proof", "stands", "withdraw", "wording_of"]

Tables = Mapping[str, Table]
EMAIL = "email"
YES, NO = "yes", "no"


def stands(tables: Tables) -> ColumnElement[bool]:
    """Whether a row of permissions lets us write by email."""
    given = tables["permissions"]
    return and_(given.c.channel == EMAIL, given.c.withdrawn_on.is_(None))


def proof(tables: Tables, contact: str, basis: LegalBasis) -> Select[Any]:
    """The address to write to; no row where the basis does not hold now, for this contact."""
    contacts = tables["contacts"]
    query = select(contacts.c.email).where(contacts.c.id == contact)
    if basis.kind == "request":
        return query
    named = {"permission": "permissions", "submission": "submissions", "ask": "asks"}
    proving = tables[named[basis.kind]]
    query = query.where(proving.c.id == basis.row, proving.c.contact == contacts.c.id)
    if basis.kind == "permission":
        query = query.where(stands(tables))
    if basis.kind == "ask":
        query = query.where(proving.c.answer.is_(None))
    return query


def ask_once(  # noqa: PLR0913, PLR0917  (the columns of a row)
    connection: Connection,
    tables: Tables,
    contact: str,
    submission: str,
    wording: str,
    day: datetime.date,
) -> Ask | None:
    """Note that the contact is to be asked; None where the same ask is still kept.

    Whoever did not answer, or said no, is not asked again before the ask is deleted.
    """
    asks = tables["asks"]
    same = (asks.c.contact == contact, asks.c.channel == EMAIL, asks.c.wording == wording)
    kept = select(asks.c.id).where(*same, or_(asks.c.answer.is_(None), asks.c.answer == NO))
    if connection.execute(kept).first():
        return None
    ask = Ask(secrets.token_hex(16), contact, wording)
    values: dict[str, Any] = {"id": ask.id, "contact": contact, "submission": submission}
    values |= {"channel": EMAIL, "wording": wording, "asked_on": day, "answer": None}
    connection.execute(insert(asks).values(values))
    return ask


def wording_of(tables: Tables, ask: str) -> Select[Any]:
    """The words beside the box that an ask is about."""
    asks = tables["asks"]
    return select(asks.c.wording).where(asks.c.id == ask)


def confirm(
    connection: Connection, tables: Tables, ask: str, day: datetime.date
) -> PermissionState | None:
    """Take the answer yes; what the permission is then. None where there is no such ask any more.

    A second yes to the same ask changes nothing: it does not undo a withdrawal.
    """
    asks, given = tables["asks"], tables["permissions"]
    row = connection.execute(select(asks).where(asks.c.id == ask)).one_or_none()
    if row is None:
        return None
    same = (given.c.contact == row.contact, given.c.channel == row.channel)
    standing = connection.execute(
        select(given.c.id).where(*same, given.c.wording == row.wording, stands(tables))
    ).scalar()
    if row.answer == YES:
        return PermissionState.GIVEN if standing else PermissionState.WITHDRAWN
    connection.execute(update(asks).where(asks.c.id == ask).values(answer=YES))
    _keep(connection, tables, row.contact, row.submission)
    if standing:  # Given again, it counts from today on.
        again = {"submission": row.submission, "given_on": day}
        connection.execute(update(given).where(given.c.id == standing).values(again))
    else:
        values = {"id": secrets.token_hex(16), "contact": row.contact, "channel": row.channel}
        values |= {"submission": row.submission, "wording": row.wording, "given_on": day}
        connection.execute(insert(given).values(values))
    return PermissionState.GIVEN


def _keep(connection: Connection, tables: Tables, contact: str, submission: str) -> None:
    """What was sent with the form that is confirmed is kept as long as any other submission."""
    sent = tables["submissions"]
    form = select(sent.c.form).where(sent.c.id == submission).scalar_subquery()
    confirmed = update(sent).where(sent.c.contact == contact, sent.c.form == form)
    connection.execute(confirmed.values(unconfirmed_since=None))


def withdraw(connection: Connection, tables: Tables, contact: str, day: datetime.date) -> None:
    """End every permission of a contact, and take every open ask as answered with no; what was
    not asked about yet never is."""
    given, asks = tables["permissions"], tables["asks"]
    ended = update(given).where(given.c.contact == contact, given.c.withdrawn_on.is_(None))
    connection.execute(ended.values(withdrawn_on=day))
    refused = update(asks).where(asks.c.contact == contact, asks.c.answer.is_(None))
    connection.execute(refused.values(answer=NO))
    sent = tables["submissions"]
    unasked = update(sent).where(sent.c.contact == contact, sent.c.unasked_wording.is_not(None))
    connection.execute(unasked.values(unasked_wording=None))
