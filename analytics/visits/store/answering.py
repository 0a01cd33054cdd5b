"""Sums of rows -> the rows of an answer: named, in their order, and what none of them has."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from analytics.visits.model import MEASURES, Counts, Dimension
from analytics.visits.store.cells import TABLES, Table
from analytics.visits.store.query import Query, Row, Rows
from analytics.visits.store.selecting import listed

__all__ = ["counts_of", "named_rows", "numbers_of", "rest_of", "row_of", "summed"]

FEW = 200
"""More names than this are read all at once."""


def named_rows(
    connection: Connection,
    query: Query,
    number: int,
    found: Iterable[Sequence[int]],
    total: Row | None,
) -> Rows:
    """An answer of the rows of a table: a value of the dimension, and the sums of it."""
    sums, table = summed((value, amounts) for value, *amounts in found), TABLES[number]
    rest, at = rest_of(total, sums.values(), table) if total else None, MEASURES.index(table.count)
    chosen = _chosen(connection, query, sums, at)
    # What a row costs is paid for those that were asked for alone.
    rows = (
        replace(row_of(sums.pop(value), cell), measures=table.measures) for cell, value in chosen
    )
    made = tuple(rows)
    more = sum(1 for amounts in sums.values() if amounts[at])
    return Rows(made, rest, table.measures, more, counts_of(sums.values()))


def _chosen(
    connection: Connection, query: Query, sums: Mapping[int, Sequence[int]], count: int
) -> Sequence[tuple[str, int]]:
    """The values that rows are asked for, with their names, the most counted first."""
    if query.values is not None:
        wanted = {
            n for value in query.values for n in numbers_of(connection, query.dimension, value)
        }
        sums = {value: amounts for value, amounts in sums.items() if value in wanted}
    if query.limit is not None and query.limit < len(sums):
        least = heapq.nlargest(query.limit, (amounts[count] for amounts in sums.values()))[-1:]
        # Of those that were counted as often, their names decide.
        sums = {value: of for value, of in sums.items() if least and of[count] >= least[0]}
    names = _names(connection, query.dimension, sums)
    named = [(-sums[value][count], names[value], value) for value in sums if value in names]
    return [(name, value) for _, name, value in sorted(named)[: query.limit]]


def counts_of(rows: Iterable[Sequence[int]]) -> Counts:
    columns = [sum(column) for column in zip(*rows, strict=True)]
    return Counts(**dict(zip(MEASURES, columns, strict=False)))


def rest_of(total: Row, rows: Iterable[Sequence[int]], table: Table) -> Counts:
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


def numbers_of(connection: Connection, dimension: Dimension, cell: str) -> tuple[int, ...]:
    """The number of a value; none where it was never counted."""
    query = "SELECT number FROM names WHERE dimension = ? AND name = ?"
    return tuple(connection.exec_driver_sql(query, (dimension, cell)).scalars())


def summed(rows: Iterable[tuple[int, Sequence[int]]]) -> dict[int, list[int]]:
    """The amounts of each number, added up."""
    sums: dict[int, list[int]] = {}
    for number, amounts in rows:
        before = sums.get(number)
        sums[number] = (
            [a + b for a, b in zip(before, amounts, strict=True)] if before else [*amounts]
        )
    return sums


def row_of(amounts: Sequence[int], cell: str = "", start: int = 0) -> Row:
    named: dict[str, Any] = dict(zip(MEASURES, amounts, strict=False))
    return Row(cell=cell, start=start, untold=amounts[len(MEASURES)], **named)
