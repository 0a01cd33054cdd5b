"""The tables of ClickHouse follow the register: made, or made anew with what they held.

A table that must look otherwise is filled beside the old one, and then put in its place. For each
declared table there is a view, for people, and by which it is known that the table was there.

A database may hold what others made. What has one of our names and is not ours is left as it is,
and named: nothing is changed before nothing is in the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import MetaData

from analytics.storage.clickhouse_layout import (
    BATCH,
    DURABLE,
    OWNER,
    SHARD,
    SHARDS,
    TABLE,
    THERE,
    TURN,
    Layout,
    Place,
)
from analytics.storage.clickhouse_merging import Asks
from analytics.storage.clickhouse_rules import quoted
from analytics.storage.clickhouse_settling import MARKS
from analytics.storage.clickhouse_strangers import (
    TABLES,
    all_columns,
    cells_of,
    generation_of,
    strangers,
)
from analytics.storage.gone_dimensions import NAMES, GoneRows, at, listed
from analytics.storage.migrations import WITH_DECLARATIONS, lost_of
from analytics.storage.unusable import lost, of_another
from policy import Fault, Register

__all__ = ["Following", "columns_of"]

Ask = Callable[[str], Any]
VIEWS = (
    "SELECT name, create_table_query FROM system.tables"
    " WHERE database = currentDatabase() AND engine = 'View'"
)
REGISTER = "site/policy.toml"
GONE = WITH_DECLARATIONS["counters"]


def columns_of(ask: Ask, layout: Layout) -> dict[str, frozenset[str]]:
    """The columns of each declared table that is there: those of its view that are kept."""
    found = all_columns(ask)
    held = found.get(cells_of(found, layout), frozenset())
    told = {}
    for name, columns in found.items():
        place = layout.places.get(name)
        at = place.columns if place else {}
        if held and name not in {OWNER, SHARD, SHARDS, TURN} and not generation_of(name):
            told[name] = frozenset(each for each in columns if at.get(each, TABLE) in held)
    return told


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
        self._gone = GoneRows.of(layout.places[NAMES])

    def make_turn(self, known: Mapping[str, frozenset[str]]) -> list[Fault]:
        """Make the table by which those wait for each other who make tables, where it is not there
        and nothing else is in the way, which is returned."""
        if TURN in self._names():
            return self.strangers()
        if faults := self.faults(known):
            return faults
        self.make_turn_at_once()
        return []

    def make_turn_at_once(self) -> None:
        """Make that table, where nothing is in the way."""
        self._ask(f"CREATE TABLE IF NOT EXISTS {TURN} (nothing UInt8) ENGINE = Null")

    def faults(self, known: Mapping[str, frozenset[str]]) -> list[Fault]:
        """What cannot be followed without losing or inventing anything."""
        if in_the_way := self.strangers():
            return in_the_way
        if others := of_another(self._place, self._owner(), self._owners):
            return [*others]
        names = self._names()
        if cells_of(names, self._layout) not in names and names & self._views:
            return [self.without_rows()]
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
        held = all_columns(self._ask).get(self._layout.cells)
        found = columns_of(self._ask, self._layout)
        is_otherwise = held is not None and self._is_otherwise(found, held)
        if held is None:
            self.create(self._layout.cells)
        elif is_otherwise:
            self._rebuild(found)
        if self._layout.servers > 1:
            self._show_all(anew=is_otherwise)
        self._show(found, anew=is_otherwise)
        for name in {*GONE} & found.keys() - self._layout.places.keys():
            self._ask(f'DROP TABLE "{name}"')

    def _show_all(self, *, anew: bool) -> None:
        """Make what reads all of several servers."""
        shown = {name: full for name, _, full, *_ in self._ask(TABLES)[0]}
        layout, database = self._layout, self._ask("SELECT currentDatabase()")[0][0][0]
        for name, text in (
            (layout.whole, layout.create_whole(layout.cells, database)),
            (SHARDS, layout.create_shards(database)),
        ):
            if anew or f"'{layout.cluster}'" not in shown.get(name, ""):
                self._ask(f"DROP TABLE IF EXISTS {name}")
            self._ask(text)

    def _show(self, found: Mapping[str, frozenset[str]], *, anew: bool) -> None:
        """Make the views for people, where they do not show what there is."""
        texts = dict(self._ask(VIEWS)[0])
        read = re.compile(rf"\b{self._layout.whole}\b")
        for name, text in self._layout.views():
            columns = frozenset(self._layout.places[name].columns)
            if anew or found.get(name) != columns or not read.search(texts.get(name, "")):
                self._ask(f'DROP TABLE IF EXISTS "{name}"')
                self._ask(f'CREATE VIEW "{name}" AS {text}')

    def strangers(self) -> list[Fault]:
        """What somebody else made."""
        return [*strangers(self._ask, self._layout, self._place)]

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

    def without_rows(self) -> Fault:
        """Its views are there, and what they show is not."""
        on_each = " on each of the servers" if self._layout.servers > 1 else ""
        hint = (
            f"DROP DATABASE {self._database} and CREATE DATABASE {self._database}"
            f" in clickhouse-client{on_each}; then restore a backup, or"
            " begin it anew: build.py data accept-loss counters"
        )
        return replace(lost(self._place, self._layout.cells), hint=hint)

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
        cells = cells_of(self._names(), self._layout)
        return f"SELECT count() FROM {cells} WHERE {TABLE} = '{place.table}'"

    def _names(self) -> set[str]:
        return {name for name, *_ in self._ask(TABLES)[0]}

    def _not_allowed(self, place: Place, sources: Mapping[str, str]) -> Iterator[Fault]:
        for name, options in place.options.items():
            if not sources[name]:
                continue
            where = at(place, name, sources[name])
            known = {*options, *(self._gone.numbers if place.table == NAMES else ())}
            ((rows,),), _ = self._ask(f"{self._counted(place)} AND {where} NOT IN {listed(known)}")
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
        return renamed or went or self._has_gone(found) or held != {*self._layout.columns}

    def _has_gone(self, found: Mapping[str, frozenset[str]]) -> bool:
        """Whether rows are there of dimensions that the register has no more."""
        if NAMES not in found:
            return False
        place = self._layout.places[NAMES]
        of_gone = self._gone.names(place, self._sources(place, found[NAMES]))
        return bool(of_gone and self._ask(f"{self._counted(place)} AND {of_gone}")[0][0][0])

    def _finish_what_was_stopped(self) -> None:
        layout = self._layout
        if cells_of(self._names(), layout) == layout.new:
            self._ask(f"RENAME TABLE {layout.new} TO {layout.cells}")
        for name in (layout.new, layout.old):
            self._ask(f"DROP TABLE IF EXISTS {name}")

    def create(self, name: str) -> None:
        """Make the table that has the rows, or one that is to take its place."""
        listed = ", ".join(f"'{each}'" for each in DURABLE)
        known = f"SELECT name FROM system.merge_tree_settings WHERE name IN ({listed})"
        self._ask(self._layout.create(name, [each for (each,) in self._ask(known)[0]]))

    def _rebuild(self, found: Mapping[str, frozenset[str]]) -> None:
        cells, new, old_name = self._layout.cells, self._layout.new, self._layout.old
        of_all = [TABLE, THERE] + ([BATCH] if self._layout.servers > 1 else [])
        self.create(new)
        for name, place in self._layout.places.items():
            if name in found:
                sources = self._sources(place, found[name])
                known = {each: source for each, source in sources.items() if source}
                old = [at(place, each, source) for each, source in known.items()]
                now = [place.columns[each] for each in known]
                self._server.ask_patiently(
                    f"INSERT INTO {new} ({', '.join([*of_all, *now])})"
                    f" SELECT {', '.join([*of_all, *old])} FROM {cells} WHERE {TABLE} = '{name}'"
                    f" AND NOT ({self._gone.rows(place, sources) or 0})"
                )
        columns = ", ".join(of_all)
        self._ask(f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {cells} WHERE {MARKS}")
        self._ask(f"RENAME TABLE {cells} TO {old_name}, {new} TO {cells}")
        self._ask(f"DROP TABLE {old_name}")
