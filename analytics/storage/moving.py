"""A database moved from one place to another, whichever engines these are in: all, or nothing.

What was moved must be what there was, each value, or the new place keeps nothing of it. The old one
is read under a lock that keeps others from writing, and stays as it is.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from sqlalchemy import Connection, MetaData, Table, insert
from sqlalchemy.exc import OperationalError

from analytics.storage.clickhouse import ClickHouse
from analytics.storage.clickhouse_arriving import arriving, parts_of_table
from analytics.storage.database import Name
from analytics.storage.migrations import STEPS
from analytics.storage.postgresql_parts import everything
from analytics.storage.store import LookedAfter
from policy.failures import Refusal

__all__ = ["Sums", "as_it_was", "check_free", "copy_rows", "move", "reading"]

IN_PARTS = {"yield_per": 5_000}
DIGESTS = 1 << 512

Sums = Mapping[str, tuple[int, int]]
"""By table: how many rows there are, and what the digests of the rows add up to, so that it is the
same in whichever order an engine gives them."""


def move(source: LookedAfter, target: LookedAfter) -> Sums:
    """Copy all that is in one into the other, which must be empty, or have it already.

    Committed on return; stopped before, it did nothing, and can be done again. Raises Refusal,
    DatabaseUnavailable, SQLAlchemyError.
    """
    if isinstance(target, ClickHouse):
        return _arrived(source, target)
    with reading(source) as old, target.engine.begin() as new:
        wanted, there = _compared(source, old, target, new)
        if there == wanted:
            return there
        copy_rows(old, new, target.tables)
        moved = sums_of(target, new)
        if moved != wanted:  # The transaction ends here, so nothing of it stays.
            raise _differs(wanted, moved)
    return moved


def _arrived(source: LookedAfter, target: ClickHouse) -> Sums:
    """As `move`. What it had done is gone on with where it was stopped, as long as the one that is
    copied has stayed the same."""
    with reading(source) as old, arriving(target) as place:
        with target.engine.connect() as new:
            wanted, there = _compared(source, old, target, new)
        if there != wanted:
            for table in target.tables.sorted_tables:
                place.take(table, rows_in_parts(old, table, ordered=True))
            found = {each.name: _sums(place.rows(each)) for each in target.tables.sorted_tables}
            if found != wanted:
                place.forget()
                raise _differs(wanted, found)
            if not place.put_in_place():
                raise _has_rows(target)
        place.forget()
    return wanted


def _differs(wanted: Sums, moved: Sums) -> Refusal:
    different = ", ".join(name for name in wanted if moved[name] != wanted[name])
    return Refusal(f"the copy differs in {different}: nothing was moved", "try it again")


def _has_rows(target: LookedAfter) -> Refusal:
    hint = "move it away, or name another place"
    return Refusal(f"the {target.name} there have rows already", hint)


def check_free(source: LookedAfter, target: LookedAfter) -> None:
    """Raise Refusal where the one could not be moved to the other; DatabaseUnavailable,
    SQLAlchemyError. Changes nothing."""
    with reading(source, alone=False) as old, target.engine.begin() as new:
        _compared(source, old, target, new)


def _compared(
    source: LookedAfter, old: Connection, target: LookedAfter, new: Connection
) -> tuple[Sums, Sums]:
    wanted, there = sums_of(source, old), sums_of(target, new)
    if there != wanted and any(rows for rows, _ in there.values()):
        raise _has_rows(target)
    return wanted, there


def sums_of(database: LookedAfter, connection: Connection) -> Sums:
    """What its tables add up to now. Raises SQLAlchemyError."""
    return {
        table.name: _sums(rows_in_parts(connection, table))
        for table in database.tables.sorted_tables
    }


def _sums(parts: Iterable[Sequence[Sequence[Any]]]) -> tuple[int, int]:
    number = total = 0
    for part in parts:
        for row in part:
            digest = hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
            number, total = number + 1, (total + int.from_bytes(digest)) % DIGESTS
    return number, total


def rows_in_parts(
    connection: Connection, table: Table, *, ordered: bool = False
) -> Iterator[Sequence[Sequence[Any]]]:
    """All rows of a table, so many at once that they are no matter of memory, and in the same order
    each time; where the engine has one for all, in that of their keys if they are to be `ordered`.
    """
    if connection.dialect.name == "clickhouse":
        raw: Any = connection.connection.dbapi_connection
        yield from parts_of_table(raw, table.name)
        return
    rows = everything(connection, table)
    rows = rows.order_by(*table.primary_key) if ordered else rows
    with connection.execute(rows, execution_options=IN_PARTS) as found:
        yield from found.partitions()


@contextmanager
def reading(database: LookedAfter, *, alone: bool = True) -> Iterator[Connection]:
    """A connection that sees one moment; with `alone`, nobody writes until it is closed. Raises
    SQLAlchemyError."""
    if database.engine.dialect.name == "sqlite":
        begin = "IMMEDIATE" if alone else "DEFERRED"
        with database.engine.execution_options(begin=begin).connect() as connection:
            yield connection
        return
    if isinstance(database, ClickHouse):
        with database.reading(alone=alone) as connection:
            yield connection
        return
    # `begin` would have it wait for whoever writes.
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", begin="DEFERRED")
    with engine.connect() as connection:
        names = ", ".join(table.name for table in database.tables.sorted_tables)
        kind = "SHARE" if alone else "ACCESS SHARE"
        connection.exec_driver_sql(f"LOCK TABLE {names} IN {kind} MODE")
        yield connection


@contextmanager
def as_it_was(path: Path, name: Name) -> Iterator[Path]:
    """A file that may follow this version: the one at `path`, or a copy of it where that is of an
    earlier one and stays as it is. Raises sqlite3.Error, OSError."""
    if not _is_earlier(path, name):
        yield path
        return
    with (
        TemporaryDirectory(dir=path.parent, prefix="moving-") as folder,
        closing(sqlite3.connect(path)) as old,
    ):
        copy = Path(folder) / path.name
        copy.touch(mode=0o600)
        old.execute("BEGIN IMMEDIATE")  # Nobody writes to it until it was moved.
        with closing(sqlite3.connect(copy)) as new:
            with closing(sqlite3.connect(path)) as reader:
                reader.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
        yield copy


def _is_earlier(path: Path, name: Name) -> bool:
    with closing(sqlite3.connect(path)) as file:
        try:
            ((steps,),) = file.execute("PRAGMA user_version")
        except sqlite3.Error:  # Who uses it says what is wrong.
            return False
    return bool(steps < len(STEPS[name]))


def copy_rows(old: Connection, new: Connection, tables: MetaData) -> None:
    """Put the rows of all tables of one into the other, in the order of their keys."""
    for table in tables.sorted_tables:
        _copy(old, new, table)


def _copy(old: Connection, new: Connection, table: Table) -> None:
    parts = rows_in_parts(old, table, ordered=True)
    if new.dialect.name == "postgresql":
        _stream(new, table, (row for part in parts for row in part))
        return
    names = [column.name for column in table.columns]
    for part in parts:
        new.execute(insert(table), [dict(zip(names, row, strict=True)) for row in part])


def _stream(new: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows by COPY: a statement for each would take three times as long, which is hours of
    tens of millions. Raises SQLAlchemyError."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    raw: Any = new.connection.dbapi_connection
    try:
        with (
            raw.cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        # SQLAlchemy does not see what is asked beside it.
        raise OperationalError("", None, error) from error
