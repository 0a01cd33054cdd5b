"""The tables of a database, read from its file as whoever gets hold of it would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from audit.stored import Table
from policy import Register
from policy import register as declared

__all__ = ["tables_in"]

RECORDS = "records"
FEW = 300
"""Up to so many rows of a table are kept to be compared."""

TIMES = ("date", "hour", "second")


def tables_in(path: Path, register: Register | None) -> Iterator[Table]:
    """Each table and view, as it stands now."""
    database = path.name.removesuffix(".sqlite3")
    entries = register.tables if register else ()
    known = {each.name: each for each in entries if str(each.database) == database}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        for (name,) in names.fetchall():
            yield _table(connection, database, name, known.get(name))


def _table(
    connection: sqlite3.Connection, database: str, name: str, entry: declared.Table | None
) -> Table:
    def ask(what: str) -> list[tuple[object, ...]]:
        return connection.execute(f'SELECT {what} FROM "{name}"').fetchall()  # noqa: S608  (names of the database)

    found = [column[1] for column in connection.execute(f'PRAGMA table_info("{name}")')]
    ((*filled, rows),) = ask(", ".join([*(f'count("{each}")' for each in found), "count(*)"]))
    times = [each.name for each in entry.columns if each.type in TIMES] if entry else []
    latest = [(each, ask(f'max("{each}")')[0][0]) for each in times if each in found]
    oldest = ask(f'min("{entry.dated_by}")')[0][0] if entry and entry.dated_by in found else None
    few = database == RECORDS and int(str(rows)) <= FEW
    return Table(
        database,
        name,
        tuple((each, int(str(count))) for each, count in zip(found, filled, strict=True)),
        int(str(rows)),
        oldest if isinstance(oldest, str | int) else None,
        tuple((each, value) for each, value in latest if isinstance(value, str | int)),
        tuple(ask("*")) if few else (),
    )
