"""The statements that read a period as it is kept: hours that have not ended, days, weeks, and
months of which it has all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.model import MEASURES
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES
from analytics.visits.store.distinct import values_of
from analytics.visits.store.query import Query
from analytics.visits.store.remembered import Ended

__all__ = ["NOT_STRUCK", "SUMS", "Span", "by_hour", "listed", "select"]
__all__ += ["select_ended", "select_hours", "span_of"]

SUMS = ", ".join(f"sum({name})" for name in MEASURES)
NAMED = ", ".join(MEASURES)
NOTHING = (0,) * (len(MEASURES) + 1)
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


def select(
    connection: Connection, span: Span, pair: int, column: str, where: str
) -> Iterator[Sequence[int]]:
    """`column`, the sum of each measure, and of what is untold, of the rows of a table; of a pair,
    those of what has ended."""
    parts = [*_ended(span, pair, column, where)]
    if pair % 100 == 0:
        parts.append(_hours(span, pair, column, where))
    yield from _grouped(connection, parts)


def select_ended(
    connection: Connection, span: Span, pair: int, numbers: Sequence[int] | None
) -> Ended:
    """What the values of a dimension add up to as far as it has ended: of all, or of some."""
    at = MEASURES.index(TABLES[pair].count)
    where = "" if numbers is None else f"value IN {listed(numbers)}"
    rows = _grouped(connection, [*_ended(span, pair, "value", where)])
    # Tuples of numbers are nothing that Python looks at when it collects its garbage.
    sums = {row[0]: tuple(row[1:]) for row in rows}
    whole = _all(sums)
    if numbers is not None:
        whole = _whole(connection, [*_ended(span, pair, "value", "")])
    return Ended(sums, whole, at)


def select_hours(
    connection: Connection, span: Span, pair: int, numbers: Sequence[int] | None
) -> tuple[Mapping[int, Sequence[int]], Sequence[int]]:
    """The same of the hours that have not ended: by value, and of all values together."""
    if not span.hours:
        return {}, NOTHING
    where = "" if numbers is None else f"value IN {listed(numbers)}"
    rows = _grouped(connection, [_hours(span, pair, "value", where)])
    sums = {row[0]: row[1:] for row in rows}
    if numbers is None:
        return sums, _all(sums)
    return sums, _whole(connection, [_hours(span, pair, "value", "")])


def _all(sums: Mapping[int, Sequence[int]]) -> Sequence[int]:
    return [sum(column) for column in zip(*sums.values(), strict=True)] or NOTHING


def _grouped(connection: Connection, parts: Sequence[str]) -> Iterator[Sequence[int]]:
    rows = connection.exec_driver_sql(
        f"SELECT what, {SUMS}, sum(untold) FROM ({' UNION ALL '.join(parts)}) AS parts"
        " GROUP BY what"
    )
    return iter(rows.all())


def _whole(connection: Connection, parts: Sequence[str]) -> Sequence[int]:
    every = ", ".join(f"coalesce(sum({name}), 0)" for name in (*MEASURES, "untold"))
    rows = connection.exec_driver_sql(f"SELECT {every} FROM ({' UNION ALL '.join(parts)}) AS parts")
    return tuple(rows.one())


def _ended(span: Span, pair: int, column: str, where: str) -> Iterator[str]:
    """The statements that read what has ended: of a pair what is told, of a dimension all of it.
    What closes draws another mark, and nothing else changes these rows of a dimension."""
    and_where = f" AND {where}" if where else ""
    period = f"first BETWEEN {span.first} AND {span.last}"
    told = f"{_told(column)} FROM counters WHERE pair = {pair}"
    yield f"{told} AND step = 'day' AND {period}{and_where}"
    yield f"{told} AND step = 'month' AND first IN {listed(span.months)}{and_where}"
    if pair % 100:
        return
    for step, firsts in (
        ("week", span.weeks),
        ("weeks", span.months),
        ("month", span.months),
        ("hidden", span.months),
    ):
        yield _runs(step, firsts, pair, column, and_where)
    counted = TABLES[pair].count
    rare = ", ".join("times" if name == counted else "0" for name in MEASURES)
    rare = f"SELECT {column}, {rare}, times FROM rare WHERE pair = {pair}"
    # A part of its own for each time beside the months, else all days of these are read too.
    for first, last in _beside_months(span):
        weeks = [week for week in span.weeks if first <= week <= last]
        yield f"{rare} AND step = 'day' AND first BETWEEN {first} AND {last}{and_where}"
        yield f"{rare} AND step = 'week' AND first IN {listed(weeks)}{and_where}"
    yield f"{rare} AND step = 'month' AND first IN {listed(span.months)}{and_where}"


def _hours(span: Span, pair: int, column: str, where: str) -> str:
    return _runs("hour", span.hours, pair, column, f" AND {where}" if where else "")


def _runs(step: str, firsts: Sequence[int], pair: int, column: str, and_where: str) -> str:
    return (
        f"{_told(column)} FROM running WHERE step = '{step}' AND first IN {listed(firsts)}"
        f" AND pair = {pair}{and_where}"
    )


def _told(column: str) -> str:
    return f"SELECT {column} AS what, {NAMED}, 0 AS untold"


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
