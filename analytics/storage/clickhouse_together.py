"""Several servers of ClickHouse that keep the counters of one database together: each is told which
one it is, and what is read is read of all.

A server that comes to others has nothing yet. What there is is then put together on the first, in a
table for so many servers, and goes from there to where it belongs. Which table counts is told by
the first alone: that of fewer servers, as long as it is there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from analytics.storage.clickhouse_dbapi import Connection
from analytics.storage.clickhouse_following import Following
from analytics.storage.clickhouse_layout import BATCH, SHARD, SHARDS, TABLE, THERE, TURN, Layout
from analytics.storage.clickhouse_settling import CLOSED
from analytics.storage.clickhouse_strangers import all_columns, generation_of
from policy import Fault

__all__ = ["One", "Together", "misplaced", "one_twice"]

Known = Mapping[str, frozenset[str]]
Follows = Callable[["One", Layout], Following]
CLUSTERS = "SELECT count() FROM system.clusters WHERE cluster = '{}'"
ASKED = "SELECT count() FROM system.processes WHERE query_id = '{}'"
WORDS = "write the address with all of them, in the order in which they came: ?shard=HOST:PORT each"


@dataclass(frozen=True, slots=True)
class One:
    """One server at a place `at` of the address, as `place` says it."""

    connection: Connection
    at: int
    place: str

    def ask(self, statement: str) -> Any:
        """What it answers."""
        return self.connection.ask_at(self.at, statement)

    def ask_patiently(self, statement: str) -> Any:
        """As `ask`, of what may take the time that writing all anew takes."""
        session = self.connection.sessions[self.at]
        return self.connection.do(lambda: session.ask_patiently(statement), self.at)

    def wait_for_turn(self, *, settles: bool = False) -> None:
        """Have nobody write until the connection is closed, or nobody settle."""
        session = self.connection.sessions[self.at]
        self.connection.do(lambda: session.begin(TURN, settles=settles), self.at)

    def generations(self) -> set[int]:
        """For how many servers there are tables with rows."""
        return {generation_of(name) for name in all_columns(self.ask)} - {0}

    def now(self) -> int:
        """For how many servers the one is that counts; nought where there is none."""
        return min(self.generations(), default=0)

    def marker(self) -> tuple[int, str] | None:
        """Which one it says that it is, and of which servers."""
        if SHARD not in all_columns(self.ask):
            return None
        ((number, of),), _ = self.ask(f"SELECT number, of FROM {SHARD}")
        return int(number), str(of)


def misplaced(servers: Sequence[One], layout: Layout) -> Iterator[Fault]:
    """What is wrong with which servers an address names, and in which order."""
    markers = [each.marker() for each in servers]
    of = next((each[1] for each in markers if each), "")
    for one, marker in zip(servers, markers, strict=True):
        generations = one.generations()
        now, number = min(generations, default=0), one.at + 1
        if marker and marker[1] != of:
            hint = "name the servers that keep these counters, or an empty database"
            yield Fault(one.place, None, "it belongs to other counters than the first one", hint)
        elif now > layout.servers:
            named = "one" if layout.servers == 1 else layout.servers
            message = f"the counters stand on {now} servers, and the address names {named}"
            yield Fault(one.place, None, message, WORDS)
        elif marker and marker[0] != number:
            message = (
                f"it is server {marker[0]} of the counters, and not {number} as the address says"
            )
            yield Fault(one.place, None, message, WORDS)
        elif number > 1 and generations and not marker:
            message = "it has counters of its own"
            hint = "move them away, or name a server whose database is empty"
            yield Fault(one.place, None, message, hint)


def one_twice(servers: Sequence[One]) -> Iterator[Fault]:
    """One that an address names twice, by two of its names: what is asked of one is seen there by
    the other. Nothing is made on it for that."""
    names = [f"plainsite {secrets.token_hex(8)}" for _ in servers]
    for at, one in enumerate(servers):
        for before in servers[:at]:
            ((asked,),), _ = one.ask(ASKED.format(names[before.at]))
            if asked:
                message = f"it is the same server as {before.place.rpartition(' at ')[2]}"
                yield Fault(one.place, None, message, "name each server once")
                return
        if one is not servers[-1]:
            session = one.connection.sessions[at]
            one.connection.do(partial(session.begin_nothing, names[at]), at)
    for one in servers:
        one.connection.sessions[one.at].give_up()


class Together:
    """All of them, with the layouts for `fewer`. `keepers` are the same ones by other connections,
    and `follows` gives what is done to one. Raises what the servers' `ask` does."""

    def __init__(
        self,
        servers: Sequence[One],
        keepers: Sequence[One],
        layout: Layout,
        fewer: Mapping[int, Layout],
    ) -> None:
        self._servers, self._keepers, self._layout, self._fewer = servers, keepers, layout, fewer
        self._first = servers[0]

    def faults(self, follows: Follows, known: Known) -> list[Fault]:
        """What is in the way."""
        if faults := [*self._without_cluster()]:
            return faults
        now = self._first.now()
        for one in self._servers:
            has_rows = one.at < now
            of = self._fewer[now] if has_rows and now < self._layout.servers else self._layout
            following = follows(one, of)
            if has_rows and now not in one.generations():
                faults.append(following.without_rows())
            elif not now and self._has_rows(one):
                return [follows(self._first, self._layout).without_rows()]
            else:
                faults += following.faults(known if has_rows else {})
        return faults

    def make_turns(self, follows: Follows, known: Known) -> list[Fault]:
        """Make the tables by which those wait for each other who make tables, where nothing is in
        the way, which is returned."""
        if faults := self.faults(follows, known):
            return faults
        for one in self._servers:
            follows(one, self._layout).make_turn_at_once()
        return []

    def follow(self, follows: Follows) -> None:
        """Make what is missing, where there are no faults. Nobody may write meanwhile."""
        now = self._first.now()
        self._mark()
        if 0 < now < self._layout.servers:
            with self._held():
                for one in self._servers[:now]:
                    follows(one, self._fewer[now]).follow()
            self._gather(self._fewer[now], follows)
        with self._held():
            # The first one last: it says that all are there.
            for one in reversed(self._servers):
                follows(one, self._layout).follow()
                self._forget_fewer(one)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Have no server take or give away rows, as another service may have begun."""
        try:
            for each in self._keepers:
                each.wait_for_turn(settles=True)
            yield
        finally:
            for each in self._keepers:
                each.connection.sessions[each.at].give_up()

    def astray(self) -> Iterator[Fault]:
        """Where one that asks all of them asks others than the address names."""
        wanted = {each.marker() for each in self._servers}
        for one in self._servers:
            found, _ = one.ask(f"SELECT number, of FROM {SHARDS}")
            if {(number, of) for number, of in found} != wanted or len(found) != len(wanted):
                message = f"its <{self._layout.cluster}> has other servers than the address"
                yield Fault(one.place, None, message, "write the same ones below <remote_servers>")

    def _without_cluster(self) -> Iterator[Fault]:
        hint = "write it below <remote_servers>, as in deploy/clickhouse-shards.xml"
        of = [
            self._layout,
            *(each for number, each in self._fewer.items() if number == self._first.now()),
        ]
        for layout in (each for each in of if each.servers > 1):
            for one in self._servers[: layout.servers]:
                ((found,),), _ = one.ask(CLUSTERS.format(layout.cluster))
                if found != layout.servers:
                    servers = f"<{layout.cluster}> of {layout.servers} servers"
                    message = f"its configuration has no {servers}"
                    yield Fault(one.place, None, message, hint)

    def _has_rows(self, one: One) -> bool:
        """Whether it has some, though the first does not know of them."""
        cells = self._layout.cells
        if cells not in all_columns(one.ask):
            return False
        ((rows,),), _ = one.ask(f"SELECT count() FROM {cells}")
        return bool(rows)

    def _mark(self) -> None:
        """Have each say which one it is."""
        marker = self._first.marker()
        of = marker[1] if marker else secrets.token_hex(8)
        for one in self._servers:
            if one.marker() is None:
                number = f"toUInt8({one.at + 1})"
                one.ask(f"CREATE VIEW {SHARD} AS SELECT {number} AS number, '{of}' AS of")

    def _gather(self, fewer: Layout, follows: Follows) -> None:
        """Put together on the first what fewer servers have, as a batch that is closed."""
        layout, first = self._layout, self._first
        if fewer.servers > 1:
            sessions = first.connection.sessions[: fewer.servers]
            Connection(sessions, fewer).settle()
        for one in reversed(self._servers):
            one.ask(f"DROP TABLE IF EXISTS {layout.cells}")
            follows(one, layout).create(layout.cells)
        keys = [each for each in layout.key if each != BATCH]
        sums = [f"sum({each})" for each in layout.sums]
        there = " OR ".join(f"{each} != 0" for each in sums)
        first.ask_patiently(
            f"INSERT INTO {layout.cells} ({', '.join([*keys, BATCH, *layout.sums])})"
            f" SELECT {', '.join([*keys, 'toInt64(1)', *sums])} FROM {fewer.whole}"
            f" WHERE {TABLE} < '#' OR {TABLE} >= '$' GROUP BY {', '.join(keys)} HAVING {there}"
        )
        first.ask(f"INSERT INTO {layout.cells} ({TABLE}, {THERE}) SELECT '{CLOSED}', 1")
        first.ask(f"DROP TABLE {fewer.cells}")

    def _forget_fewer(self, one: One) -> None:
        for name in all_columns(one.ask):
            if 0 < generation_of(name) < self._layout.servers:
                one.ask(f'DROP TABLE "{name}"')
