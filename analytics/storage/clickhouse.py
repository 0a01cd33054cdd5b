"""The counters in ClickHouse: with their tables, and whether they can be used now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
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
from analytics.storage.catalog import lock
from analytics.storage.clickhouse_client import Session
from analytics.storage.clickhouse_following import Following, columns_of
from analytics.storage.clickhouse_layout import CELLS, LIFETIME_SECONDS, TURN, Layout
from analytics.storage.clickhouse_merging import forget_old_copies, make_copy, merge
from analytics.storage.clickhouse_rules import UNKNOWN_DATABASE, place_of, quoted, refused, unmet
from analytics.storage.database import Name
from analytics.storage.known_tables import KnownTables
from analytics.storage.server import OF_SITE, Server
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
        super().__init__(name, place_of(self._url), register, known or KnownTables(name), url)
        self._layout = Layout(self.tables)
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
    def shortest_pause(self) -> float:
        """All rows are written anew: as seldom as the window lets it."""
        return self.window_seconds

    @property
    def files(self) -> tuple[str, ...]:
        """Where what was deleted could stand."""
        return (f"the tables of {self.place}",)

    def rewrite(self) -> None:
        """Have all rows merged, in the order of their keys. Raises SQLAlchemyError."""
        self.take_up()
        with self._session() as session:
            forget_old_copies(session)
            merge(session, CELLS)

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
        with self._session() as session:
            name = make_copy(session)
            try:
                with self.engine.connect() as connection:
                    raw: Any = connection.connection.dbapi_connection
                    with raw.seeing(name):
                        yield connection
            finally:
                session.ask(f"DROP TABLE IF EXISTS {name}")

    def _open(self) -> clickhouse_dbapi.Connection:
        self.take_up()
        return clickhouse_dbapi.Connection(Session(self._url), self._layout)

    @contextmanager
    def _session(self, url: URL | None = None) -> Iterator[clickhouse_dbapi.Connection]:
        """Beside the pool, which takes it up. Raises SQLAlchemyError."""
        connection = clickhouse_dbapi.Connection(Session(url or self._url), self._layout)
        try:
            with closing(connection):
                yield connection
        except clickhouse_dbapi.DatabaseError as error:
            raise OperationalError("", None, error) from error

    def _found(self) -> Mapping[str, frozenset[str]]:
        if not self._has_database(keep=False):
            return {}
        with self._session() as session:
            return columns_of(session.ask, self._layout)

    def _columns(self, connection: Connection) -> Mapping[str, frozenset[str]]:
        raw: Any = connection.connection.dbapi_connection
        try:
            return columns_of(raw.ask, self._layout)
        except clickhouse_dbapi.DatabaseError as error:
            # SQLAlchemy, by which failures are noted, does not see what is asked beside it.
            self._is_ready = False
            connection.invalidate()
            raise OperationalError("", None, error) from error

    def _refused(self, error: Exception) -> Fault:
        return refused(self.place, error)

    def _note(self, context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception
        if context.is_disconnect or isinstance(error, ProgrammingError):
            # The server is away, or somebody may have changed the tables. Look again.
            self._is_ready = False
        if isinstance(error, DBAPIError) and not isinstance(error, OF_A_STATEMENT):
            self._failure = refused(self.place, error).message

    def _worked(self, connection: Connection) -> None:
        self._failure = ""
        raw: Any = connection.connection.dbapi_connection
        if raw.has_changes:
            self.changed()

    def _has_database(self, *, keep: bool) -> bool:
        """Whether the site's own is there; with `keep` it is made. Its user need not be let into
        the one that the address names where it is. Raises SQLAlchemyError."""
        if not self._is_shared:
            return True
        try:
            with self._session() as session:
                session.ask("SELECT 1")
                return True
        except OperationalError as error:
            if getattr(error.orig, "code", 0) != UNKNOWN_DATABASE:
                raise
        with self._session(self._given) as session:
            session.ask("SELECT 1")
            if keep:
                session.ask(f"CREATE DATABASE IF NOT EXISTS {quoted(self._url.database)}")
        return keep

    def _follow(self, keep: bool) -> tuple[Fault, ...]:
        if not self._has_database(keep=keep):
            return ()
        with self._session() as session:
            if faults := unmet(session.ask, self.place):
                return faults
            following = Following(
                session, self.register, self.tables, self._layout, self.place, self._owners
            )
            known = self.known.read()
            if not keep:
                return tuple(following.faults(known))
            if in_the_way := following.make_turn(known):
                return tuple(in_the_way)
            # Of two services that begin at once, one makes tables.
            session.wait_for_turn(TURN)
            faults = tuple(following.faults(known))
            if not faults:
                following.follow()
                self.known.write(columns_of(session.ask, self._layout))
            return faults
