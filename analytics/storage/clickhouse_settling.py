"""Several servers keep one table together: each row on the one where it belongs, and none for good
on another. Text alone.

A commit is one INSERT, so it goes to one server, whatever it changes. If it stayed there, what adds
a row and what takes it away could stand on two, where no merge makes nothing of them; and which
rows stand on one would tell which came together. So all commits go to the first, and their rows are
of a batch, which is closed, taken by the servers where they belong, one after the other, and given
away by the first. Each of these is one INSERT, which says itself that it was made: it is made once,
whoever is killed meanwhile, and whoever goes on with it.

What stands in the middle of it would be counted twice: who reads sees that servers took different
batches, and waits; who writes, ends it before.

Where a row belongs is told by all that tells it from others, and by nothing else: not by the names
or the order of columns, so that it stays true when the register changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.storage.clickhouse_layout import BATCH, TABLE, THERE, Layout, type_of
from analytics.storage.clickhouse_pending import empty_row

__all__ = [
    "CLOSED",
    "MARKS",
    "are_even",
    "closing_row",
    "give_away",
    "is_settled",
    "last_of",
    "marks_in",
    "settled",
    "take",
    "taken_by_all",
    "waiting",
]

MARKS = f"{TABLE} >= '#' AND {TABLE} < '$'"
"""Rows that say how far it is; no declared table is called so."""

CLOSED = "#closed"
"""The last batch that takes no more rows."""

DEFAULTS = {"Int64": "toInt64(0)", "String": "''", "Date": "toDate(0)"}
NO_VALUE = "'', '0', '0000-00-00', '1970-01-01'"
"""What a column has that the row's table does not have, in any version of the server."""


def settled(number: int) -> str:
    """The mark of a server: the last batch of which it has taken its rows, or given them away."""
    return f"#settled {number}"


def marks_in(source: str, moment: str = "") -> str:
    """What is asked to know how far it is."""
    conditions = f"{MARKS} AND {moment}" if moment else MARKS
    return f"SELECT {TABLE}, sum({THERE}) FROM {source} WHERE {conditions} GROUP BY {TABLE}"


def are_even(marks: Mapping[str, int], servers: int) -> bool:
    """Whether all have the same batches, so that no row is seen twice."""
    return len({marks.get(settled(each), 0) for each in range(1, servers + 1)}) == 1


def taken_by_all(marks: Mapping[str, int], servers: int) -> int | None:
    """The last batch of which all have taken their rows; None where only some have."""
    return marks.get(settled(1), 0) if are_even(marks, servers) else None


def is_settled(marks: Mapping[str, int], servers: int) -> bool:
    """Whether all rows of batches that are closed are where they belong."""
    return are_even(marks, servers) and marks.get(CLOSED, 0) == marks.get(settled(1), 0)


def last_of(marks: Mapping[str, int]) -> int:
    """The last batch of which any server says that it is closed."""
    return max(marks.values(), default=0)


def waiting(layout: Layout) -> str:
    """What is asked to know whether rows wait for their batch to be closed."""
    return f"SELECT count() FROM {layout.cells} PREWHERE {BATCH} > {_mark(layout, CLOSED)}"


def closing_row(layout: Layout) -> list[Any]:
    """The row that closes a batch."""
    row = empty_row(layout)
    row[layout.at[TABLE]], row[layout.at[THERE]] = CLOSED, 1
    return row


def take(layout: Layout, number: int, until: int) -> str:
    """What server `number` does, which is not the first: take what belongs to it of all batches
    until that one."""
    before = _mark(layout, settled(number))
    closed = f"{BATCH} > {before} AND {BATCH} <= {until}"
    return _insert(
        layout,
        _sums(layout, layout.whole, closed, _belongs(layout, number)),
        _says(layout, settled(number), until, before),
    )


def give_away(layout: Layout, until: int) -> str:
    """What the first does once all others have taken theirs: keep what belongs to it, and have no
    more of those batches."""
    before, closed = _mark(layout, settled(1)), f"{BATCH} > 0 AND {BATCH} <= {until}"
    not_yet = f"{before} < {until}"
    of_it = f"{_belongs(layout, 1)} AND {not_yet}"
    return _insert(
        layout,
        _sums(layout, layout.cells, closed, not_yet, gone=True),
        _sums(layout, layout.cells, closed, of_it),
        _says(layout, settled(1), until, before),
        _says(layout, CLOSED, until, _mark(layout, CLOSED)),
    )


def _belongs(layout: Layout, number: int) -> str:
    values = ", ".join(f"toString({each})" for each in layout.key if each != BATCH)
    said = f"arrayFilter(value -> value NOT IN ({NO_VALUE}), [{values}])"
    told = f"sipHash64(arrayStringConcat(arraySort({said}), '\\0'))"
    return f"{told} % {layout.servers} = {number - 1}"


def _mark(layout: Layout, name: str) -> str:
    """What the server says itself."""
    return f"(SELECT sum({THERE}) FROM {layout.cells} WHERE {TABLE} = '{name}')"


def _insert(layout: Layout, *selects: str) -> str:
    columns = ", ".join(layout.columns)
    return f"INSERT INTO {layout.cells} ({columns}) {' UNION ALL '.join(selects)}"


def _sums(layout: Layout, source: str, closed: str, where: str, *, gone: bool = False) -> str:
    """Rows of batches that are closed: as they are where they belong, or what takes them away."""
    keys = [each for each in layout.key if gone or each != BATCH]
    told = [each if each in keys else "toInt64(0)" for each in layout.key]
    sums = [f"{'-' if gone else ''}sum({each})" for each in layout.sums]
    there = " OR ".join(f"sum({each}) != 0" for each in layout.sums)
    return (
        f"SELECT {', '.join([*told, *sums])} FROM {source} PREWHERE {closed} WHERE {where}"
        f" GROUP BY {', '.join(keys)} HAVING {there}"
    )


def _says(layout: Layout, name: str, until: int, before: str) -> str:
    values = {TABLE: f"'{name}'", THERE: f"toInt64({until} - {before})"}
    told = [values.get(each, DEFAULTS[type_of(each)]) for each in layout.columns]
    return f"SELECT {', '.join(told)} FROM system.one WHERE {before} < {until}"
