"""The databases: each with its engine, its tables, and whether it can be used now.

A database is taken up when it is first used: made, or brought to what the register declares. One
that cannot be says why, whoever asks, until it was mended; then it is taken up without a restart,
as is a file that was put in its place. What it had and has lost is not made anew: somebody must say
that it is to be (`analytics.storage.known_tables`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Lock, RLock
from typing import Any, Literal
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, DisconnectionError
from sqlalchemy.pool import NullPool, QueuePool

from analytics.storage.inspection import CHECKED_BYTES, Changed, Inspection
from analytics.storage.known_tables import KnownTables
from analytics.storage.migrations import columns_of, follow, lost_of
from analytics.storage.schema import metadata
from analytics.storage.sqlite_file import BUSY_MS, NotPrivate, SQLiteFile, StillShared
from analytics.storage.store import LookedAfter
from analytics.storage.turns import Turns
from analytics.storage.unusable import (
    BUSY,
    DAMAGED,
    HARMLESS,
    HELD,
    DatabaseState,
    DatabaseUnavailable,
    code_of,
    damaged,
    fault_of,
    gone,
)
from policy import Fault, Faults, Register

__all__ = ["Database", "Name", "by_engine", "open_records"]

SECONDS_BETWEEN_TRIES = 2.0
Name = Literal["counters", "records"]

by_engine: WeakKeyDictionary[Engine, ref[Any]] = WeakKeyDictionary()
"""An engine's listeners hold its database, so both go together."""


