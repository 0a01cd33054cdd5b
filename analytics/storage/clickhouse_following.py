"""The tables of ClickHouse follow the register: made, or made anew with what they held.

A table that must look otherwise is filled beside the old one, and then put in its place. For each
declared table there is a view, for people, and by which it is known that the table was there.

A database may hold what others made. What has one of our names and is not ours is left as it is,
and named: nothing is changed before nothing is in the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import MetaData

from analytics.storage.clickhouse_layout import (
    CELLS,
    DURABLE,
    OWNER,
    TABLE,
    THERE,
    TURN,
    Layout,
    Place,
)
from analytics.storage.clickhouse_merging import COPY, Asks
from analytics.storage.clickhouse_rules import quoted
from analytics.storage.migrations import WITH_DECLARATIONS, lost_of
from analytics.storage.unusable import lost, of_another
from policy import Fault, Register

__all__ = ["Following", "columns_of"]

Ask = Callable[[str], Any]
NEW, OLD = f"{CELLS}_new", f"{CELLS}_old"
REGISTER = "site/policy.toml"
HERE = "database = currentDatabase()"
TABLES = (
    f"SELECT name, engine, engine_full, sorting_key FROM system.tables WHERE {HERE} ORDER BY name"
)
COLUMNS = f"SELECT table, name FROM system.columns WHERE {HERE}"
GONE = WITH_DECLARATIONS["counters"]


def columns_of(ask: Ask, layout: Layout) -> dict[str, frozenset[str]]:
    """The columns of each declared table that is there: those of its view that are kept."""
    found = _all_columns(ask)
    held = found.get(_cells_of(found), frozenset())
    told = {}
    for name, columns in found.items():
        place = layout.places.get(name)
        at = place.columns if place else {}
        if name not in {CELLS, NEW, OLD, OWNER, TURN} and not name.startswith(COPY) and held:
            told[name] = frozenset(each for each in columns if at.get(each, TABLE) in held)
    return told


def _all_columns(ask: Ask) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for table, name in ask(COLUMNS)[0]:
        found.setdefault(table, set()).add(name)
    return {table: frozenset(names) for table, names in found.items()}


def _cells_of(names: Collection[str]) -> str:
    """The table that has the rows: the new one, where who put it in its place was stopped."""
    return NEW if CELLS not in names and {NEW, OLD} <= {*names} else CELLS


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


class Following:
    """What is done to a database on a `server`, so that it has the tables of the register. `place`
    is what it is called, `known` what it held before. Raises what the server's `ask` does."""

    def __init__(  # noqa: PLR0913, PLR0917  (what a database is compared with)
        self,
        server: Asks,
        register: Register,
        tables: MetaData,
        layout: Layout,
        place: str,
        owners: tuple[str, ...] = (),
    ) -> None:
        self._server, self._ask = server, server.ask
        self._register, self._tables = register, tables
        self._layout, self._place, self._owners = layout, place, owners

    def make_turn(self, known: Mapping[str, frozenset[str]]) -> list[Fault]:
        """Make the table by which those wait for each other who make tables, where it is not there
        and nothing else is in the way, which is returned."""
        if TURN in self._names():
            return [*self._strangers()]
        if faults := self.faults(known):
            return faults
        self._ask(f"CREATE TABLE IF NOT EXISTS {TURN} (nothing UInt8) ENGINE = Null")
        return []

    def faults(self, known: Mapping[str, frozenset[str]]) -> list[Fault]:
        """What cannot be followed without losing or inventing anything."""
        if strangers := [*self._strangers()]:
            return strangers
        if others := of_another(self._place, self._owner(), self._owners):
            return [*others]
        all_columns = _all_columns(self._ask)
        if _cells_of(all_columns) not in all_columns and all_columns.keys() & self._views:
            return [self._without_rows()]
        found, faults = columns_of(self._ask, self._layout), list[Fault]()
        missing = lost_of(found, "counters", self._register, self._tables, known)
        if missing:
            return [lost(self._place, name) for name in missing]
        for name, place in self._layout.places.items():
            if name in found:
                faults += self._of_table(place, found[name])
        return faults

    def follow(self) -> None:
        """Make what is missing, where there are no faults. Nobody may write meanwhile."""
        self._write_owner()
        self._finish_what_was_stopped()
        held = _all_columns(self._ask).get(CELLS)
        found = columns_of(self._ask, self._layout)
        is_otherwise = held is not None and self._is_otherwise(found, held)
        if held is None:
            self._create(CELLS)
        elif is_otherwise:
            self._rebuild(found)
        for name, text in self._layout.views():
            columns = frozenset(self._layout.places[name].columns)
            if found.get(name) != columns or is_otherwise:
                self._ask(f'DROP TABLE IF EXISTS "{name}"')
                self._ask(f'CREATE VIEW "{name}" AS {text}')
        for name in {*GONE} & found.keys() - self._layout.places.keys():
            self._ask(f'DROP TABLE "{name}"')

    def _owner(self) -> str:
        """Whose the database is; empty where nobody said it."""
        if OWNER not in self._names():
            return ""
        ((url,),), _ = self._ask(f"SELECT url FROM {OWNER}")
        return str(url)

    def _write_owner(self) -> None:
        if self._owners and self._owner() != self._owners[0]:
            self._ask(f"DROP TABLE IF EXISTS {OWNER}")
            self._ask(f"CREATE VIEW {OWNER} AS SELECT '{self._owners[0]}' AS url")

    @property
    def _database(self) -> str:
        """As statements call it, wherever they are typed."""
        ((name,),), _ = self._ask("SELECT currentDatabase()")
        return quoted(name)

    @property
    def _views(self) -> set[str]:
        return {*GONE, *self._layout.places}

    def _without_rows(self) -> Fault:
        """Its views are there, and what they show is not."""
        hint = (
            f"DROP DATABASE {self._database} and CREATE DATABASE {self._database}"
            " in clickhouse-client; then restore a backup, or"
            " begin it anew: build.py data accept-loss counters"
        )
        return replace(lost(self._place, CELLS), hint=hint)

    def _strangers(self) -> Iterator[Fault]:
        tables = self._ask(TABLES)[0]
        columns = _all_columns(self._ask)
        for name, engine, full, key in tables:
            # Of a copy that went meanwhile there are none.
            its = columns.get(name, frozenset())
            if name in {CELLS, NEW, OLD} or name.startswith(COPY):
                is_ours = not its or _is_ours(its, engine, full, key)
            elif name == TURN:
                is_ours = engine == "Null" and its == {"nothing"}
            elif name == OWNER:
                is_ours = engine == "View" and its == {"url"}
            elif name in self._views:
                is_ours = engine == "View"
            else:
                yield self._stranger(name, engine)
                continue
            if not is_ours:
                message = (
                    f'the table "{name}" of {self._place} was not made by Plainsite, which needs'
                    " the name"
                )
                hint = "give Plainsite a database of its own, or move that table to another one"
                yield Fault(self._place, None, message, hint)

    def _stranger(self, name: str, engine: str) -> Fault:
        number = name.removeprefix("cells_")
        if number.isdigit() and name != number and int(number) > int(CELLS.rpartition("_")[2]):
            message = f"{self._place} was written by a later version of Plainsite"
            hint = "run that version, or restore an earlier backup"
            return Fault(self._place, None, message, hint)
        kind = "view" if engine == "View" else "table"
        message = f'{self._place} has a {kind} "{name}" that is not declared'
        drop = f'DROP TABLE {self._database}."{name}"'
        hint = f"declare it, or delete it: {drop} in clickhouse-client"
        return Fault(REGISTER, None, message, hint)

    def _formerly(self, place: Place) -> Mapping[str, str]:
        declared = self._register.table("counters", place.table).columns
        return {each.name: each.formerly for each in declared if each.formerly}

    def _sources(self, place: Place, found: frozenset[str]) -> dict[str, str]:
        """By column: what it was called, or "" where it is new."""
        formerly = self._formerly(place)
        names = {name: (name, formerly.get(name, "")) for name in place.columns}
        return {
            name: next((each for each in of if each in found), "") for name, of in names.items()
        }

    def _of_table(self, place: Place, found: frozenset[str]) -> Iterator[Fault]:
        sources = self._sources(place, found)
        for name in sorted(found - {*sources.values()}):
            message = f'{self._place} has a column "{name}" in "{place.table}" that is not declared'
            hint = f'declare it again, or say that a column was formerly = "{name}"'
            yield Fault(REGISTER, None, message, hint)
        ((rows,),), _ = self._ask(f"{self._counted(place)} LIMIT 1")
        for name, source in sources.items():
            if rows and not source and name not in place.sums:
                message = f'{self._place} has rows without the column "{name}" in "{place.table}"'
                hint = "say what it was formerly called, or move the rows away"
                yield Fault(REGISTER, None, message, hint)
        yield from self._not_allowed(place, sources)

    def _counted(self, place: Place) -> str:
        cells = _cells_of(self._names())
        return f"SELECT count() FROM {cells} WHERE {TABLE} = '{place.table}'"

    def _names(self) -> set[str]:
        return {name for name, *_ in self._ask(TABLES)[0]}

    def _not_allowed(self, place: Place, sources: Mapping[str, str]) -> Iterator[Fault]:
        for name, options in place.options.items():
            if not sources[name]:
                continue
            at = _at(place, name, sources[name])
            listed = ", ".join("'{}'".format(each.replace("'", "\\'")) for each in sorted(options))
            ((rows,),), _ = self._ask(f"{self._counted(place)} AND {at} NOT IN ({listed})")
            if rows:
                message = (
                    f'{self._place} has rows in "{place.table}" that the register does not allow'
                )
                hint = f"declare what {name} holds, or change them by hand"
                yield Fault(REGISTER, None, message, hint)

    def _is_otherwise(self, found: Mapping[str, frozenset[str]], held: frozenset[str]) -> bool:
        renamed = any(
            source not in {"", name}
            for place in self._layout.places.values()
            if place.table in found
            for name, source in self._sources(place, found[place.table]).items()
        )
        went = bool({*GONE} & found.keys() - self._layout.places.keys())
        return renamed or went or held != {*self._layout.columns}

    def _finish_what_was_stopped(self) -> None:
        if _cells_of(self._names()) == NEW:
            self._ask(f"RENAME TABLE {NEW} TO {CELLS}")
        for name in (NEW, OLD):
            self._ask(f"DROP TABLE IF EXISTS {name}")

    def _create(self, name: str) -> None:
        listed = ", ".join(f"'{each}'" for each in DURABLE)
        known = f"SELECT name FROM system.merge_tree_settings WHERE name IN ({listed})"
        self._ask(self._layout.create(name, [each for (each,) in self._ask(known)[0]]))

    def _rebuild(self, found: Mapping[str, frozenset[str]]) -> None:
        self._create(NEW)
        for name, place in self._layout.places.items():
            if name in found:
                sources = self._sources(place, found[name])
                known = {each: source for each, source in sources.items() if source}
                old = [_at(place, each, source) for each, source in known.items()]
                new = [place.columns[each] for each in known]
                self._server.ask_patiently(
                    f"INSERT INTO {NEW} ({', '.join([TABLE, THERE, *new])})"
                    f" SELECT {', '.join([TABLE, THERE, *old])} FROM {CELLS}"
                    f" WHERE {TABLE} = '{name}'"
                )
        self._ask(f"RENAME TABLE {CELLS} TO {OLD}, {NEW} TO {CELLS}")
        self._ask(f"DROP TABLE {OLD}")


def _at(place: Place, name: str, source: str) -> str:
    """Where a column stood under the name that it had."""
    return f"{source}_{place.columns[name].rpartition('_')[2]}"
