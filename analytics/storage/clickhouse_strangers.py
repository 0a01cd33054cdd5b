"""What stands in a database of ClickHouse beside what Plainsite makes there, or under a name that
it needs: it is left as it is, and named."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from analytics.storage.clickhouse_layout import (
    CELLS,
    OWNER,
    SHARD,
    SHARDS,
    THERE,
    TURN,
    Layout,
)
from analytics.storage.clickhouse_rules import quoted
from analytics.storage.migrations import WITH_DECLARATIONS
from policy import Fault

__all__ = ["COLUMNS", "TABLES", "all_columns", "cells_of", "generation_of", "strangers"]

Ask = Callable[[str], Any]
REGISTER = "site/policy.toml"
HERE = "database = currentDatabase()"
TABLES = (
    f"SELECT name, engine, engine_full, sorting_key FROM system.tables WHERE {HERE} ORDER BY name"
)
COLUMNS = f"SELECT table, name FROM system.columns WHERE {HERE}"
GENERATION = re.compile(rf"{CELLS}(?:_of_([1-9]\d*))?(?:_(?:new|old|whole|seen_\w+))?")


def all_columns(ask: Ask) -> dict[str, frozenset[str]]:
    """The columns of each table that is there."""
    found: dict[str, set[str]] = {}
    for table, name in ask(COLUMNS)[0]:
        found.setdefault(table, set()).add(name)
    return {table: frozenset(names) for table, names in found.items()}


def cells_of(names: Collection[str], layout: Layout) -> str:
    """The table that has the rows: the new one, where who put it in its place was stopped."""
    was_stopped = layout.cells not in names and {layout.new, layout.old} <= {*names}
    return layout.new if was_stopped else layout.cells


def generation_of(name: str) -> int:
    """For how many servers a table with rows was made, or one beside it; nought for others."""
    found = GENERATION.fullmatch(name)
    return int(found[1] or 1) if found else 0


def strangers(ask: Ask, layout: Layout, place: str) -> Iterator[Fault]:
    """A fault for each."""
    columns = all_columns(ask)
    ((database,),), _ = ask("SELECT currentDatabase()")
    for name, engine, full, key in ask(TABLES)[0]:
        # Of a table that came or went meanwhile there are none.
        its = columns.get(name, frozenset())
        is_ours = _is_known(name, engine, its, layout)
        if is_ours is None and generation_of(name) == layout.servers:
            is_ours = not its or _is_ours(its, engine, full, key)
        if is_ours is None:
            yield _stranger(name, engine, place, quoted(database))
        elif not is_ours:
            message = (
                f'the table "{name}" of {place} was not made by Plainsite, which needs the name'
            )
            hint = "give Plainsite a database of its own, or move that table to another one"
            yield Fault(place, None, message, hint)


def _is_known(name: str, engine: str, columns: frozenset[str], layout: Layout) -> bool | None:
    """Whether a table with one of our names is what it must be; None where that has others, or is
    one that has the rows."""
    if name == TURN:
        return engine == "Null" and columns <= {"nothing"}
    if name == OWNER:
        return engine == "View" and columns <= {"url"}
    if name in {*WITH_DECLARATIONS["counters"], *layout.places}:
        return engine == "View"
    return None if layout.most == 1 else _is_of_several(name, engine, layout)


def _is_of_several(name: str, engine: str, layout: Layout) -> bool | None:
    """As `_is_known`, of what several servers have."""
    generation = generation_of(name)
    if name == SHARD:
        return engine == "View"
    if name == SHARDS or (name.endswith("_whole") and 1 < generation <= layout.most):
        return engine == "Distributed"
    # Of fewer servers, before the others came, or of those that are coming.
    if generation != layout.servers and 0 < generation <= layout.most:
        return engine.endswith("SummingMergeTree")
    return None


def _is_ours(columns: frozenset[str], engine: str, full: str, key: str) -> bool:
    """Whether a table keeps what `CELLS` must: rows that are told apart by all columns that do not
    add up, of which all that do are summed, and in one partition, so that an INSERT is one part."""
    sums = {each for each in columns if each.endswith("_sum")}
    return (
        engine.endswith("SummingMergeTree")
        and {*key.split(", ")} == columns - sums
        and THERE in sums
        and sums <= {*re.findall(r"\w+", full)}
        and not re.search(r"PARTITION BY (?!tuple\(\))", full)
    )


def _stranger(name: str, engine: str, place: str, database: str) -> Fault:
    number = name.removeprefix("cells_")
    if number.isdigit() and name != number and int(number) > int(CELLS.rpartition("_")[2]):
        message = f"{place} was written by a later version of Plainsite"
        hint = "run that version, or restore an earlier backup"
        return Fault(place, None, message, hint)
    kind = "view" if engine == "View" else "table"
    message = f'{place} has a {kind} "{name}" that is not declared'
    drop = f'DROP TABLE {database}."{name}"'
    hint = f"declare it, or delete it: {drop} in clickhouse-client"
    return Fault(REGISTER, None, message, hint)
