"""Sums of the counters as rows: added to, or made. What engines of databases say differently is
here, and each function asks the connection which one it speaks to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from analytics.storage.postgresql_parts import place_for
from analytics.visits.model import MEASURES

__all__ = ["CONSENTS", "COUNTERS", "RARE", "RUNNING", "TOTALS", "Sums", "add", "continue_"]

Values = Sequence[str | int]
"""Those of a key, and how much is added, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A table whose rows are known by their `key`, and have `amounts` that add up. No row may have
    more of the one that is `bounded` than visits."""

    table: str
    key: tuple[str, ...]
    amounts: tuple[str, ...]
    bounded: str = "continued"

    @property
    def is_bounded(self) -> bool:
        """Whether it has that amount."""
        return {self.bounded, "visits"} <= set(self.amounts)


RUNNING = Sums("running", ("step", "first", "pair", "value", "other"), MEASURES)
COUNTERS = Sums("counters", ("pair", "step", "first", "value", "other"), MEASURES)
RARE = Sums("rare", ("pair", "step", "first", "value"), ("times",))
TOTALS = Sums("totals", ("hour",), MEASURES)
CONSENTS = Sums("consents", ("day", "version"), ("given", "withdrawn"))

TYPES = {"step": "text", "day": "date"}
TYPES |= {"experiment": "text", "variant": "text", "over": "date"}


def add(connection: Connection, sums: Sums, rows: Sequence[Values]) -> None:
    """Add to rows, or make them. No row has more that continued than visits."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_upsert(sums), [tuple(row) for row in rows])
        return
    if connection.dialect.name == "clickhouse":
        _add_differences(connection, sums, _within_bounds(connection, sums, rows))
        return
    _add_lists(connection, sums, _within_bounds(connection, sums, rows))


def continue_(connection: Connection, sums: Sums, rows: Sequence[Values]) -> None:
    """Add to what is bounded of rows that are there: to no more than their visits. Of each the key,
    and how much."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        values = [(row[-1], *row[:-1]) for row in rows]
        connection.exec_driver_sql(_continue(sums), values)
        return
    nothing = [0 for name in sums.amounts if name != sums.bounded]
    at = sums.amounts.index(sums.bounded)
    whole = [(*row[:-1], *nothing[:at], row[-1], *nothing[at:]) for row in rows]
    found = _within_bounds(connection, sums, whole)
    add_all = _add_differences if connection.dialect.name == "clickhouse" else _add_lists
    add_all(connection, sums, [row for row in found if any(row[len(sums.key) :])])


@lru_cache
def _upsert(sums: Sums) -> str:
    names = [*sums.key, *sums.amounts]
    places = {name: f"?{place}" for place, name in enumerate(names, 1)}
    values, added = dict(places), {name: f"{name} + {places[name]}" for name in sums.amounts}
    if sums.is_bounded:
        bounded = sums.bounded
        values[bounded] = f"min({places[bounded]}, {places['visits']})"
        added[bounded] = f"min({added[bounded]}, {added['visits']})"
    updates = ", ".join(f"{name} = {added[name]}" for name in sums.amounts)
    return (
        f"INSERT INTO {sums.table} ({', '.join(names)}) VALUES ({', '.join(values.values())})"
        f" ON CONFLICT ({', '.join(sums.key)}) DO UPDATE SET {updates}"
    )


@lru_cache
def _continue(sums: Sums) -> str:
    where = " AND ".join(f"{name} = ?{place}" for place, name in enumerate(sums.key, 2))
    bounded = sums.bounded
    return f"UPDATE {sums.table} SET {bounded} = min({bounded} + ?1, visits) WHERE {where}"


# PostgreSQL takes the values of each column as a list: one statement for all rows.
def _lists(rows: Sequence[Values]) -> tuple[list[str | int], ...]:
    return tuple([*column] for column in zip(*rows, strict=True))


def _unnest(names: Sequence[str]) -> str:
    lists = ", ".join(f"?::{TYPES.get(name, 'bigint')}[]" for name in names)
    return f"unnest({lists}) AS new({', '.join(names)})"


def _is_the_same(sums: Sums) -> str:
    return " AND ".join(f"it.{name} = new.{name}" for name in sums.key)


def _add_lists(connection: Connection, sums: Sums, rows: Sequence[Values]) -> None:
    if rows:
        place = place_for(connection, sums.table)
        connection.exec_driver_sql(_upsert_of_lists(sums, place), _lists(rows))


@lru_cache
def _upsert_of_lists(sums: Sums, place: str) -> str:
    names = ", ".join([*sums.key, *sums.amounts])
    updates = ", ".join(f"{name} = it.{name} + excluded.{name}" for name in sums.amounts)
    return (
        f"INSERT INTO {place} AS it ({names})"
        f" SELECT {names} FROM {_unnest([*sums.key, *sums.amounts])}"
        f" ON CONFLICT ({', '.join(sums.key)}) DO UPDATE SET {updates}"
    )


# ClickHouse has no row to change: what is added to one is a row of its own, until both are summed.
def _add_differences(connection: Connection, sums: Sums, rows: Sequence[Values]) -> None:
    if not rows:
        return
    names = (*sums.key, *sums.amounts)
    marks = ", ".join("?" for _ in names)
    statement = f"ADD TO {sums.table} ({', '.join(names)}) VALUES ({marks})"
    connection.exec_driver_sql(statement, [tuple(row) for row in rows])


def _within_bounds(connection: Connection, sums: Sums, rows: Sequence[Values]) -> Sequence[Values]:
    """Rows to add, with so much of what is bounded that none has more of it than visits then. One
    that adds no more of it than visits needs no look at what is there."""
    if not sums.is_bounded:
        return rows
    keys = len(sums.key)
    bounded, visits = (keys + sums.amounts.index(each) for each in (sums.bounded, "visits"))
    over = [row for row in rows if int(row[bounded]) > int(row[visits])]
    there = _rooms(connection, sums, [row[:keys] for row in over]) if over else {}
    found = []
    for row in rows:
        most = int(row[visits]) + there.get(tuple(row[:keys]), 0)
        found.append((*row[:bounded], min(int(row[bounded]), most), *row[bounded + 1 :]))
    return found


def _rooms(
    connection: Connection, sums: Sums, keys: Sequence[Values]
) -> dict[tuple[str | int, ...], int]:
    """By key: how many more visits a row has than of what is bounded."""
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(_rooms_of_lists(sums), _lists(keys))
        return {tuple(key): int(room) for *key, room in found}
    listed = ", ".join(f"({', '.join('?' for _ in sums.key)})" for _ in keys)
    texts = [f"toString({name})" if TYPES.get(name) == "date" else name for name in sums.key]
    query = (
        f"SELECT {', '.join(texts)}, visits - {sums.bounded} FROM {sums.table}"
        f" WHERE ({', '.join(sums.key)}) IN ({listed})"
    )
    values = tuple(value for key in keys for value in key)
    return {tuple(key): room for *key, room in connection.exec_driver_sql(query, values)}


@lru_cache
def _rooms_of_lists(sums: Sums) -> str:
    # Of each part of the table one row at most.
    key = ", ".join(f"it.{name}" for name in sums.key)
    told = ", ".join(
        f"it.{name}::text" if TYPES.get(name) == "date" else f"it.{name}" for name in sums.key
    )
    return (
        f"SELECT {told}, sum(it.visits - it.{sums.bounded}) FROM {_unnest(sums.key)}"
        f" JOIN {sums.table} AS it ON {_is_the_same(sums)} GROUP BY {key}"
    )
