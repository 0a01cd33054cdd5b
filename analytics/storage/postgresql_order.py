"""Tables of PostgreSQL written anew, so that its files tell no order of changes.

Each row has the number of the transaction that wrote it, stands behind the one that was written
before, and stays for some time after it was replaced or deleted; and the log tells each commit. So
tables are written into new files, by one transaction, in the order of their keys; and then the log
begins a new file, and the old ones are deleted at a checkpoint
(https://www.postgresql.org/docs/15/wal-configuration.html).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Table

from analytics.storage.postgresql_connection import patiently

__all__ = ["forget_log", "write_anew"]


def write_anew(connection: Connection, tables: Sequence[Table]) -> None:
    """Write tables into new files, in the caller's transaction; those that are referred to first.

    Raises SQLAlchemyError where somebody reads one for longer than a second."""
    names = ", ".join(f'"{table.name}"' for table in tables)
    ask = connection.exec_driver_sql
    ask("SET LOCAL lock_timeout = '1s'")  # Whoever writes waits meanwhile.
    ask(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    with patiently(connection):
        for each in (table.name for table in tables):
            ask(f'CREATE TEMPORARY TABLE "anew_{each}" ON COMMIT DROP AS TABLE "{each}"')
        ask(f"TRUNCATE {names}")
        for table in tables:
            key = ", ".join(f'"{column.name}"' for column in table.primary_key)
            ask(f'INSERT INTO "{table.name}" SELECT * FROM "anew_{table.name}" ORDER BY {key}')


def forget_log(engine: Engine) -> None:
    """Begin a new file of the log, and have the old ones deleted. Raises SQLAlchemyError."""
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection, patiently(connection):
        connection.exec_driver_sql("SELECT pg_switch_wal()")
        connection.exec_driver_sql("CHECKPOINT")
