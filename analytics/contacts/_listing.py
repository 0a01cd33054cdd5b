"""The list of contacts for staff, as one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Table, func, or_, select

__all__ = ["listing"]


def listing(
    tables: Mapping[str, Table], listed: Sequence[str], *, suspected: bool, search: str = ""
) -> Select[Any]:
    """Contacts with their newest submission that is not suspected, those who wrote last first.

    Suspected are the contacts that sent nothing but suspected spam. `search` looks at the address
    and at the columns `listed`.
    """
    contacts, sent = tables["contacts"], tables["submissions"]
    clear_first = (sent.c.suspected_spam.is_not(None), sent.c.day.desc(), sent.c.id)
    place = func.row_number().over(partition_by=sent.c.contact, order_by=clear_first)
    submissions = func.count().over(partition_by=sent.c.contact)
    newest = select(*sent.c, place.label("place"), submissions.label("submissions")).subquery()
    columns = newest.c
    suspicion = columns.suspected_spam
    query = (
        select(
            contacts.c.id,
            contacts.c.email,
            columns.day,
            columns.form,
            columns.submissions,
            *(columns[name].label(f"answer {name}") for name in listed),
        )
        .join(newest, columns.contact == contacts.c.id)
        .where(columns.place == 1)
        .where(suspicion.is_not(None) if suspected else suspicion.is_(None))
        .order_by(columns.day.desc(), contacts.c.email)
    )
    if not search:
        return query
    by_answer = [sent.c[name].icontains(search, autoescape=True) for name in listed]
    by_email = contacts.c.email.icontains(search, autoescape=True)
    matching = select(sent.c.contact).where(or_(*by_answer)) if by_answer else None
    return query.where(by_email if matching is None else or_(by_email, contacts.c.id.in_(matching)))
