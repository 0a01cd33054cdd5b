"""Files of a ClickHouse server merged into one, in the order of their keys; and copies of its
table, for whoever reads one moment for long: its files of that moment, in a table of their own.
They are merged there as all are, so that they tell what came together for no longer."""

from __future__ import annotations

import time
from typing import Any, Protocol

from analytics.storage.clickhouse_errors import DatabaseError
from analytics.storage.clickhouse_layout import CELLS

__all__ = ["COPY", "Asks", "forget_old_copies", "make_copy", "merge"]

COPY = f"{CELLS}_seen_"
COPY_SECONDS = 600
COPIES = (
    "SELECT name FROM system.tables WHERE database = currentDatabase()"
    f" AND match(name, '^{COPY}[0-9]+$') AND engine LIKE '%SummingMergeTree'"
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


def _parts(server: Asks, table: str) -> set[str]:
    return {name for (name,) in server.ask(PARTS.format(table))[0]}


def make_copy(server: Asks) -> str:
    """The name of one that was made now. Raises what `ask` does."""
    name = f"{COPY}{int(time.time())}"
    server.ask(f"CREATE TABLE {name} AS {CELLS}")
    server.ask(f"ALTER TABLE {name} ATTACH PARTITION tuple() FROM {CELLS}")
    merge(server, name)
    return name


def forget_old_copies(server: Asks) -> None:
    """Drop those of whoever was killed. Raises what `ask` does."""
    for (name,) in server.ask(COPIES)[0]:
        if int(name.removeprefix(COPY)) < time.time() - COPY_SECONDS:
            server.ask(f"DROP TABLE IF EXISTS {name}")
