"""A database in PostgreSQL: with its tables, and whether it can be used now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool

from analytics.storage.catalog import lock, owner, write_owner
from analytics.storage.database import Name
from analytics.storage.known_tables import KnownTables
from analytics.storage.migrations import columns_of, follow
from analytics.storage.postgresql_connection import connect, patiently
from analytics.storage.postgresql_order import forget_log, write_anew
from analytics.storage.postgresql_parts import OutOfTurn, make_parts, wait_for_turn
from analytics.storage.postgresql_rules import place_of, refused, unmet
from analytics.storage.postgresql_samples import take_no_samples
from analytics.storage.server import OF_SITE, Server
from analytics.storage.unusable import of_another
from policy import Fault, Register

__all__ = ["PostgreSQL"]

OF_A_STATEMENT = (ProgrammingError, IntegrityError, DataError)
"""Errors that say nothing of the server."""

LOCK_SCHEMA = "SELECT pg_advisory_xact_lock(hashtext('plainsite'), hashtext(?))"
"""As `catalog.lock` does in a schema that is there."""

SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = ?"

CHANGES = "SELECT pg_current_xact_id_if_assigned()::text"


class PostgreSQL(Server):
    """One of the two databases, at the address `url`. One transaction at a time is had, unless
    `begin` is "DEFERRED" and whoever writes sees to it."""

    def __init__(
        self,
        name: Name,
        url: URL,
        register: Register,
        *,
        begin: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE",
        known: KnownTables | None = None,
    ) -> None:
        site = url.query.get("site")
        self._schema = f"{site}_{name}" if site else ""
        place = f"{self._schema} in {place_of(url)}" if site else place_of(url)
        super().__init__(name, place, register, known or KnownTables(name), url)
        url = url.difference_update_query(OF_SITE)
        self._url = url.set(drivername="postgresql+psycopg")
        engine = self._engine(pool_pre_ping=True, pool_size=4, max_overflow=12, pool_timeout=5)
        event.listen(engine, "do_connect", lambda *_: self.take_up(), insert=True)
        event.listen(engine, "checkout", lambda *_: self.take_up())
        event.listen(engine, "handle_error", self._note, retval=True)
        event.listen(engine, "commit", self._worked)
        if begin == "IMMEDIATE":
            event.listen(engine, "begin", _be_the_only_one)
        self._use(engine)

    @property
    def shortest_pause(self) -> float:
        """The server writes 16 MB to begin its log anew: as seldom as the window lets it."""
        return self.window_seconds / 2

    @property
    def files(self) -> tuple[str, ...]:
        """Where what was deleted could stand."""
        return (f"the tables and the log of {self.place}",)

    def rewrite(self) -> None:
        """Write all tables anew, and begin the log anew. Raises SQLAlchemyError."""
        with self.engine.execution_options(tells_nothing=True).begin() as connection:
            write_anew(connection, self.tables.sorted_tables)
        forget_log(self.engine)

    def _engine(self, **pool: Any) -> Engine:
        engine = create_engine(self._url, hide_parameters=True, **pool)
        event.listen(engine, "do_connect", partial(connect, schema=self._schema))
        event.listen(engine, "before_cursor_execute", _with_our_marks, retval=True)
        return engine

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection beside the pool, which takes nothing up."""
        with self._engine(poolclass=NullPool).connect() as connection:
            yield connection

    def _note(self, context: ExceptionContext) -> DataError | None:
        error = context.sqlalchemy_exception
        if isinstance(context.original_exception, UnicodeError):
            # A text that the driver cannot write, or read: like one that the server refuses.
            return DataError(None, None, ValueError("a text that is no Unicode"))
        if context.is_disconnect or isinstance(error, ProgrammingError):
            # The server is away, or somebody may have changed the tables. Look again.
            self._is_ready = False
        if isinstance(error, DBAPIError) and not isinstance(error, OF_A_STATEMENT):
            self._failure = refused(self.place, error).message
        return None

    def _worked(self, connection: Connection) -> None:
        self._failure = ""
        tells = not connection.get_execution_options().get("tells_nothing")
        if tells and connection.exec_driver_sql(CHANGES).scalar() is not None:
            self.changed()

    def _found(self) -> Mapping[str, frozenset[str]]:
        with self._alone() as connection:
            return columns_of(connection)

    def _columns(self, connection: Connection) -> Mapping[str, frozenset[str]]:
        return columns_of(connection)

    def _refused(self, error: Exception) -> Fault:
        return refused(self.place, error)

    def _follow(self, keep: bool) -> tuple[Fault, ...]:
        with self._alone() as connection, patiently(connection):
            try:
                faults = self._follow_register(connection, keep)
            except OutOfTurn:
                connection.rollback()
                wait_for_turn(connection)
                faults = self._follow_register(connection, keep)
            if keep and not faults:
                take_no_samples(connection)
                connection.commit()
            return faults

    def _follow_register(self, connection: Connection, keep: bool) -> tuple[Fault, ...]:
        if faults := unmet(connection, self.place, self._schema):
            return faults
        if self._schema:
            _make_schema(connection, self._schema)
        # Of two services that begin at once, one makes tables; and nobody writes to what is copied.
        lock(connection)
        if faults := of_another(self.place, owner(connection), self._owners):
            return faults
        known = self.known.read()
        faults = tuple(follow(connection, self.name, self.register, self.tables, self.place, known))
        found = columns_of(connection)
        if not faults and self.name == "counters":
            gone = make_parts(connection, self.tables.sorted_tables)
            faults = (_lost_part(self.place, gone),) if gone else ()
        if faults or not keep:
            connection.rollback()
            return faults
        if self._owners:
            write_owner(connection, self._owners[0])
        connection.commit()
        self.known.write(found)
        return ()


def _lost_part(place: str, part: str) -> Fault:
    table = part.partition("_part_")[0]
    message = f'"{part}" is gone, a part of the table "{table}", with what it held'
    hint = (
        f"put a backup back; or begin the table anew: DROP TABLE {table} CASCADE in psql, and "
        f"build.py data accept-loss counters {table}"
    )
    return Fault(place, None, message, hint)


def _make_schema(connection: Connection, schema: str) -> None:
    """Make it, unless it is there. Of two who do so at once, one waits for the other."""
    connection.exec_driver_sql(LOCK_SCHEMA, (schema,))
    # Who may not make any needs no right where it is there.
    if not connection.exec_driver_sql(SCHEMA, (schema,)).scalar():
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')


def _be_the_only_one(connection: Connection) -> None:
    # As a file's write lock does: two submissions make no contact twice.
    if connection.get_execution_options().get("begin") != "DEFERRED":
        lock(connection)


def _with_our_marks(
    _connection: Connection,
    _cursor: object,
    statement: str,
    parameters: Any,
    context: Any,
    _executemany: bool,
) -> tuple[str, Any]:
    """Statements of ours have question marks for values, which all engines of SQLAlchemy's but this
    one's driver take as they are."""
    if context.compiled is None:
        statement = statement.replace("%", "%%")
        statement = statement.replace("?", "%s") if parameters else statement
    return statement, parameters
