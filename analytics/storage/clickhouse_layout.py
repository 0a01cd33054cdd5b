"""How the tables of the register stand in ClickHouse: as rows of one table, which add up. Pure.

One INSERT into one table without partitions is had wholly or not at all, and nothing larger is
(https://clickhouse.com/docs/guides/developer/transactional). So the rows of all declared tables
stand in one, with the name of their own, and a change of whichever tables is one INSERT of
differences: a row that goes is added once more with all its numbers below nought. Rows of one key
are summed when they are read, and when the server merges its files, which leaves out what sums to
nothing.

Where several servers keep them together, each has such a table, named by how many there are, and
what is read is read of all (`clickhouse_settling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, Column, Date, MetaData, Table

from analytics.storage.clickhouse_words import literal

__all__ = [
    "BATCH",
    "CELLS",
    "OWNER",
    "SHARD",
    "SHARDS",
    "TABLE",
    "THERE",
    "TURN",
    "Layout",
    "Place",
    "type_of",
    "whole_of",
]

FORMAT = 1
"""Of how the rows stand: a server with a higher one was written by a later version."""

CELLS = f"cells_{FORMAT}"
TURN = "turn"
"""Holds nothing: who makes or changes tables waits for the others by it."""

OWNER = "owner"
"""The view that says whose the database is."""

SHARD, SHARDS = "shard", "shards"
"""The view that says which of several servers this is, and of which; and all that these say."""

CLUSTER = "plainsite_{}"
"""What several servers call themselves in their configuration, by how many they are."""

TABLE = "of_table"
THERE = "there_sum"
"""One for a row that was put there whole. What only adds up is there while it is not nought."""

BATCH = "batch_number"
"""In which batch a row is that waits on the first of several servers; nought once it is where it
belongs."""

FIRST = ("pair", "step", "first", "value", "other")
"""The largest table is read by these."""

TYPES = {"number": "Int64", "text": "String", "date": "Date", "sum": "Int64"}
GRANULE = 2_048
DURABLE = ("fsync_after_insert", "fsync_part_directory", "min_rows_to_fsync_after_merge")
"""Settings of later servers, which wait for the disk
(https://clickhouse.com/docs/operations/settings/merge-tree-settings)."""

LIFETIME_SECONDS = 35
"""For so long files that were merged stay: the new ones are on the disk by then, as Linux writes
what is older than 30 s (dirty_expire_centisecs in
https://docs.kernel.org/admin-guide/sysctl/vm.html)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a declared table stands: by each of its columns, in their order, the one of `CELLS`.
    Those of `sums` add up, the others tell its rows apart, of which no two may have the same
    `primary` ones. Some have `options`."""

    table: str
    columns: Mapping[str, str]
    sums: frozenset[str]
    primary: tuple[str, ...]
    options: Mapping[str, frozenset[str]]

    @property
    def keys(self) -> Mapping[str, str]:
        """Those that tell its rows apart."""
        return {name: at for name, at in self.columns.items() if name not in self.sums}

    @property
    def amounts(self) -> tuple[str, ...]:
        """Those of `CELLS` that add up."""
        return (*(at for name, at in self.columns.items() if name in self.sums), THERE)


class Layout:
    """That of the tables of a register, on one server or on so many. `cells` are on each; what is
    read is read of the `whole`. There may be those for as many as are `to_come`."""

    def __init__(self, tables: MetaData, servers: int = 1, to_come: int = 0) -> None:
        self.places = {table.name: _place(table) for table in tables.sorted_tables}
        self.servers, self.most = servers, max(servers, to_come)
        self.cells = CELLS if servers == 1 else f"{CELLS}_of_{servers}"
        self.whole = whole_of(self.cells, servers)
        self.new, self.old = f"{self.cells}_new", f"{self.cells}_old"
        self.copy = f"{self.cells}_seen_"
        self.cluster = CLUSTER.format(servers)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The columns of `CELLS` that tell its rows apart, in the order of its rows."""
        found = {name for place in self.places.values() for name in place.keys.values()}
        first = [f"{name}_{kind}" for name in FIRST for kind in ("number", "text")]
        known = [name for name in first if name in found]
        of_several = () if self.servers == 1 else (BATCH,)
        return (TABLE, *known, *sorted(found - {*known}), *of_several)

    @cached_property
    def sums(self) -> tuple[str, ...]:
        """Those that add up."""
        found = {name for place in self.places.values() for name in place.amounts}
        return (THERE, *sorted(found - {THERE}))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns of `CELLS`."""
        return (*self.key, *self.sums)

    @cached_property
    def at(self) -> Mapping[str, int]:
        """The place of each in a row."""
        return {name: at for at, name in enumerate(self.columns)}

    def create(self, name: str, durable: Iterable[str] = ()) -> str:
        """The statement that makes `CELLS`, called `name`, with those of `DURABLE` that the server
        knows."""
        settings = {
            "index_granularity": GRANULE,
            "old_parts_lifetime": LIFETIME_SECONDS,
            **dict.fromkeys(durable, 1),
        }
        columns = ", ".join(f"{each} {type_of(each)}" for each in self.columns)
        return (
            f"CREATE TABLE {name} ({columns}) ENGINE = SummingMergeTree(({', '.join(self.sums)}))"
            f" PARTITION BY tuple() ORDER BY ({', '.join(self.key)})"
            f" SETTINGS {', '.join(f'{name} = {value}' for name, value in settings.items())}"
        )

    def create_whole(self, cells: str, database: str) -> str:
        """The statement that makes what shows a table of all servers, of which each has one."""
        return (
            f"CREATE TABLE IF NOT EXISTS {whole_of(cells, self.servers)} AS {cells}"
            f" ENGINE = Distributed('{self.cluster}', {literal(database)}, '{cells}')"
        )

    def create_shards(self, database: str) -> str:
        """The statement that makes what shows which servers there are."""
        return (
            f"CREATE TABLE IF NOT EXISTS {SHARDS} (number UInt8, of String)"
            f" ENGINE = Distributed('{self.cluster}', {literal(database)}, '{SHARD}')"
        )

    def views(self) -> Iterator[tuple[str, str]]:
        """For people: the name of each declared table, and what it has."""
        for name, place in self.places.items():
            yield name, f"SELECT * FROM {self.relation(place, self.source(place, []))}"

    def source(
        self, place: Place, where: Sequence[str], beside: str = "", *, cells: str = ""
    ) -> str:
        """The rows of a declared table as they stand in `cells`, behind FROM: those that meet
        conditions on the columns of its key, and what stands in another table `beside`. Without
        `cells`, all there are."""
        cells = cells or self.whole
        conditions = " AND ".join([f"{TABLE} = '{place.table}'", *where])
        if not beside:
            return f"{cells} WHERE {conditions}"
        columns = ", ".join([TABLE, *place.columns.values(), THERE])
        return (
            f"(SELECT {columns} FROM {cells} WHERE {conditions} UNION ALL"
            f" SELECT {columns} FROM {beside} WHERE {conditions})"
        )

    def relation(self, place: Place, source: str, *, there: bool = False) -> str:
        """The rows of a declared table, summed up; with `there`, also what tells that one was put
        there whole."""
        told = [
            f'{f"sum({at})" if name in place.sums else at} AS "{name}"'
            for name, at in place.columns.items()
        ]
        told += [f"sum({THERE}) AS there"] if there else []
        groups = ", ".join(place.keys.values())
        return (
            f"(SELECT {', '.join(told)} FROM {source} GROUP BY {groups}"
            f" HAVING {self.is_there(place)})"
        )

    def is_there(self, place: Place) -> str:
        """The condition that a row meets, however many differences it is made of."""
        return " OR ".join(f"sum({each}) != 0" for each in place.amounts)


def whole_of(cells: str, servers: int) -> str:
    """What shows such a table of all servers."""
    return cells if servers == 1 else f"{cells}_whole"


def type_of(column: str) -> str:
    """The type of a column of `CELLS`."""
    return TYPES.get(column.rpartition("_")[2], "String")


def _place(table: Table) -> Place:
    columns = {column.name: f"{column.name}_{_kind(column)}" for column in table.columns}
    sums = frozenset(name for name, at in columns.items() if at.endswith("_sum"))
    options = {each.name: each.info["options"] for each in table.columns if each.info}
    primary = tuple(column.name for column in table.primary_key)
    return Place(table.name, columns, sums, primary, options)


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, BigInteger):
        return "number" if column.primary_key else "sum"
    return "date" if isinstance(column.type, Date) else "text"
