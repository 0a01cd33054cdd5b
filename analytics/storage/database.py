"""The records database: contacts and what they sent, and our own staff.

It shares no key with the counters, keeps no time of a visitor finer than a day, and its rows have
random keys and no row numbers: nothing in it tells in which order visitors came.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text

from analytics.storage.schema import metadata
from policy import Fault, Faults, Register

__all__ = ["open_records"]

PRAGMAS = {
    "journal_mode": "WAL",
    # What has been committed outlives a power cut, not only a crash of ours.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    # What was deleted is overwritten, so that nobody finds it in the file.
    "secure_delete": "ON",
    "busy_timeout": "5000",
}


def open_records(path: Path, register: Register) -> Engine:
    """The records database at `path`, with exactly the tables that the register declares.

    A column that is new in the register is added. Raises `Faults` where the file has a column
    that the register no longer declares: it may hold what visitors sent.
    """
    path.touch(mode=0o600)  # SQLite gives its two other files the same mode.
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _take_turns)
    tables = metadata(register, "records")
    with engine.begin() as connection:
        tables.create_all(connection)
        faults = _agree(connection, tables, path.name)
    if faults:
        engine.dispose()
        raise Faults(faults)
    return engine


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # `_take_turns` begins transactions, not the driver.
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _take_turns(connection: Connection) -> None:
    # Taking the write lock first keeps two submissions from making one contact twice.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _agree(connection: Connection, tables: MetaData, file: str) -> list[Fault]:
    """Add the columns that the file lacks; return a fault for each that is not declared."""
    faults = []
    for table in tables.sorted_tables:
        found = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in found:
                kind = column.type.compile(connection.dialect)
                connection.execute(
                    text(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')
                )
        for name in sorted(found - set(table.columns.keys())):
            message = f'{file} has a column "{name}" in "{table.name}" that is not declared'
            drop = f'ALTER TABLE "{table.name}" DROP COLUMN "{name}"'
            hint = f"declare it again, or delete what it holds: sqlite3 {file} '{drop}'"
            faults.append(Fault("site/policy.toml", None, message, hint))
    return faults
