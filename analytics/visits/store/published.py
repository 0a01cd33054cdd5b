"""All that the counters tell of time that has ended, row by row: what a report of each day and
month tells, and nothing that is still kept back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from analytics.visits.model import MEASURES, Dimension
from analytics.visits.store.base import CounterStore
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES, Table
from analytics.visits.store.ended import Ended, ended_of
from analytics.visits.store.writing import COUNTERS, RARE, TOTALS, Sums

__all__ = ["ROWS_AT_ONCE", "Published", "published"]

ROWS_AT_ONCE = 20_000
"""Read between two commits: a tenth of a second. A reader who takes minutes holds up no hit."""

IS_TOLD = "hour < ? AND hour NOT IN (SELECT hour FROM struck_hours)"
Names = dict[tuple[Dimension, int], str]


@dataclass(frozen=True, slots=True)
class Published:
    """What was counted of a value, or of two values together, in the `step` that began in the hour
    `first`: each of the `MEASURES`, None where it is not kept. Of the whole site, the dimension is
    "all". Where `is_count`, only how often is kept, as it was rare."""

    step: str
    first: int
    dimension: Dimension
    value: str
    other: Dimension | None
    other_value: str
    amounts: tuple[int | None, ...]
    is_count: bool = False


def published(
    counters: CounterStore, calendar: Calendar, first: int, end: int
) -> Iterator[Sequence[Published]]:
    """What lies wholly in the hours from `first` to before `end`, which begins a day, in parts of
    some thousands, in the order of dimensions and time. Each part is read by itself, and all are of
    what was closed at the beginning. Raises SQLAlchemyError."""
    with counters.database.engine.connect() as connection:
        ended = ended_of(connection, calendar, end)
    rows = _rows(counters, first, ended)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        yield part


def _rows(counters: CounterStore, first: int, ended: Ended) -> Iterator[Published]:
    for hour, *amounts in _read(counters, TOTALS, f"hour >= ? AND {IS_TOLD}", (first, ended.day)):
        yield Published("hour", hour, Dimension.ALL, "", None, "", tuple(amounts))
    names = _names(counters)
    # By table and step, as the keys begin, so that no more is read than is given.
    where = "pair = ? AND step = ? AND first >= ? AND first < ?"
    steps = (("day", ended.day), ("month", ended.month), ("week", ended.week))
    asked = [(pair, step, first, last) for pair in sorted(TABLES) for step, last in steps]
    for values in asked:
        for row in _read(counters, COUNTERS, where, values):
            yield _cell(names, row[:5], row[5:])
    for values in asked:
        for row in _read(counters, RARE, where, values):
            yield _rare(names, row)


def _read(
    counters: CounterStore, sums: Sums, where: str, asked: tuple[int | str, ...]
) -> Iterator[tuple[int, ...]]:
    columns = ", ".join((*sums.key, *sums.amounts))
    key, marks = ", ".join(sums.key), ", ".join("?" for _ in sums.key)
    head = f"SELECT {columns} FROM {sums.table} WHERE {where}"
    tail = f" ORDER BY {key} LIMIT {ROWS_AT_ONCE}"
    after: tuple[int, ...] = ()
    while True:
        further = f" AND ({key}) > ({marks})" if after else ""
        with counters.database.engine.connect() as connection:
            found = connection.exec_driver_sql(head + further + tail, (*asked, *after)).all()
        yield from map(tuple, found)
        if len(found) < ROWS_AT_ONCE:
            return
        after = tuple(found[-1][: len(sums.key)])


def _names(counters: CounterStore) -> Names:
    with counters.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT dimension, number, name FROM names")
        return {(Dimension(row.dimension), row.number): row.name for row in rows}


def _cell(names: Names, key: Sequence[int], amounts: Sequence[int]) -> Published:
    pair, step, first, value, other = key
    table = TABLES[pair]
    told = tuple(
        amount if name in table.measures else None
        for name, amount in zip(MEASURES, amounts, strict=True)
    )
    second = names[table.other, other] if table.other else ""
    return Published(
        str(step), first, table.one, names[table.one, value], table.other, second, told
    )


def _rare(names: Names, row: Sequence[int]) -> Published:
    pair, step, first, value, times = row
    table: Table = TABLES[pair]
    told = tuple(times if name == table.count else None for name in MEASURES)
    name = names[table.one, value]
    return Published(str(step), first, table.one, name, None, "", told, is_count=True)
