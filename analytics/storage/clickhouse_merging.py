"""Files of a ClickHouse server merged into one, in the order of their keys; and copies of its
table, for whoever reads one moment for long: its files of that moment, in a table of their own.
They are merged there as all are, so that they tell what came together for no longer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

from analytics.storage.clickhouse_errors import DatabaseError
from analytics.storage.clickhouse_layout import CELLS, Layout, whole_of

__all__ = [
    "COPY",
    "Asks",
    "copied",
    "copies",
    "copy_to",
    "forget_old_copies",
    "merge",
    "merge_all",
    "moving",
]

COPY = f"{CELLS}_seen_"
COPY_SECONDS = 600
COPIES = (
    "SELECT name FROM system.tables WHERE database = currentDatabase()"
    " AND match(name, '^{}[0-9]+(_whole)?$') AND match(engine, 'SummingMergeTree|Distributed')"
)
PARTS = (
    "SELECT name FROM system.parts WHERE active AND database = currentDatabase() AND table = '{}'"
)
MERGE_SECONDS = 20.0


class Asks(Protocol):
    """Who asks a server."""

    def ask(self, statement: str) -> Any:
        """What it answers, which it does at once."""

    def ask_patiently(self, statement: str) -> Any:
        """What it answers once all rows were written anew."""


class Transacts(Protocol):
    """Who asks the first of several servers, and can keep others from writing."""

    def ask(self, statement: str) -> Any:
        """What it answers."""

    def lock(self) -> None:
        """Be the only one who writes."""

    def rollback(self) -> None:
        """Write nothing, and let others."""


def merge(server: Asks, table: str) -> None:
    """Have all files of a table merged that are there now. Raises what `ask` does."""
    before, until = _parts(server, table), time.monotonic() + MERGE_SECONDS
    while len(before) > 1 and before & _parts(server, table):
        try:
            server.ask_patiently(f"OPTIMIZE TABLE {table} FINAL")
        except DatabaseError as error:
            # The server merges some of them by itself now.
            if not error.code or time.monotonic() > until:
                raise
            time.sleep(0.1)


def merge_all(servers: Sequence[Asks], table: str) -> None:
    """Have each of some servers merge its files, all at once. Raises what `ask` does."""
    with ThreadPoolExecutor(len(servers)) as pool:
        list(pool.map(lambda each: merge(each, table), servers))


def _parts(server: Asks, table: str) -> set[str]:
    return {name for (name,) in server.ask(PARTS.format(table))[0]}


def copy_to(server: Asks, table: str, name: str) -> None:
    """Have a table of another name with all files that there are now. Raises what `ask` does."""
    server.ask(f"CREATE TABLE {name} AS {table}")
    server.ask(f"ALTER TABLE {name} ATTACH PARTITION tuple() FROM {table}")


def moving(layout: Layout) -> str:
    """The table of what is moved to the database, until all of it is there."""
    return f"{layout.copy}moving"


@contextmanager
def copied(session: Transacts, servers: Sequence[Asks], layout: Layout) -> Iterator[str]:
    """The name of what shows what there is now. Raises what `ask` does."""
    name = f"{layout.copy}{int(time.time())}"
    whole = whole_of(name, layout.servers)
    try:
        if layout.servers > 1:
            session.lock()  # All of them at one moment.
        for one in servers:
            copy_to(one, layout.cells, name)
        session.rollback()
        merge_all(servers, name)
        if layout.servers > 1:
            ((database,),), _ = session.ask("SELECT currentDatabase()")
            session.ask(layout.create_whole(name, database))
        yield whole
    finally:
        for one in servers:
            one.ask(f"DROP TABLE IF EXISTS {name}")
        if whole != name:
            session.ask(f"DROP TABLE IF EXISTS {whole}")


def copies(server: Asks, layout: Layout) -> list[tuple[str, int]]:
    """Those that there are, with when they were made. Raises what `ask` does."""
    found = (name for (name,) in server.ask(COPIES.format(layout.copy))[0])
    return [(name, int(name.removeprefix(layout.copy).partition("_")[0])) for name in found]


def forget_old_copies(server: Asks, layout: Layout) -> None:
    """Drop those of whoever was killed. Raises what `ask` does."""
    server.ask(f"DROP TABLE IF EXISTS {moving(layout)}")  # What counts has rows by now.
    for name, made in copies(server, layout):
        if made < time.time() - COPY_SECONDS:
            server.ask(f"DROP TABLE IF EXISTS {name}")
