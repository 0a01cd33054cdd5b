"""Whether a database file is still what it was, seen from outside, by a connection of its own."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from sqlalchemy import MetaData

from analytics.storage.sqlite_file import BUSY_MS, SQLiteFile
from analytics.storage.unusable import BUSY, code_of

__all__ = ["CHECKED_BYTES", "LOOKS", "Changed", "Inspection"]

CHECKED_BYTES = 64 << 20
"""A larger file is not read through, only once something in it was found damaged."""

READ_SHARE = 20
"""A file that took a second to read through is not read again for twenty."""

HELD_SECONDS = BUSY_MS / 1_000
"""For so long whoever writes waits for others; then it fails."""

LOOKS = 5
"""So many in a row must find it held, since each may meet a write of the service's own."""

COLUMNS = """
SELECT of.name, it.name FROM sqlite_master AS of, pragma_table_info(of.name) AS it
WHERE of.type = 'table'
"""


class Changed(Exception):
    """The file is not what it was: it is `damaged`, or lacks what is declared, or is gone."""

    def __init__(self, *, damaged: bool) -> None:
        self.damaged = damaged
        super().__init__()


class Inspection:
    """Of the file of the `tables`. `clock` gives seconds that only grow."""

    def __init__(
        self, file: SQLiteFile, tables: MetaData, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = file
        self._declared = {
            (table.name, each.name) for table in tables.sorted_tables for each in table.c
        }
        self._clock = clock
        self._read: tuple[int, ...] = ()
        self._next_read = clock()
        self._found_held: list[float] = []

    @property
    def held(self) -> bool:
        """Whether another program has kept everybody from writing for so long that they fail.

        Every look must have found it so: on a busy machine there may be ten seconds between two.
        """
        found = self._found_held
        return len(found) >= LOOKS and found[-1] > found[0] + HELD_SECONDS

    def written(self) -> None:
        """Something was committed, so nobody holds it."""
        self._found_held = []

    def see(self, connection: sqlite3.Connection) -> None:
        """Whether what is declared is there, and the bytes are a database: read through once they
        changed, at most a twentieth of the time. Raises Changed, sqlite3.Error."""
        connection.execute("PRAGMA busy_timeout = 500")
        if not self._declared <= set(connection.execute(COLUMNS)):
            raise Changed(damaged=False)
        try:
            stamp = self._file.stamp
        except OSError:
            raise Changed(damaged=False) from None
        if stamp == self._read or stamp[-1] >= CHECKED_BYTES or self._clock() < self._next_read:
            return
        begun = self._clock()
        ((answer,),) = connection.execute("PRAGMA quick_check(1)")
        self._read, ended = stamp, self._clock()
        self._next_read = ended + READ_SHARE * (ended - begun)
        if answer != "ok":
            raise Changed(damaged=True)

    def probe(self, connection: sqlite3.Connection) -> bool:
        """Whether anybody could write now, which a reader that goes on reading keeps all from. Who
        can leaves no journal that tells what changed. Raises sqlite3.Error, OSError."""
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if code_of(error) not in BUSY:
                raise
            self._found_held = [*self._found_held[: LOOKS - 1], self._clock()]
            return False
        try:
            self._file.overwrite_own_journal()
        finally:
            connection.execute("ROLLBACK")
        self._found_held = []
        return True
