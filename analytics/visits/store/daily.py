"""What is counted by day beside the visits, and which hours were taken out of the reports.

`pages_served` and `refusals` are totals; `struck_hours` names hours with a note. All three stand in
the counters' database, and are written by its one writer.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, select

from analytics.visits.store.base import CounterStore

__all__ = ["Daily", "Refusals", "ServedKey", "Struck"]

ServedKey = tuple[datetime.date, str, str]
"""The day, the page, and whether a program asked: "yes" or "no"."""

RefusedKey = tuple[datetime.date, str]
"""The day, and the reason as `web.problems` names it."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many hits were refused on a day for a reason."""

    day: datetime.date
    reason: str
    refused: int


@dataclass(frozen=True, slots=True)
class Struck:
    """An hour (since 1970, UTC) that reports leave out, why, and the day on which it was struck."""

    hour: int
    day: datetime.date
    note: str


class Daily:
    """The three tables, in the database of `counters`."""

    def __init__(self, counters: CounterStore) -> None:
        self._counters = counters
        tables = counters.database.tables.tables
        self._served, self._refusals = tables["pages_served"], tables["refusals"]
        self._struck = tables["struck_hours"]

    def add(self, served: Mapping[ServedKey, int], refused: Mapping[RefusedKey, int]) -> None:
        """Add to the totals; both or neither. Raises StoreError."""

        def write(connection: Connection) -> None:
            _add(connection, self._served, served)
            _add(connection, self._refusals, refused)

        self._counters.write(write)

    def served(
        self, first: datetime.date, last: datetime.date
    ) -> Sequence[tuple[datetime.date, str, str, int]]:
        """Day, page, program and how often, both days included. Raises SQLAlchemyError."""
        table = self._served.c
        columns = (table.day, table.page, table.program, table.served)
        query = select(*columns).where(table.day.between(first, last))
        return self._read(query.order_by(table.day.desc(), table.page))

    def refusals(self, first: datetime.date, last: datetime.date) -> Sequence[Refusals]:
        """Those of each day, newest first. Raises SQLAlchemyError."""
        table = self._refusals.c
        query = select(table.day, table.reason, table.refused).where(table.day.between(first, last))
        rows = self._read(query.order_by(table.day.desc(), table.reason))
        return [Refusals(*row) for row in rows]

    def strike(self, struck: Struck) -> None:
        """Leave an hour out of every report until it is put back. Raises StoreError."""
        row = {"hour": struck.hour, "day": struck.day, "note": struck.note}

        def write(connection: Connection) -> None:
            connection.execute(delete(self._struck).where(self._struck.c.hour == struck.hour))
            connection.execute(insert(self._struck), row)

        self._counters.write(write)

    def put_back(self, hour: int) -> bool:
        """Show an hour again; whether it was struck. Raises StoreError."""
        gone = delete(self._struck).where(self._struck.c.hour == hour)
        return self._counters.write(lambda connection: connection.execute(gone).rowcount) > 0

    def struck(self) -> Sequence[Struck]:
        """Every hour that is left out, newest first. Raises SQLAlchemyError."""
        table = self._struck.c
        query = select(table.hour, table.day, table.note).order_by(table.hour.desc())
        return [Struck(*row) for row in self._read(query)]

    def _read(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        with self._counters.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]


def _add(connection: Connection, table: Table, added: Mapping[Any, int]) -> None:
    """Add to the totals of some days, and write these anew in the order of their keys: a new row
    beside the one before it would tell which came together."""
    if not added:
        return
    columns = [column.name for column in table.columns]
    days = {key[0] for key in added}
    touched = table.c.day.in_(days)
    totals = {tuple(row[:-1]): row[-1] for row in connection.execute(select(table).where(touched))}
    for key, number in added.items():
        totals[key] = totals.get(key, 0) + number
    connection.execute(delete(table).where(touched))
    connection.execute(insert(table), _rows(columns, totals))


def _rows(
    columns: Iterable[str], totals: Mapping[tuple[object, ...], int]
) -> list[dict[str, object]]:
    names = list(columns)
    ordered = sorted(totals.items(), key=lambda each: [str(part) for part in each[0]])
    return [dict(zip(names, (*key, number), strict=True)) for key, number in ordered]
