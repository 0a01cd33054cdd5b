"""The databases: each with its engine, its tables, and whether it can be used now.

A database is taken up when it is first used: made, or brought to what the register declares. One
that cannot be says why, whoever asks, until it was mended; then it is taken up without a restart,
as is a file that was put in its place.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Literal
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import NullPool, Pool, QueuePool

from analytics.storage.migrations import follow
from analytics.storage.schema import metadata
from analytics.storage.sqlite_file import BUSY_MS, NotPrivate, SQLiteFile, StillShared
from policy import Fault, Faults, Register

__all__ = ["Database", "DatabaseState", "DatabaseUnavailable", "Name", "open_records"]

SECONDS_BETWEEN_TRIES = 2.0
CHECKED_BYTES = 64 << 20
"""A larger file is not read through at its start, only once something in it was found damaged."""

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

Name = Literal["counters", "records"]

_databases: WeakKeyDictionary[Engine, ref[Database]] = WeakKeyDictionary()
"""An engine's listeners hold its database, so both go together."""


class DatabaseUnavailable(SQLAlchemyError):
    """The database `name` cannot be used now; `faults` say why. Nothing was read or written."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        self.name = name
        self.faults = faults
        super().__init__(f"the {name} cannot be used")


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Whether a database can be used, and if not, why. `failure` is the kind of the last thing
    that a database in use could not do, such as a full disk; empty once something worked."""

    name: str
    usable: bool
    faults: tuple[Fault, ...] = ()
    failure: str = ""

    @property
    def works(self) -> bool:
        """Whether it can be used, and did what was last asked of it."""
        return self.usable and not self.failure


