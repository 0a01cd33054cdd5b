"""The counters in ClickHouse: with their tables, and whether they can be used now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.pool import QueuePool

from analytics.storage import clickhouse_dbapi, clickhouse_dialect
from analytics.storage.addresses import servers_of
from analytics.storage.catalog import lock
from analytics.storage.clickhouse_client import Session
from analytics.storage.clickhouse_following import Following, columns_of
from analytics.storage.clickhouse_layout import LIFETIME_SECONDS, Layout
from analytics.storage.clickhouse_merging import copied, forget_old_copies, merge_all
from analytics.storage.clickhouse_rules import (
    UNKNOWN_DATABASE,
    is_apart,
    place_of,
    quoted,
    refused,
    unmet,
)
from analytics.storage.clickhouse_together import One, Together, misplaced, one_twice
from analytics.storage.database import Name
from analytics.storage.known_tables import KnownTables
from analytics.storage.server import OF_SITE, Server
from analytics.storage.unusable import DatabaseState
from policy import Fault, Register

__all__ = ["ClickHouse"]

OF_A_STATEMENT = (ProgrammingError, IntegrityError, DataError)
"""Errors that say nothing of the server."""

SWEEP_SECONDS = 11
"""After so long at most an idle server looks for files whose time is over
(dbms/src/Storages/MergeTree/BackgroundProcessingPool.cpp of 18.16)."""


class ClickHouse(Server):
    """The counters at the address `url`: in its database, or in one beside it that is a site's own.
    Those who write wait for each other."""

    lingering_seconds = float(LIFETIME_SECONDS + SWEEP_SECONDS)

    def __init__(
        self, name: Name, url: URL, register: Register, *, known: KnownTables | None = None
    ) -> None:
        self._given = self._url = url.difference_update_query(OF_SITE)
        if site := url.query.get("site"):
            self._url = self._given.set(database=f"{url.database}_{site}")
        self._is_shared = bool(site)
        self._urls, self._all_given = servers_of(self._url), servers_of(self._given)
        of_several = len(self._urls) > 1
        self._places = [place_of(each, of_several=of_several) for each in self._urls]
        first, *others = self._places
        place = ", ".join([first, *(each.partition(" at ")[2] for each in others)])
        super().__init__(name, place, register, known or KnownTables(name), url)
        self._layout = Layout(self.tables, len(self._urls))
        engine = create_engine(
            f"{clickhouse_dialect.ClickHouseDialect.name}://",
            creator=self._open,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=12,
            pool_timeout=5,
            hide_parameters=True,
        )
        event.listen(engine, "checkout", lambda *_: self.take_up())
        event.listen(engine, "handle_error", self._note)
        event.listen(engine, "commit", self._worked)
        self._use(engine)

    @property
    def state(self) -> DatabaseState:
        """As it is now, with the number of the server that keeps several from being used."""
        found = super().state
        if self._layout.servers == 1:
            return found
        said = (replace(each, message=self._numbered(each)) for each in found.faults)
        return replace(found, faults=tuple(said))

    def _numbered(self, fault: Fault) -> str:
        if fault.path not in self._places:
            return fault.message
        number = self._places.index(fault.path) + 1
        return f"server {number} of {self._layout.servers}: {fault.message}"

    @property
    def shortest_pause(self) -> float:
        """All rows are written anew: as seldom as the window lets it."""
        return self.window_seconds

    @property
    def files(self) -> tuple[str, ...]:
        """Where what was deleted could stand."""
        return (f"the tables of {self.place}",)

    def rewrite(self) -> None:
        """Have all rows merged, in the order of their keys; on several servers, each where it
        belongs. Raises SQLAlchemyError."""
        self.take_up()
        with self._session() as session:
            servers = self._each(session)
            for one in servers:
                forget_old_copies(one, self._layout)
            if self._layout.servers > 1:
                session.close_batch()
            merge_all(servers, self._layout.cells)

    @contextmanager
    def reading(self, *, alone: bool) -> Iterator[Connection]:
        """A connection that sees one moment; with `alone`, nobody writes until it is closed. Raises
        SQLAlchemyError."""
        if alone:
            with self.engine.connect() as connection:
                lock(connection)
                yield connection
            return
        self.take_up()
        with (
            self._session() as session,
            copied(session, self._each(session), self._layout) as name,
            self.engine.connect() as connection,
        ):
            raw: Any = connection.connection.dbapi_connection
            with raw.seeing(name):
                yield connection

    @contextmanager
    def sessions(self) -> Iterator[tuple[clickhouse_dbapi.Connection, list[One], Layout]]:
        """A connection beside the pool, the servers as they are asked by it, and how the rows stand
        there. Raises SQLAlchemyError."""
        with self._session() as session:
            yield session, self._each(session), self._layout

    def _open(self) -> clickhouse_dbapi.Connection:
        self.take_up()
        return self._connection(self._urls)

    def _connection(self, urls: Sequence[URL]) -> clickhouse_dbapi.Connection:
        return clickhouse_dbapi.Connection([Session(each) for each in urls], self._layout)

    def _each(self, connection: clickhouse_dbapi.Connection) -> list[One]:
        return [One(connection, at, place) for at, place in enumerate(self._places)]

    @contextmanager
    def _session(self, urls: Sequence[URL] = ()) -> Iterator[clickhouse_dbapi.Connection]:
        """Beside the pool, which takes it up. Raises SQLAlchemyError."""
        connection = self._connection(urls or self._urls)
        try:
            with closing(connection):
                yield connection
        except clickhouse_dbapi.DatabaseError as error:
            raise OperationalError("", None, error) from error

    def _found(self) -> Mapping[str, frozenset[str]]:
        if not self._has_database(keep=False):
            return {}
        with self._session() as session:
            first = self._each(session)[0]
            servers = first.now() or self._layout.servers
            return columns_of(first.ask, Layout(self.tables, servers, self._layout.servers))

    def _columns(self, connection: Connection) -> Mapping[str, frozenset[str]]:
        raw: Any = connection.connection.dbapi_connection
        try:
            first, *others = (columns_of(one.ask, self._layout) for one in self._each(raw))
        except clickhouse_dbapi.DatabaseError as error:
            # SQLAlchemy, by which failures are noted, does not see what is asked beside it.
            self._is_ready = False
            connection.invalidate()
            raise OperationalError("", None, error) from error
        return {
            name: columns.intersection(*(each.get(name, frozenset()) for each in others))
            for name, columns in first.items()
        }

    def _refused(self, error: Exception) -> Fault:
        place = self._places[getattr(getattr(error, "orig", None), "at", 0)]
        return refused(place, error, had_rows=bool(self.known.read()))

    def _note(self, context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception
        if context.is_disconnect or isinstance(error, ProgrammingError) or is_apart(error):
            # A server is away, or somebody may have changed the tables. Look again.
            self._is_ready = False
        if isinstance(error, DBAPIError) and not isinstance(error, OF_A_STATEMENT):
            self._failure = self._refused(error).message

    def _worked(self, connection: Connection) -> None:
        self._failure = ""
        raw: Any = connection.connection.dbapi_connection
        if raw.has_changes:
            self.changed()

    def _has_database(self, *, keep: bool) -> bool:
        """Whether the site's own is there, on each server; with `keep` it is made. Its user need
        not be let into the one that the address names where it is. Raises SQLAlchemyError."""
        if not self._is_shared:
            return True
        found = {self._has_database_at(at, keep=keep) for at in range(len(self._urls))}
        return found == {True}

    def _has_database_at(self, at: int, *, keep: bool) -> bool:
        try:
            with self._session([self._urls[at]]) as session:
                session.ask("SELECT 1")
                return True
        except OperationalError as error:
            if getattr(error.orig, "code", 0) != UNKNOWN_DATABASE:
                raise
        with self._session([self._all_given[at]]) as session:
            session.ask("SELECT 1")
            if keep:
                session.ask(f"CREATE DATABASE IF NOT EXISTS {quoted(self._url.database)}")
        return keep

    def _follow(self, keep: bool) -> tuple[Fault, ...]:
        if not self._has_database(keep=keep):
            return ()
        with self._session() as session:
            servers = self._each(session)
            for one in servers:
                if faults := unmet(one.ask, one.place):
                    return faults
            if faults := (*misplaced(servers, self._layout), *one_twice(servers)):
                return faults
            if self._layout.servers > 1:
                return self._follow_all(servers, keep=keep)
            return self._follow_one(servers[0], keep=keep)

    def _follow_one(self, one: One, *, keep: bool) -> tuple[Fault, ...]:
        following, known = self._following(one, self._layout), self.known.read()
        if not keep:
            return tuple(following.faults(known))
        if in_the_way := following.make_turn(known):
            return tuple(in_the_way)
        # Of two services that begin at once, one makes tables.
        one.wait_for_turn()
        faults = tuple(following.faults(known))
        if not faults:
            following.follow()
            self.known.write(columns_of(one.ask, self._layout))
        return faults

    def _follow_all(self, servers: Sequence[One], *, keep: bool) -> tuple[Fault, ...]:
        layout, known = self._layout, self.known.read()
        fewer = {
            number: Layout(self.tables, number, layout.servers)
            for number in range(1, layout.servers)
        }
        with self._session() as other:
            together = Together(servers, self._each(other), layout, fewer)
            if not keep:
                return tuple(together.faults(self._following, known))
            if in_the_way := together.make_turns(self._following, known):
                return tuple(in_the_way)
            servers[0].wait_for_turn()
            if faults := together.faults(self._following, known):
                return tuple(faults)
            together.follow(self._following)
            if astray := tuple(together.astray()):
                return astray
            self.known.write(columns_of(servers[0].ask, layout))
            return ()

    def _following(self, one: One, layout: Layout) -> Following:
        return Following(one, self.register, self.tables, layout, one.place, self._owners)
