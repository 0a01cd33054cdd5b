"""What becomes of a submission that a program was wrongly suspected to have sent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sqlalchemy import Connection, Table, select, update

from analytics.contacts import _permissions
from analytics.contacts.model import Ask, NotSuspected

__all__ = ["clear"]


def clear(  # noqa: PLR0913  (which one, and the days that count)
    connection: Connection,
    tables: Mapping[str, Table],
    contact: str,
    submission: str,
    *,
    day: datetime.date,
    asks_since: datetime.date,
) -> Ask | None:
    """Take a submission as any other from `day` on; the ask about its box, where one is to be sent.

    A box that was checked before `asks_since` is not asked about any more, as an ask of that day
    would have been deleted by now. Raises `NotSuspected`.
    """
    sent = tables["submissions"]
    row = connection.execute(
        select(sent).where(sent.c.id == submission, sent.c.contact == contact)
    ).one_or_none()
    cleared = update(sent).where(sent.c.id == submission, sent.c.suspected_spam.is_not(None))
    values = {"suspected_spam": None, "unasked_wording": None}
    if row is None or not connection.execute(cleared.values(values)).rowcount:
        raise NotSuspected
    if not row.unasked_wording or row.day < asks_since:
        return None
    return _permissions.ask_once(connection, tables, contact, submission, row.unasked_wording, day)