class Database:
    """One of the two databases, in the file at `path`. Nothing is opened before it is used.

    `changed` is called after each change that was committed.
    """

    def __init__(
        self,
        name: Name,
        path: Path,
        register: Register,
        *,
        begin: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE",
        busy_ms: int = BUSY_MS,
    ) -> None:
        self.name = name
        self.register = register
        self.tables = metadata(register, name)
        self.file = SQLiteFile(path, busy_ms)
        self.changed: Callable[[], None] = lambda: None
        self._begin = begin
        self._identity: tuple[int, int] | None = None
        self._faults: tuple[Fault, ...] = ()
        self._failure = ""
        self._suspect = self._was_usable = False
        self._tried = -SECONDS_BETWEEN_TRIES
        self._lock = RLock()
        self.engine = self._engine(self._open, QueuePool)
        event.listen(self.engine, "begin", self._take_turns)
        event.listen(self.engine, "checkout", self._check_out)
        event.listen(self.engine, "checkin", self._check_in)
        event.listen(self.engine, "handle_error", self._note)
        _databases[self.engine] = ref(self)

    @staticmethod
    def of(engine: Engine) -> Database:
        """The database that an engine belongs to. Raises LookupError for an engine of none."""
        database = _databases[engine]()
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
        return DatabaseState(self.name, True, failure=self._failure)

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
            self._identity, self._was_usable, self._failure = self.file.identity, True, ""
            self.changed()

    def check(self) -> tuple[Fault, ...]:
        """What would keep a service from using it. Changes nothing."""
        return self._prepare(keep=False) if self.file.identity else ()

    def rewrite(self) -> None:
        """Write the file anew in the order of its keys, which are random.

        SQLite puts rows into a page in the order in which they came, whatever their keys, so
        where a row's bytes stand would tell when it came.
        https://www.sqlite.org/fileformat2.html#b_tree_pages
        Raises SQLAlchemyError, sqlite3.Error.
        """
        pooled = self.engine.raw_connection()
        try:
            raw: Any = pooled.dbapi_connection
            raw.execute("VACUUM")
            if not self.file.overwrite_journal(raw, wait=True):
                raise sqlite3.OperationalError("the journal is in use")
        except sqlite3.DatabaseError as error:
            self._judge(error)
            raise
        finally:
            pooled.close()

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def _engine(self, opens: Callable[[], sqlite3.Connection], pool: type[Pool]) -> Engine:
        engine = create_engine("sqlite://", creator=opens, poolclass=pool)
        event.listen(engine, "connect", self._connect)
        return engine

    def _open(self) -> sqlite3.Connection:
        self.take_up()
        connection = self.file.connect()
        self.file.keep_no_history(connection)
        return connection

    def _connect(self, connection: sqlite3.Connection, record: Any) -> None:
        record.info["identity"] = self.file.identity
        record.info["changes"] = connection.total_changes

    def _take_turns(self, connection: Connection) -> None:
        # Taking the write lock first keeps two submissions from making one contact twice.
        kind = connection.get_execution_options().get("begin", self._begin)
        connection.exec_driver_sql(f"BEGIN {kind}")

    def _check_out(self, _connection: object, record: Any, _proxy: object) -> None:
        self.take_up()
        if record.info.get("identity") != self._identity:
            raise DisconnectionError("the file was replaced")

    def _check_in(self, connection: sqlite3.Connection | None, record: Any) -> None:
        if connection is None or connection.total_changes == record.info.get("changes"):
            return
        if self.file.overwrite_journal(connection):
            record.info["changes"] = connection.total_changes
        self._failure = ""
        self.changed()

    def _note(self, context: ExceptionContext) -> None:
        if isinstance(context.original_exception, sqlite3.DatabaseError):
            self._judge(context.original_exception)

    def _judge(self, error: sqlite3.DatabaseError) -> None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_ERROR:
            # Such as a table that is not there: somebody may have changed them. Look again.
            with self._lock:
                self._identity = None
        if code in HARMLESS:
            return
        self._failure = type(error).__name__
        if code in DAMAGED:
            with self._lock:
                self._suspect, self._identity = True, None

    def _prepare(self, *, keep: bool = True) -> tuple[Fault, ...]:
        """What keeps it from being used, once all was done that could be."""
        file, path = self.file, self.file.path
        if self._was_usable and file.identity is None:
            hint = "put it back, or restart the service to begin with an empty one"
            return (Fault(path.name, None, f"{path} is gone, or empty", hint),)
        try:
            file.make_private()
            return self._follow(keep)
        except NotPrivate as error:
            message = "others on this machine can read it, and it belongs to somebody else"
            return (Fault(str(error.path), None, message, f"chmod 600 {error.path}"),)
        except (sqlite3.DatabaseError, DatabaseError) as error:
            return (_fault(path, getattr(error, "orig", error)),)
        except StillShared:
            message = "an earlier version of the service still uses it"
            return (Fault(path.name, None, message, "stop that one: systemctl restart plainsite"),)
        except OSError as error:
            hint = f"make the folder {path.parent}, and let the service write to it"
            return (Fault(path.name, None, f"{path} cannot be used: {error.strerror}", hint),)

    def _follow(self, keep: bool) -> tuple[Fault, ...]:
        with self._engine(self.file.connect, NullPool).connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if keep:
                self.file.keep_no_history(raw)
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            if self._suspect or self.file.path.stat().st_size < CHECKED_BYTES:
                answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if answer != "ok":
                    return (_damaged(self.file.path),)
                self._suspect = False
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            name = self.file.path.name
            faults = follow(connection, self.name, self.register, self.tables, name)
            connection.exec_driver_sql("ROLLBACK" if faults or not keep else "COMMIT")
            if keep:
                self.file.overwrite_journal(raw, wait=True)
        return Faults(faults).faults


HARMLESS = {0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}
"""Errors of a statement, which say nothing of the file."""


def _fault(path: Path, error: object) -> Fault:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in DAMAGED:
        return _damaged(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return Fault(path.name, None, "another program holds it", "end that program")
    if code == sqlite3.SQLITE_FULL:
        return Fault(path.name, None, "the disk is full", "free some space")
    hint = f"let the service write to {path} and to its folder"
    return Fault(path.name, None, f"it cannot be used: {error}", hint)


def _damaged(path: Path) -> Fault:
    hint = f"move {path} away, and restore a backup: build.py data restore FILE"
    return Fault(path.name, None, "it is damaged", hint)


def open_records(path: Path, register: Register) -> Engine:
    """The records database at `path`, with exactly the tables that the register declares.

    Raises `Faults` where it cannot be used.
    """
    database = Database("records", path, register)
    try:
        database.take_up()
    except DatabaseUnavailable as unavailable:
        database.close()
        raise Faults(unavailable.faults) from None
    return database.engine
