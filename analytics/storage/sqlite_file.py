"""A SQLite file at rest: private, and without a trace of which changes came together.

SQLite keeps what a change replaces in a journal beside the file until the next one. Here it is
overwritten once the change is committed, so that whoever finds both files finds no history.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["NotPrivate", "SQLiteFile", "StillShared"]

BUSY_MS = 5_000
KEPT_BYTES = 1 << 20
"""A journal of a large change is shortened to this, once it was overwritten."""

BESIDE = ("", "-journal", "-wal", "-shm")

PRAGMAS = {
    # Nothing of a table is written to a folder for temporary files.
    "temp_store": "MEMORY",
    # What has been committed outlives a power cut, not only a crash of ours.
    "synchronous": "FULL",
    # What was deleted is overwritten in the file. https://www.sqlite.org/pragma.html
    "secure_delete": "ON",
    "foreign_keys": "ON",
}


class StillShared(Exception):
    """Another program uses the file in another way, so that its history would stay beside it."""


class NotPrivate(Exception):
    """Others can read the file `path`, and it is not ours to change that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path.name)


@dataclass(frozen=True)
class SQLiteFile:
    """The file at `path`, and those that SQLite puts beside it.

    Its bytes are never opened here: closing a file takes every lock of the process off it
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled).
    """

    path: Path
    busy_ms: int = BUSY_MS

    @property
    def journal(self) -> Path:
        """What the change at hand replaces."""
        return self.path.with_name(self.path.name + "-journal")

    @property
    def identity(self) -> tuple[int, int] | None:
        """Which file it is, whatever its name; None where there is none, or an empty one.

        SQLite takes an empty file for a sound database without tables.
        """
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found.st_size else None

    @property
    def stamp(self) -> tuple[int, ...]:
        """What changes with the file's bytes, whoever writes them; its length comes last. Raises
        OSError."""
        found = self.path.stat()
        return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size

    def make_private(self) -> None:
        """Make it if it is not there; take it from others where they could read it.

        Raises OSError where the folder or the file does not allow that, NotPrivate.
        """
        if not self.path.exists():
            # SQLite gives the files beside it the same mode.
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        for end in BESIDE:
            path = self.path.with_name(self.path.name + end)
            with suppress(FileNotFoundError):
                if path.stat().st_mode & 0o077:
                    try:
                        path.chmod(0o600)
                    except PermissionError:
                        raise NotPrivate(path) from None

    def connect(self) -> sqlite3.Connection:
        """A new connection to the file, which must be there. Raises sqlite3.Error."""
        connection = self.connect_to_look()
        connection.execute(f"PRAGMA busy_timeout = {self.busy_ms}")
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        return connection

    def connect_to_look(self) -> sqlite3.Connection:
        """One that waits for nobody, and must not write. Raises sqlite3.Error."""
        return sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,  # Transactions are begun by us, not by the driver.
            check_same_thread=False,  # The pool gives it to one thread at a time.
            timeout=0,
        )

    def keep_no_history(self, connection: sqlite3.Connection) -> None:
        """Have changes leave nothing but a journal that can be overwritten, as by
        `overwrite_journal`. Raises sqlite3.Error, StillShared."""
        # Not deleted, since what a deleted file held stays on the disk.
        ((mode,),) = connection.execute("PRAGMA journal_mode = PERSIST").fetchall()
        if mode != "persist":
            raise StillShared(mode)

    def overwrite_journal(self, connection: sqlite3.Connection, *, wait: bool = False) -> bool:
        """Write zeros over what the last changes replaced; whether that is done.

        It cannot be done while another connection writes, which will do it in its turn; with
        `wait`, it is waited for, and the zeros are on the disk on return.
        """
        try:
            size = self.journal.stat().st_size
        except FileNotFoundError:
            return True
        if not size:
            return True
        with self._busy_ms(connection, self.busy_ms if wait else 0):
            try:
                # Whoever holds this lock is the only one who may write a journal, and has begun
                # none. https://www.sqlite.org/lockingv3.html#rollback
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            try:
                _overwrite(self.journal, wait)
            finally:
                connection.execute("ROLLBACK")
        return True

    def overwrite_own_journal(self) -> None:
        """The same, for who has every lock and has begun no change. Raises OSError."""
        with suppress(FileNotFoundError):
            if any(self.journal.read_bytes()):
                _overwrite(self.journal, sync=True)

    @contextmanager
    def _busy_ms(self, connection: sqlite3.Connection, ms: int) -> Iterator[None]:
        connection.execute(f"PRAGMA busy_timeout = {ms}")
        try:
            yield
        finally:
            connection.execute(f"PRAGMA busy_timeout = {self.busy_ms}")


def _overwrite(path: Path, sync: bool) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        size = os.fstat(handle).st_size
        zeros = bytes(min(size, 1 << 20))
        for start in range(0, size, 1 << 20):
            os.pwrite(handle, zeros[: size - start], start)
        if sync:
            os.fsync(handle)
        if size > KEPT_BYTES:
            os.ftruncate(handle, KEPT_BYTES)
    finally:
        os.close(handle)
