"""Files of a ClickHouse server merged into one, in the order of their keys; and copies of its
table, for whoever reads one moment for long: its files of that moment, in a table of their own.
They are merged there as all are, so that they tell what came together for no longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from analytics.storage.clickhouse_errors import DatabaseError
from analytics.storage.clickhouse_layout import CELLS

__all__ = ["COPY", "forget_old_copies", "make_copy", "merge"]

COPY = f"{CELLS}_seen_"
COPY_SECONDS = 600
COPIES = (
    f"SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '{COPY}%'"
)
PARTS = (
    "SELECT name FROM system.parts WHERE active AND database = currentDatabase() AND table = '{}'"
)
MERGE_SECONDS = 20.0

Ask = Callable[[str], Any]


def merge(ask: Ask, table: str) -> None:
    """Have all files of a table merged that are there now. Raises what `ask` does."""
    before, until = _parts(ask, table), time.monotonic() + MERGE_SECONDS
    while len(before) > 1 and before & _parts(ask, table):
        try:
            ask(f"OPTIMIZE TABLE {table} FINAL")
        except DatabaseError:
            # The server merges some of them by itself now.
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _parts(ask: Ask, table: str) -> set[str]:
    return {name for (name,) in ask(PARTS.format(table))[0]}


def make_copy(ask: Ask) -> str:
    """The name of one that was made now. Raises what `ask` does."""
    name = f"{COPY}{int(time.time())}"
    ask(f"CREATE TABLE {name} AS {CELLS}")
    ask(f"ALTER TABLE {name} ATTACH PARTITION tuple() FROM {CELLS}")
    merge(ask, name)
    return name


def forget_old_copies(ask: Ask) -> None:
    """Drop those of whoever was killed. Raises what `ask` does."""
    for (name,) in ask(COPIES)[0]:
        if int(name.removeprefix(COPY)) < time.time() - COPY_SECONDS:
            ask(f"DROP TABLE IF EXISTS {name}")
