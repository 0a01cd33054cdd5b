"""The cursor of a connection to ClickHouse, as Python's database API has it
(https://peps.python.org/pep-0249/): what a statement is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.storage.clickhouse_changes import Change, Written, change_of, filled
from analytics.storage.clickhouse_errors import ProgrammingError
from analytics.storage.clickhouse_pending import Row
from analytics.storage.clickhouse_words import NotWritten, Value, words_of

if TYPE_CHECKING:
    from analytics.storage.clickhouse_dbapi import Connection

__all__ = ["LOCK", "Cursor", "Statement"]

LOCK = "LOCK"
"""The statement by which a transaction becomes the only one that writes."""

Statement = Sequence[Value]


class Cursor:
    """Of a connection."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self._rows: list[Row] = []

    def execute(self, statement: str, values: Statement = ()) -> None:
        """Carry out a statement."""
        self.executemany(statement, [values])

    def executemany(self, statement: str, many: Sequence[Statement]) -> None:
        """Carry out a statement for each of some values."""
        self.description, self._rows, self.rowcount = None, [], -1
        if statement == LOCK:
            self.connection.lock()
            return
        try:
            written = change_of(words_of(statement))
        except NotWritten as error:
            raise ProgrammingError(str(error)) from None
        if isinstance(written, Written):
            self._write(written, many)
        elif isinstance(written, Change):
            made = (change_of(words_of(statement, values)) for values in many)
            self.rowcount = sum(
                self.connection.change(each) for each in made if isinstance(each, Change)
            )
        else:
            for values in many:
                self._rows, columns = self.connection.select(words_of(statement, values))
                self.description = [(name, *[None] * 6) for name, _ in columns]

    def _write(self, written: Written, many: Sequence[Statement]) -> None:
        place = self.connection.place(written.table)
        columns = written.columns or [*place.columns]
        rows = [filled(written.values, values) for values in many]
        self.connection.put(written.table, columns, rows, adds=written.adds)
        self.rowcount = len(rows)

    def fetchone(self) -> Row | None:
        """The next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Some rows."""
        part, self._rows = self._rows[: size or 1], self._rows[size or 1 :]
        return part

    def fetchall(self) -> list[Row]:
        """All that are left."""
        part, self._rows = self._rows, []
        return part

    def setinputsizes(self, *_sizes: object) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
