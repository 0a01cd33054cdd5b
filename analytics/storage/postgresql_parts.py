"""Large tables of PostgreSQL in parts, so that they are written anew while hits go on.

What changed tells what came together until it stands in a new file. To write a large table takes
seconds, for which nobody may wait. So each has parts, tables that inherit from it
(https://www.postgresql.org/docs/15/ddl-inherit.html): whoever reads it, or deletes from it, has all
of them, and of a row that stands in several the amounts add up.

What was written anew is in the table itself or in its first part; the other of these two is empty,
and is where all of it is written next. What hits add is in one of the other two, until it is added
to the rest; while that is done, hits go to the other one. A lock of whoever writes anew says which,
so a process that was killed leaves nothing to mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Connection, Select, Table, cast, func, select

from analytics.storage.postgresql_connection import BUSY_MS

__all__ = [
    "PARTS",
    "TURN",
    "OutOfTurn",
    "everything",
    "full_of",
    "has_turn",
    "key_of",
    "kinds_of",
    "make_parts",
    "parts_of",
    "place_for",
    "put_together",
    "wait_for_turn",
]

PARTS = {"running": 3, "counters": 1, "rare": 1}
"""How many parts such a table has; those after the first are for hits."""

TURN = "hashtext('plainsite writes anew'), hashtext(current_schema())"
"""Whoever changes such a table otherwise than hits do has this lock."""

IS_MINE = f"SELECT pg_try_advisory_xact_lock({TURN})"
THERE = """SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
WHERE inhparent = to_regclass('"{}"') ORDER BY relname"""
KEY_OF = """SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid
AND attnum = ANY (indkey) WHERE indrelid = to_regclass('"{}"') AND indisprimary"""


class OutOfTurn(Exception):
    """A large table is written anew, and may not be changed otherwise."""


def parts_of(table: str) -> list[str]:
    """The names of its parts."""
    return [f"{table}_part_{number + 1}" for number in range(PARTS.get(table, 0))]


def key_of(part: str) -> str:
    """The lock of a part for hits, which whoever writes anew has while none may go to it."""
    return f"hashtext('plainsite {part}'), hashtext(current_schema())"


def make_parts(connection: Connection, tables: Iterable[Table]) -> str:
    """Make those that the tables do not have yet, in the caller's transaction. The name of one that
    is gone where its table has others, with nothing made; else empty. Raises SQLAlchemyError."""
    ask = connection.exec_driver_sql
    for table in tables:
        names, there = parts_of(table.name), _there(connection, table.name)
        if gone := set(names) - set(there) if there else ():
            return min(gone)
        for name in names if not there else ():
            key = ", ".join(f'"{each.name}"' for each in table.primary_key)
            ask(f'CREATE TABLE "{name}" (PRIMARY KEY ({key})) INHERITS ("{table.name}")')
            for each in table.columns:  # As `postgresql_samples` does.
                ask(f'ALTER TABLE "{name}" ALTER COLUMN "{each.name}" SET STATISTICS 0')
    return ""


def put_together(connection: Connection, table: str) -> None:
    """Have all rows in the table itself, which has no parts then, in the caller's transaction.
    Raises OutOfTurn, SQLAlchemyError."""
    if connection.dialect.name != "postgresql" or not (there := _there(connection, table)):
        return
    ask = connection.exec_driver_sql
    if not has_turn(connection):
        raise OutOfTurn
    key = [*ask(KEY_OF.format(table)).scalars()]
    found = ask(f'SELECT * FROM "{table}" LIMIT 0').keys()
    named = ", ".join(f'"{each}"' for each in found)
    sums = [each if each in key else f'sum("{each}")::bigint AS "{each}"' for each in found]
    ask(
        f'CREATE TEMPORARY TABLE "together_{table}" ON COMMIT DROP AS'
        f' SELECT {", ".join(sums)} FROM "{table}" GROUP BY {", ".join(key)}'
    )
    ask(f'TRUNCATE "{table}"')
    for each in there:
        ask(f'DROP TABLE "{each}"')
    ask(
        f'INSERT INTO "{table}" ({named})'
        f' SELECT * FROM "together_{table}" ORDER BY {", ".join(key)}'
    )


def place_for(connection: Connection, table: str) -> str:
    """The table, or that of its parts, to which rows are added now. To be asked by whoever has the
    writers' lock."""
    whole, fresh = kinds_of(table)
    if not fresh:
        return full_of(connection, whole)[0] if whole[1:] else table
    free = ", ".join(f"pg_try_advisory_xact_lock_shared({key_of(each)})" for each in fresh)
    full = ", ".join(f"EXISTS (SELECT FROM ONLY {each})" for each in fresh)
    found = connection.exec_driver_sql(f"SELECT {free}, {full}").one()
    asked = zip(fresh, found[: len(fresh)], found[len(fresh) :], strict=True)
    # One has rows, unless a process was killed; or none has.
    return min((not has_rows, name) for name, is_free, has_rows in asked if is_free)[1]


def everything(connection: Connection, table: Table) -> Select[tuple[object, ...]]:
    """All its rows, each once."""
    key = [*table.primary_key]
    if connection.dialect.name != "postgresql" or not kinds_of(table.name)[1]:
        return select(table)
    sums = (
        each if each.primary_key else cast(func.sum(each), BigInteger).label(each.name)
        for each in table.columns
    )
    return select(*sums).group_by(*key)


def has_turn(connection: Connection) -> bool:
    """Whether the transaction may change such a table otherwise than hits do: nobody writes one
    anew, or begins to until it ends."""
    return bool(connection.exec_driver_sql(IS_MINE).scalar_one())


def wait_for_turn(connection: Connection) -> None:
    """Have it until the transaction ends. Whoever waits here has not the writers' lock: hits go on,
    and whoever writes anew needs that for its end."""
    ask = connection.exec_driver_sql
    ask("SET LOCAL lock_timeout = 0")
    ask(f"SELECT pg_advisory_xact_lock({TURN})")
    ask(f"SET LOCAL lock_timeout = {BUSY_MS}")


def kinds_of(table: str) -> tuple[list[str], list[str]]:
    """Where what was written anew is, or will be, and where hits go."""
    parts = parts_of(table)
    return [table, *parts[:1]], parts[1:]


def full_of(connection: Connection, tables: Sequence[str], *, or_first: bool = True) -> list[str]:
    """Those that have rows."""
    if not tables:
        return []
    asked = ", ".join(f'EXISTS (SELECT FROM ONLY "{each}")' for each in tables)
    found = connection.exec_driver_sql(f"SELECT {asked}").one()
    full = [name for name, has_rows in zip(tables, found, strict=True) if has_rows]
    return full or [*tables[:1]] if or_first else full


def _there(connection: Connection, table: str) -> list[str]:
    return [*connection.exec_driver_sql(THERE.format(table)).scalars()]
