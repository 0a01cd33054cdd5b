"""Up to where days, weeks and months are closed: nothing that is told of those changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.store.calendar import Calendar

__all__ = ["Ended", "ended_of", "oldest_running"]


@dataclass(frozen=True, slots=True)
class Ended:
    """Days, weeks and months that began before these hours are closed, with all that they have."""

    day: int
    week: int
    month: int


def ended_of(connection: Connection, calendar: Calendar, end: int) -> Ended:
    """What is closed of the time before the hour `end`, which begins a day. A day or a month is
    closed table by table: one that is half closed is not in it. Raises SQLAlchemyError."""
    # Rows go from hours to weeks to months. In this order none is missed if it goes meanwhile.
    day = _least(connection, calendar.day, end, "hour")
    week = _least(connection, calendar.week, day, "week")
    month = _least(connection, calendar.month, week, "weeks", "month", "hidden")
    return Ended(day, week, month)


def _least(connection: Connection, begin: Callable[[int], int], end: int, *steps: str) -> int:
    found = (oldest_running(connection, step) for step in steps)
    return min(begin(each) for each in (end, *found) if each is not None)


def oldest_running(connection: Connection, step: str) -> int | None:
    """The first hour of the oldest `step` that still runs, None where nothing does."""
    query = "SELECT first FROM running WHERE step = ? ORDER BY first LIMIT 1"
    found: int | None = connection.exec_driver_sql(query, (step,)).scalar()
    return found
