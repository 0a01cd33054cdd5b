"""The statements that read a period as it is kept: hours that have not ended, days, weeks, and
months of which it has all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.model import MEASURES, Hour
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES
from analytics.visits.store.distinct import summed_once, values_of
from analytics.visits.store.query import Query

__all__ = ["NOT_STRUCK", "SUMS", "Span", "by_hour", "hours_of", "listed", "select", "span_of"]

SUMS = ", ".join(f"sum({name})" for name in MEASURES)
NAMED = ", ".join(MEASURES)
NOT_STRUCK = "hour NOT IN (SELECT hour FROM struck_hours)"


@dataclass(frozen=True, slots=True)
class Span:
    """A period as it is kept: from `first` to `last`, with the hours that have not ended, the days
    of these, and the weeks and months of which it has all."""

    first: int
    last: int
    hours: tuple[int, ...]
    days: tuple[range, ...]
    weeks: tuple[int, ...]
    months: tuple[int, ...]
    ends: tuple[int, ...]
    """The hours after those months."""


def by_hour(connection: Connection, first: int, last: int) -> Sequence[Sequence[int]]:
    """Each hour from the `first` to the `last` in which anything was counted, and the measures of
    the whole site, oldest first."""
    return connection.exec_driver_sql(
        f"SELECT hour, {NAMED} FROM totals WHERE hour BETWEEN ? AND ? AND {NOT_STRUCK}"
        " ORDER BY hour",
        (first, last),
    ).all()


def hours_of(connection: Connection, first: int, last: int) -> list[Hour]:
    """The same as values: two years have 17,520, of which none is made twice."""
    rows = by_hour(connection, first, last)
    return [Hour(hour, **dict(zip(MEASURES, amounts, strict=True))) for hour, *amounts in rows]


def select(  # noqa: PLR0913, PLR0917  (what one statement is made of)
    connection: Connection, span: Span, pair: int, column: str, where: str, some: str = ""
) -> Iterator[Sequence[int]]:
    """`column`, the sum of each measure, and of what is untold, of the rows of a table; of a pair,
    those of what has ended. With `some`, these sums alone, and then how many there are, and what
    all of them add up to."""
    and_where = f" AND {where}" if where else ""
    period = f"first BETWEEN {span.first} AND {span.last}"
    told = f"SELECT {column} AS what, {NAMED}, 0 AS untold"
    parts = [
        f"{told} FROM counters WHERE pair = {pair} AND step = 'day' AND {period}{and_where}",
        f"{told} FROM counters WHERE pair = {pair} AND step = 'month'"
        f" AND first IN {listed(span.months)}{and_where}",
    ]
    if pair % 100 == 0:
        for step, firsts in (
            ("hour", span.hours),
            ("week", span.weeks),
            ("weeks", span.months),
            ("month", span.months),
            ("hidden", span.months),
        ):
            parts.append(
                f"{told} FROM running WHERE step = '{step}' AND first IN {listed(firsts)}"
                f" AND pair = {pair}{and_where}"
            )
        counted = TABLES[pair].count
        rare = ", ".join("times" if name == counted else "0" for name in MEASURES)
        rare = f"SELECT {column}, {rare}, times FROM rare WHERE pair = {pair}"
        # A part of its own for each time beside the months, else all days of these are read too.
        for first, last in _beside_months(span):
            weeks = [week for week in span.weeks if first <= week <= last]
            parts += [
                f"{rare} AND step = 'day' AND first BETWEEN {first} AND {last}{and_where}",
                f"{rare} AND step = 'week' AND first IN {listed(weeks)}{and_where}",
            ]
        parts.append(f"{rare} AND step = 'month' AND first IN {listed(span.months)}{and_where}")
    of_all = " UNION ALL ".join(parts)
    statement = f"SELECT what, {SUMS}, sum(untold) FROM ({of_all}) AS parts GROUP BY what"
    if some:
        sums = ", ".join(f"sum({name}) AS {name}" for name in (*MEASURES, "untold"))
        named = ", ".join((*MEASURES, "untold"))
        every = ", ".join(f"coalesce(sum({name}), 0)" for name in (*MEASURES, "untold"))
        count = f"coalesce(sum(CASE WHEN {TABLES[pair].count} > 0 THEN 1 ELSE 0 END), 0)"
        count = f"CAST({count} AS bigint)"
        summed = f"SELECT what, {sums} FROM ({of_all}) AS parts GROUP BY what"
        asked = f"SELECT 0 AS part, what, {named} FROM {some}"
        statement = summed_once(connection, summed, asked, f"SELECT 1, {count}, {every} FROM sums")
    for row in connection.exec_driver_sql(statement):
        yield tuple(row)[1:] if some else tuple(row)


def _beside_months(span: Span) -> Iterator[tuple[int, int]]:
    """What a period has that is in none of its whole months: first and last hours."""
    first = span.first
    for start, end in zip(span.months, span.ends, strict=True):
        if first < start:
            yield first, start - 1
        first = max(first, end)
    if first <= span.last:
        yield first, span.last


def listed(numbers: Sequence[int]) -> str:
    return f"({', '.join(map(str, numbers)) or 'NULL'})"  # An empty one is SQLite's alone.


def span_of(connection: Connection, calendar: Calendar, query: Query) -> Span:
    first, last = query.first, query.last
    ask = connection.exec_driver_sql
    # Each by itself, as both together would read all hours.
    oldest, newest = ask(
        "SELECT (SELECT min(hour) FROM totals), (SELECT max(hour) FROM totals)"
    ).one()
    struck = {*ask("SELECT hour FROM struck_hours").scalars()}
    hours = values_of(connection, "first", "running", "step = 'hour'", (first, last))
    found = tuple(hour for hour in hours if hour not in struck)
    if oldest is None:
        return Span(first, last, found, (), (), (), ())
    days = dict.fromkeys(map(calendar.day, found))
    whole = (range(day, calendar.after_day(day)) for day in days if day >= first)
    begin = max(first, calendar.month(oldest))
    months = tuple(calendar.whole(begin, last, newest, calendar.month, calendar.after_month))
    weeks = tuple(calendar.whole(begin, last, newest, calendar.week, calendar.after_week))
    ends = tuple(map(calendar.after_month, months))
    days_of = tuple(hours for hours in whole if hours.stop <= last + 1 or newest <= last)
    return Span(first, last, found, days_of, weeks, months, ends)