class Database:
    """One of the two databases, in the file at `path`. Nothing is opened before it is used.

    `changed` is called after each change that was committed. `known` is what it held before.
    """

    shortest_pause = 1.0  # A burst of changes shares a rewriting.
    lingering_seconds = 0.0

    def __init__(  # noqa: PLR0913  (each is a fact that only the caller knows)
        self,
        name: Name,
        path: Path,
        register: Register,
        *,
        begin: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE",
        busy_ms: int = BUSY_MS,
        known: KnownTables | None = None,
    ) -> None:
        self.name = name
        self.register = register
        self.tables = metadata(register, name)
        self.file = SQLiteFile(path, busy_ms)
        self.known = known or KnownTables(name)
        self.changed: Callable[[], None] = lambda: None
        self._begin = begin
        self._identity: tuple[int, int] | None = None
        self._faults: tuple[Fault, ...] = ()
        self._failure, self._failure_code, self._suspect, self._uses = "", 0, False, 0
        self._inspection = Inspection(self.file, self.tables)
        self._tried = -SECONDS_BETWEEN_TRIES
        self._lock, self._probing, self._turns = RLock(), Lock(), Turns()
        # As many as there are threads, so that the turns are the only queue.
        self.engine = self._engine(self._open, poolclass=QueuePool, pool_size=0)
        event.listen(self.engine, "begin", self._take_turns)
        event.listen(self.engine, "checkout", self._check_out)
        event.listen(self.engine, "checkin", self._check_in)
        event.listen(self.engine, "handle_error", self._note)
        by_engine[self.engine] = ref(self)

    @staticmethod
    def of(engine: Engine) -> LookedAfter:
        """The database that an engine belongs to. Raises LookupError for an engine of none."""
        database: LookedAfter | None = by_engine[engine]()
        if database is None:
            raise LookupError("the engine was closed")
        return database

    @property
    def state(self) -> DatabaseState:
        """As it is now; takes up one that was not usable, as its next user would."""
        try:
            self.take_up()
        except DatabaseUnavailable as unavailable:
            return DatabaseState(self.name, False, unavailable.faults)
        return DatabaseState(self.name, True, (), HELD if self._inspection.held else self._failure)

    @property
    def window_seconds(self) -> float:
        """For how long the file may tell an order, as the register says."""
        return float(self.register.window(self.name).keep.seconds)

    @property
    def files(self) -> tuple[str, ...]:
        """Where what was deleted could stand."""
        return self.file.path.name, self.file.journal.name

    def take_up(self) -> None:
        """Make sure that it can be used. Raises DatabaseUnavailable."""
        identity = self.file.identity
        if identity is not None and identity == self._identity:
            return
        with self._lock:
            identity = self.file.identity
            if identity is not None and identity == self._identity:
                return
            if time.monotonic() < self._tried + SECONDS_BETWEEN_TRIES and self._faults:
                raise DatabaseUnavailable(self.name, self._faults)
            self._identity = None
            self._faults = self._prepare()
            self._tried = time.monotonic()
            if self._faults:
                raise DatabaseUnavailable(self.name, self._faults)
            self._identity, self._failure = self.file.identity, ""
            # What connections of before remember of the file may be wrong by now.
            self._uses += 1
            self.changed()

    def check(self) -> tuple[Fault, ...]:
        """What would keep a service from using it. Changes nothing."""
        return self._prepare(keep=False) if self.file.identity or self.known.read() else ()

    def lost(self) -> tuple[str, ...]:
        """What is missing, as `lost_of` names it, or all by its name. Raises SQLAlchemyError."""
        known = self.known.read()
        if not known:
            return ()
        if self.file.identity is None:
            return (self.name,)
        with self._engine(self.file.connect, poolclass=NullPool).connect() as connection:
            found = columns_of(connection)
        return lost_of(found, self.name, self.register, self.tables, known)

    def look(self) -> None:
        """See whether it is still as it was taken up, before anybody uses it."""
        if not self.state.usable:
            return
        try:
            with closing(self.file.connect_to_look()) as raw:
                with self._probing:
                    if self._inspection.probe(raw) and self._failure_code in BUSY:
                        self._failure = ""
                self._inspection.see(raw)
        except sqlite3.DatabaseError as error:
            if code_of(error) not in BUSY:
                self._judge(error)
        except Changed as change:
            with self._lock:
                self._suspect, self._identity = self._suspect or change.damaged, None

    def rewrite(self) -> None:
        """Write the file anew in the order of its keys, which are random: SQLite puts rows into a
        page in the order in which they came (https://www.sqlite.org/fileformat2.html#b_tree_pages).
        Raises SQLAlchemyError, sqlite3.Error."""
        pooled = self.engine.raw_connection()
        try:
            self._take_turn(pooled.record_info)
            raw: Any = pooled.dbapi_connection
            raw.execute("VACUUM")
            if not self.file.overwrite_journal(raw, wait=True):
                raise sqlite3.OperationalError("the journal is in use")
            self._inspection.written()
        except sqlite3.DatabaseError as error:
            self._judge(error)
            raise
        finally:
            pooled.close()

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def _engine(self, opens: Callable[[], sqlite3.Connection], **pool: Any) -> Engine:
        engine = create_engine("sqlite://", creator=opens, hide_parameters=True, **pool)
        event.listen(engine, "connect", self._connect)
        return engine

    def _open(self) -> sqlite3.Connection:
        self.take_up()
        connection = self.file.connect()
        self.file.keep_no_history(connection)
        return connection

    def _connect(self, connection: sqlite3.Connection, record: Any) -> None:
        record.info["use"] = self._uses
        record.info["changes"] = connection.total_changes

    def _take_turns(self, connection: Connection) -> None:
        # Taking the write lock first keeps two submissions from making one contact twice.
        kind = connection.get_execution_options().get("begin", self._begin)
        if kind != "DEFERRED":
            self._take_turn(connection.connection.record_info)
        connection.exec_driver_sql(f"BEGIN {kind}")

    def _take_turn(self, record_info: Any) -> None:
        # Not in `info`, which is forgotten where a connection is given up.
        if not record_info.get("turn"):
            record_info["turn"] = self._turns.take(self.file.busy_ms / 1_000)

    def _check_out(self, _connection: object, record: Any, _proxy: object) -> None:
        self.take_up()
        if record.info.get("use") != self._uses:
            raise DisconnectionError("the file was replaced, or looked at again")

    def _check_in(self, connection: sqlite3.Connection | None, record: Any) -> None:
        try:
            self._leave_no_journal(connection, record)
        finally:
            if record.record_info.pop("turn", False):
                self._turns.give()

    def _leave_no_journal(self, connection: sqlite3.Connection | None, record: Any) -> None:
        failed = record.info.pop("failed", False)
        if connection is None or connection.total_changes == record.info.get("changes"):
            return
        with self._probing:
            overwritten = self.file.overwrite_journal(connection)
        if overwritten:
            record.info["changes"] = connection.total_changes
        if not failed:  # SQLite counts a change that was rolled back as well.
            self._failure = ""
            self._inspection.written()
        self.changed()

    def _note(self, context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, sqlite3.DatabaseError):
            if context.connection is not None and code_of(error) not in HARMLESS:
                context.connection.info["failed"] = True
            self._judge(error)

    def _judge(self, error: sqlite3.DatabaseError) -> None:
        code = code_of(error)
        if code == sqlite3.SQLITE_ERROR:
            # Such as a table that is not there: somebody may have changed them. Look again.
            with self._lock:
                self._identity = None
        if code in HARMLESS:
            return
        self._failure, self._failure_code = fault_of(self.file.path, error).message, code
        if code in DAMAGED:
            with self._lock:
                self._suspect, self._identity = True, None

    def _prepare(self, *, keep: bool = True) -> tuple[Fault, ...]:
        """What keeps it from being used, once all was done that could be."""
        file, path = self.file, self.file.path
        if file.identity is None and self.known.read():
            return (gone(path, self.name),)
        try:
            file.make_private()
            return self._follow(keep)
        except (NotPrivate, StillShared, OSError, sqlite3.DatabaseError, DatabaseError) as error:
            return (fault_of(path, error),)

    def _follow(self, keep: bool) -> tuple[Fault, ...]:
        with self._engine(self.file.connect, poolclass=NullPool).connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if keep:
                self.file.keep_no_history(raw)
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            if self._suspect or self.file.path.stat().st_size < CHECKED_BYTES:
                answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if answer != "ok":
                    return (damaged(self.file.path),)
                self._suspect = False
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            name = self.file.path.name
            known = self.known.read()
            faults = follow(connection, self.name, self.register, self.tables, name, known)
            found = columns_of(connection)
            connection.exec_driver_sql("ROLLBACK" if faults or not keep else "COMMIT")
            if keep and not faults:
                self.known.write(found)
            if keep:
                self.file.overwrite_journal(raw, wait=True)
        return Faults(faults).faults


def open_records(path: Path, register: Register, known: KnownTables | None = None) -> Engine:
    """The records database at `path`, with exactly the tables that the register declares.

    Raises `Faults` where it cannot be used, or where it has lost what is `known` of it.
    """
    database = Database("records", path, register, known=known)
    try:
        database.take_up()
    except DatabaseUnavailable as unavailable:
        database.close()
        raise Faults(unavailable.faults) from None
    return database.engine
