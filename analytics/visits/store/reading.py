"""Queries -> answers, from rows.

What a period has is parted by how it is kept: hours that have not ended, days, and months of which
the period has all. Each count stands in one of these, so they add up. Of two things, what has not
ended is told as far as it would be, had it ended (`running`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from analytics.visits.model import LISTED, MEASURES, Dimension, pair_of
from analytics.visits.store.answering import (
    counts_of,
    named_rows,
    numbers_of,
    rest_of,
    row_of,
    summed,
)
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES, number_of
from analytics.visits.store.query import (
    BY_HOUR,
    BY_MONTH,
    TWO_FILTERS,
    Answer,
    Interval,
    NotKept,
    Query,
    Row,
    Rows,
    kept,
)
from analytics.visits.store.remembered import Ended, Recall, Remembered
from analytics.visits.store.running import Part, Running
from analytics.visits.store.selecting import (
    Span,
    by_hour,
    listed,
    select,
    select_ended,
    select_hours,
    span_of,
)
from analytics.visits.store.site_hours import site_hours

__all__ = ["answer_of"]

Done = TypeVar("Done")


class Read(Protocol):
    """Asks something, in a transaction all of whose statements see the same rows."""

    def __call__(self, ask: Callable[[Connection], Done], /) -> Done:
        """The answer. Raises SQLAlchemyError."""


def answer_of(
    read: Read,
    calendar: Calendar,
    running: Running,
    remembered: Remembered,
    query: Query,
) -> Answer:
    """What was counted, or why that is not kept. No transaction is open while what still runs is
    folded. Raises SQLAlchemyError."""
    if why := _why_not(query):
        return NotKept(why)

    def ask(connection: Connection) -> tuple[Answer | _Filtered, Recall]:
        recall = Recall(remembered, connection)
        return _asked(connection, calendar, running, query, recall), recall

    found, recall = read(ask)
    recall.keep()
    if not isinstance(found, _Filtered):
        return found
    rows = [*found.found_of(running)]
    return read(lambda connection: named_rows(connection, query, found.pair, rows, found.total))


def _asked(
    connection: Connection, calendar: Calendar, running: Running, query: Query, recall: Recall
) -> Answer | _Filtered:
    if query.interval:
        return _series(connection, calendar, query)
    if query.dimension == Dimension.ALL and not query.filters:
        return Rows(tuple(_total(connection, recall, query)))
    span = span_of(connection, calendar, query)
    if not query.filters:
        return _alone(connection, span, query, recall)
    return _filtered(connection, span, running, query)


def _why_not(query: Query) -> str:
    """Why nothing is kept that could tell it; empty where that may be."""
    if len(query.filters) > 1:
        return TWO_FILTERS
    found = (kept(by, query.dimension) for by, _ in query.filters)
    return next((each.reason for each in found if each.what == "not kept"), "")


def _totals(connection: Connection, query: Query, start: Callable[[int], int]) -> list[Row]:
    rows = by_hour(connection, query.first, query.last)
    if query.interval == Interval.HOUR:
        return [row_of((*amounts, 0), start=hour) for hour, *amounts in rows]
    return _by_start((start(hour), [*amounts, 0]) for hour, *amounts in rows)


def _total(connection: Connection, recall: Recall, query: Query) -> list[Row]:
    """One row, or none where nothing was counted."""
    hours = site_hours(connection, recall, query.first, query.last)
    if hours.first() is None:
        return []
    counts = hours.between(range(query.first, query.last + 1))
    return [row_of([*(getattr(counts, name) for name in MEASURES), 0])]


def _by_start(rows: Iterable[tuple[int, Sequence[int]]]) -> list[Row]:
    return [row_of(amounts, start=start) for start, amounts in sorted(summed(rows).items())]


def _series(connection: Connection, calendar: Calendar, query: Query) -> Answer:
    starts: dict[Interval | None, Callable[[int], int]] = {
        Interval.DAY: calendar.day,
        Interval.MONTH: calendar.month,
    }
    start = starts.get(query.interval, int)
    if query.dimension != Dimension.ALL:
        return NotKept("Intervals are those of the whole, or of one filter.")
    if not query.filters:
        return Rows(tuple(_totals(connection, query, start)))
    span = span_of(connection, calendar, query)
    if query.interval == Interval.HOUR and (not span.hours or query.first < span.hours[0]):
        return NotKept(BY_HOUR)
    ((by, cell),) = query.filters
    where, pair = f"value IN {listed(numbers_of(connection, by, cell))}", number_of(by)
    if query.interval != Interval.MONTH:
        # Of a week or a month nobody knows the day.
        span = replace(span, weeks=(), months=(), ends=())
    rows = select(connection, span, pair, "first", where)
    placed = _by_start((start(first), sums) for first, *sums in rows)
    measures = TABLES[pair].measures
    rows_of = tuple(replace(row, measures=measures) for row in placed)
    return Rows(rows_of, measures=measures)


@dataclass(frozen=True, slots=True)
class _Filtered:
    """What a filter leaves of a pair's table: of what has ended, its rows; of what has not, what it
    is folded by. `numbers` are the filter's, whose value is the one `at` a side of each cell."""

    pair: int
    ended: Sequence[Sequence[int]]
    parts: Sequence[Part]
    numbers: Collection[int]
    at: int
    total: Row | None

    def found_of(self, running: Running) -> Iterator[Sequence[int]]:
        """The rows of both: a value of the other dimension, and sums of it."""
        yield from self.ended
        for told, amounts in running.cells(self.parts, self.pair):
            if told[1 - self.at] in self.numbers:
                yield (told[self.at], *amounts, 0)


