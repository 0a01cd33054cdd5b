"""A whole database that is moved to ClickHouse, or from it, in parts: tens of millions of rows fit
in no process.

What arrives is put into a table of its own, which no service looks at, one INSERT after the other.
Once all of it is there, and is what it should be, its files are merged into one, and that is
attached to the table that counts: wholly, or not at all. Who was stopped goes on where that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table

from analytics.storage.clickhouse import ClickHouse
from analytics.storage.clickhouse_dbapi import Connection
from analytics.storage.clickhouse_layout import BATCH, TABLE, Layout
from analytics.storage.clickhouse_merging import merge, merge_all, moving
from analytics.storage.clickhouse_pending import Row, row_of
from analytics.storage.clickhouse_settling import MARKS, last_of, marks_in, waiting
from analytics.storage.clickhouse_together import One

__all__ = ["Arriving", "arriving", "parts_of_table"]

AT_ONCE = 100_000
"""Rows that are in memory, here and at the server: some 100 MB."""

HASHES = 1 << 64

Rows = Sequence[Sequence[Any]]


@contextmanager
def arriving(database: ClickHouse) -> Iterator[Arriving]:
    """What takes rows for a database. Raises DatabaseUnavailable, SQLAlchemyError."""
    database.take_up()
    with database.sessions() as (connection, servers, layout):
        yield Arriving(connection, servers, layout)


class Arriving:
    """Takes the rows of one table after the other."""

    def __init__(self, connection: Connection, servers: Sequence[One], layout: Layout) -> None:
        self._connection, self._servers, self._layout = connection, servers, layout
        self._name = moving(layout)
        self._first = servers[0]

    def take(self, table: Table, parts: Iterable[Rows]) -> None:
        """Those of a table, in the same order each time: those that are there already are not
        taken again."""
        self._first.ask(f"CREATE TABLE IF NOT EXISTS {self._name} AS {self._layout.cells}")
        place, there = self._layout.places[table.name], self._there(table.name)
        names = [column.name for column in table.columns]
        waiting_rows: list[Row] = []
        for part in parts:
            left, there = part[there:], max(0, there - len(part))
            waiting_rows += [
                tuple(row_of(self._layout, place, dict(zip(names, row, strict=True)), 1))
                for row in left
            ]
            if len(waiting_rows) >= AT_ONCE:
                self._put(waiting_rows)
                waiting_rows = []
        if waiting_rows:
            self._put(waiting_rows)

    def _there(self, table: str) -> int:
        query = f"SELECT count() FROM {self._name} WHERE {TABLE} = '{table}'"
        ((rows,),), _ = self._first.ask(query)
        return int(rows)

    def _put(self, rows: list[Row]) -> None:
        """One INSERT. On several servers its rows are a batch, which they give away as one."""
        if self._layout.servers > 1:
            batch, at = self._batch() + 1, self._layout.at[BATCH]
            rows = [(*row[:at], batch, *row[at + 1 :]) for row in rows]
        session = self._connection.session
        self._connection.do(lambda: session.begin(self._name, self._layout.columns))
        self._connection.do(lambda: session.end(sorted(rows)))

    def _batch(self) -> int:
        ((last,),), _ = self._first.ask(f"SELECT max({BATCH}) FROM {self._name}")
        found, _ = self._first.ask(marks_in(self._layout.whole))
        return max(int(last), last_of(dict(found)))

    def rows(self, table: Table) -> Iterator[Rows]:
        """Those that are there."""
        with self._connection.seeing(self._name):
            yield from parts_of_table(self._connection, table.name)

    def put_in_place(self) -> bool:
        """Have all of it counted; False where something was counted meanwhile."""
        merge(self._first, self._name)
        cells = self._layout.cells
        self._connection.lock()
        try:
            ((rows,),), _ = self._first.ask(f"SELECT count() FROM {cells} WHERE NOT ({MARKS})")
            if rows:
                return False
            self._first.ask(f"ALTER TABLE {cells} ATTACH PARTITION tuple() FROM {self._name}")
        finally:
            self._connection.rollback()
        while self._layout.servers > 1 and self._first.ask(waiting(self._layout))[0] != [(0,)]:
            self._connection.close_batch()
        merge_all(self._servers, cells)
        return True

    def forget(self) -> None:
        """Have nothing of it any more beside what counts."""
        self._first.ask(f"DROP TABLE IF EXISTS {self._name}")


def parts_of_table(connection: Connection, table: str) -> Iterator[Rows]:
    """The rows of a declared table as it is seen, each once: those first whose hash comes first, so
    that they come in one order in however many parts."""
    layout, cells = connection.layout, connection.cells
    place = layout.places[table]
    ((rows,),), _ = connection.ask(f"SELECT count() FROM {layout.source(place, [], cells=cells)}")
    number = max(1, -(-int(rows) // AT_ONCE))
    step = HASHES // number + 1
    told = ", ".join(f'"{each}"' for each in place.columns)
    named = [f'"{each}"' for each in place.keys]
    for part in range(number):
        of_it = f"intDiv({_hash(place.keys.values())}, toUInt64({step})) = {part}"
        where = [of_it] if number > 1 else []
        of = layout.relation(place, layout.source(place, where, cells=cells))
        order = ", ".join([_hash(named), *named])
        found, _ = connection.ask(f"SELECT {told} FROM {of} ORDER BY {order}")
        if found:
            yield found


def _hash(keys: Iterable[str]) -> str:
    values = ", ".join(f"toString({each})" for each in keys)
    return f"sipHash64(arrayStringConcat([{values}], '\\0'))"
