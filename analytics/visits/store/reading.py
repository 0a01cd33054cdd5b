"""Queries -> answers, from rows.

What a period has is parted by how it is kept: hours that have not ended, days, and months of which
the period has all. Each count stands in one of these, so they add up. Of two things, what has not
ended is told as far as it would be, had it ended (`running`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from analytics.visits.model import LISTED, MEASURES, Counts, Dimension, pair_of
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES, Table, number_of
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
from analytics.visits.store.running import Part, Running
from analytics.visits.store.selecting import (
    NOT_STRUCK,
    SUMS,
    Span,
    by_hour,
    listed,
    select,
    span_of,
)

__all__ = ["answer_of"]

FEW = 200
"""More names than this are read all at once."""


Done = TypeVar("Done")


class Read(Protocol):
    """Asks something, in a transaction all of whose statements see the same rows."""

    def __call__(self, ask: Callable[[Connection], Done], /) -> Done:
        """The answer. Raises SQLAlchemyError."""


def answer_of(
    read: Read,
    calendar: Calendar,
    running: Running,
    query: Query,
) -> Answer:
    """What was counted, or why that is not kept. No transaction is open while what still runs is
    folded. Raises SQLAlchemyError."""
    if why := _why_not(query):
        return NotKept(why)
    found = read(lambda connection: _asked(connection, calendar, running, query))
    if not isinstance(found, _Filtered):
        return found
    rows = [*found.found_of(running)]
    return read(lambda connection: _rows(connection, query, found.pair, rows, found.total))


def _asked(
    connection: Connection, calendar: Calendar, running: Running, query: Query
) -> Answer | _Filtered:
    if query.interval:
        return _series(connection, calendar, query)
    if query.dimension == Dimension.ALL and not query.filters:
        return Rows(tuple(_total(connection, query)))
    span = span_of(connection, calendar, query)
    if not query.filters:
        return _alone(connection, span, query)
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
        return [_row((*amounts, 0), start=hour) for hour, *amounts in rows]
    return _by_start((start(hour), [*amounts, 0]) for hour, *amounts in rows)


def _total(connection: Connection, query: Query) -> list[Row]:
    """One row, or none where nothing was counted."""
    rows = connection.exec_driver_sql(
        f"SELECT {SUMS}, 0 FROM totals WHERE hour BETWEEN ? AND ? AND {NOT_STRUCK}"
        " HAVING count(*) > 0",
        (query.first, query.last),
    )
    return [_row(amounts) for amounts in rows]


def _by_start(rows: Iterable[tuple[int, Sequence[int]]]) -> list[Row]:
    return [_row(amounts, start=start) for start, amounts in sorted(_summed(rows).items())]


def _summed(rows: Iterable[tuple[int, Sequence[int]]]) -> dict[int, list[int]]:
    """The amounts of each number, added up."""
    sums: dict[int, list[int]] = {}
    for number, amounts in rows:
        before = sums.get(number)
        sums[number] = (
            [a + b for a, b in zip(before, amounts, strict=True)] if before else [*amounts]
        )
    return sums


def _row(amounts: Sequence[int], cell: str = "", start: int = 0) -> Row:
    named: dict[str, Any] = dict(zip(MEASURES, amounts, strict=False))
    return Row(cell=cell, start=start, untold=amounts[len(MEASURES)], **named)


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
    where, pair = f"value IN {listed(_numbers(connection, by, cell))}", number_of(by)
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
    numbers, alone = _numbers(connection, by, cell), number_of(by)
    found = [*select(connection, span, alone, "value", f"value IN {listed(numbers)}")]
    if dimension == by:
        return _rows(connection, query, alone, found, None)
    total = _row(found[0][1:], cell) if found else Row(cell=cell)
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


def _alone(connection: Connection, span: Span, query: Query) -> Rows:
    """The values of a dimension by itself: where not all are asked for, no more are read."""
    number, total = number_of(query.dimension), _whole(connection, query)
    if query.limit is None and query.values is None:
        found = select(connection, span, number, "value", "")
        return _rows(connection, query, number, found, total)
    *some, (counted, *of_all) = select(
        connection, span, number, "value", "", _some(connection, query)
    )
    answer = _rows(connection, query, number, some, None)
    rest = _rest(total, [of_all], TABLES[number]) if total else None
    beyond = _counts([of_all, *([-amount for amount in amounts] for _, *amounts in some)])
    at = 1 + MEASURES.index(TABLES[number].count)
    more = counted - sum(1 for row in some if row[at])
    return replace(answer, rest=rest, more=more, beyond=beyond)


def _some(connection: Connection, query: Query) -> str:
    """Which sums are asked for, behind FROM."""
    table = TABLES[number_of(query.dimension)]
    joined = f"sums JOIN names ON what = number WHERE names.dimension = '{query.dimension}'"
    if query.values is not None:
        numbers = [n for name in query.values for n in _numbers(connection, query.dimension, name)]
        return f"{joined} AND number IN {listed(numbers)}"
    return f"{joined} ORDER BY {table.count} DESC, name LIMIT {query.limit}"


def _whole(connection: Connection, query: Query) -> Row | None:
    if not LISTED[query.dimension].adds_up:
        return None
    (total,) = _total(connection, query) or [Row()]
    return total


def _rows(
    connection: Connection,
    query: Query,
    number: int,
    found: Iterable[Sequence[int]],
    total: Row | None,
) -> Rows:
    """An answer of the rows of a table: a value of the dimension, and the sums of it."""
    sums, table = _summed((value, amounts) for value, *amounts in found), TABLES[number]
    rest, at = _rest(total, sums.values(), table) if total else None, MEASURES.index(table.count)
    chosen = _chosen(connection, query, sums, at)
    # What a row costs is paid for those that were asked for alone.
    rows = (replace(_row(sums.pop(value), cell), measures=table.measures) for cell, value in chosen)
    made = tuple(rows)
    more = sum(1 for amounts in sums.values() if amounts[at])
    return Rows(made, rest, table.measures, more, _counts(sums.values()))


def _chosen(
    connection: Connection, query: Query, sums: Mapping[int, Sequence[int]], count: int
) -> Sequence[tuple[str, int]]:
    """The values that rows are asked for, with their names, the most counted first."""
    if query.values is not None:
        wanted = {n for value in query.values for n in _numbers(connection, query.dimension, value)}
        sums = {value: amounts for value, amounts in sums.items() if value in wanted}
    if query.limit is not None and query.limit < len(sums):
        least = heapq.nlargest(query.limit, (amounts[count] for amounts in sums.values()))[-1:]
        # Of those that were counted as often, their names decide.
        sums = {value: of for value, of in sums.items() if least and of[count] >= least[0]}
    names = _names(connection, query.dimension, sums)
    named = [(-sums[value][count], names[value], value) for value in sums]
    return [(name, value) for _, name, value in sorted(named)[: query.limit]]


def _counts(rows: Iterable[Sequence[int]]) -> Counts:
    columns = [sum(column) for column in zip(*rows, strict=True)]
    return Counts(**dict(zip(MEASURES, columns, strict=False)))


def _rest(total: Row, rows: Iterable[Sequence[int]], table: Table) -> Counts:
    sums = [sum(column) for column in zip(*rows, strict=True)] or [0] * len(MEASURES)
    return Counts(
        **{
            name: max(0, getattr(total, name) - sums[at])
            for at, name in enumerate(MEASURES)
            if name in table.measures
        }
    )


def _names(connection: Connection, dimension: Dimension, wanted: Collection[int]) -> dict[int, str]:
    few = f" AND number IN {listed([*wanted])}" if len(wanted) <= FEW else ""
    query = f"SELECT number, name FROM names WHERE dimension = ?{few}"
    rows = connection.exec_driver_sql(query, (dimension,))
    return {row.number: row.name for row in rows}


def _numbers(connection: Connection, dimension: Dimension, cell: str) -> tuple[int, ...]:
    """The number of a value; none where it was never counted."""
    query = "SELECT number FROM names WHERE dimension = ? AND name = ?"
    return tuple(connection.exec_driver_sql(query, (dimension, cell)).scalars())