def _filtered(
    connection: Connection, span: Span, running: Running, query: Query
) -> Answer | _Filtered:
    dimension, ((by, cell),) = query.dimension, query.filters
    numbers, alone = numbers_of(connection, by, cell), number_of(by)
    found = [*select(connection, span, alone, "value", f"value IN {listed(numbers)}")]
    if dimension == by:
        return named_rows(connection, query, alone, found, None)
    total = row_of(found[0][1:], cell) if found else Row(cell=cell)
    total = replace(total, measures=TABLES[alone].measures)
    if dimension == Dimension.ALL:
        return Rows((replace(total, cell=""),), measures=total.measures)
    pair = pair_of(by, dimension)
    if pair is None:
        raise LookupError(query)
    number, at = number_of(*pair), int(pair[0] == by)
    if TABLES[number].by_month and not span.months:
        return NotKept(BY_MONTH.format(LISTED[by].title, LISTED[dimension].title))
    mine, its = ("value", "other")[at], ("other", "value")[at]
    ended = [*select(connection, span, number, mine, f"{its} IN {listed(numbers)}")]
    parts = running.read(connection, span.days, span.months, number)
    whole = total if LISTED[dimension].adds_up else None
    return _Filtered(number, ended, parts, numbers, at, whole)


def _alone(connection: Connection, span: Span, query: Query, recall: Recall) -> Rows:
    """The values of a dimension by itself: where not all are asked for, those alone are made, and
    what has ended is read once."""
    number, total = number_of(query.dimension), _whole(connection, recall, query)
    if query.limit is None and query.values is None:
        found = select(connection, span, number, "value", "")
        return named_rows(connection, query, number, found, total)
    numbers = None
    if query.values is not None:
        numbers = tuple(
            n for name in query.values for n in numbers_of(connection, query.dimension, name)
        )
    key = (number, span.first, span.last, span.weeks, span.months, numbers)
    ended = recall.ended(key, lambda: select_ended(connection, span, number, numbers))
    hours, of_hours = select_hours(connection, span, number, numbers)
    most = _most(ended, hours, query.limit)
    answer = named_rows(connection, query, number, most, None)
    of_all = _sum(ended.whole, of_hours)
    rest = rest_of(total, [of_all], TABLES[number]) if total else None
    told = ([-getattr(row, name) for name in MEASURES] for row in answer.rows)
    beyond = counts_of([of_all[: len(MEASURES)], *told])
    more = 0
    if query.limit is not None:
        counted = sum(1 for row in answer.rows if getattr(row, TABLES[number].count))
        more = ended.counted_with(hours) - counted
    return replace(answer, rest=rest, more=more, beyond=beyond)


def _sum(one: Sequence[int], other: Sequence[int]) -> Sequence[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _most(
    ended: Ended, hours: Mapping[int, Sequence[int]], limit: int | None
) -> Iterator[Sequence[int]]:
    """The `limit` values that were counted most, with those that were counted as often as the last
    of them, and what each adds up to."""
    counts = {value: ended.count(value) + of[ended.at] for value, of in hours.items()}
    beside = [value for value in ended.most_first if value not in counts]
    if limit is not None and limit < len(beside):
        # Of those that no hour adds to, no more can be among them.
        least = [ended.count(value) for value in beside[:limit]][-1:]
        beside = [*takewhile(lambda value: [ended.count(value)] >= least > [], beside)]
    counts |= {value: ended.count(value) for value in beside}
    if limit is not None and limit < len(counts):
        least = heapq.nlargest(limit, counts.values())[-1:]
        counts = {value: count for value, count in counts.items() if [count] >= least > []}
    for value in counts:
        parts = (of[value] for of in (ended.sums, hours) if value in of)
        yield (value, *map(sum, zip(*parts, strict=True)))


def _whole(connection: Connection, recall: Recall, query: Query) -> Row | None:
    if not LISTED[query.dimension].adds_up:
        return None
    (total,) = _total(connection, recall, query) or [Row()]
    return total
