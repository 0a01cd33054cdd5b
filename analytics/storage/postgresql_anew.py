"""Large tables of PostgreSQL written anew while hits go on: in parts, of which one is empty.

Whoever does it has a lock of its own, which whoever closes days waits for, and hits do not. All is
added up into the empty part by one transaction; hits, and reports, wait only while the others are
emptied and the small tables are written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from analytics.storage.catalog import lock
from analytics.storage.postgresql_connection import patiently
from analytics.storage.postgresql_order import write_anew
from analytics.storage.postgresql_parts import (
    TURN,
    full_of,
    key_of,
    kinds_of,
    make_parts,
    put_together,
)

__all__ = ["write_parts_anew"]

MS_TO_WAIT = 500
SECONDS_BETWEEN = 0.5
MOST_TRIES = 120
LOCK_NOT_AVAILABLE = "55P03"

Rest = Callable[[], Sequence[Table]]


def write_parts_anew(
    engine: Engine, tables: Sequence[Table], due: Callable[[], Iterable[str]], rest: Rest
) -> None:
    """Write those of the `tables` anew that are `due`, and those that have anything of hits, while
    hits go on; and the `rest`, which have no parts, with the last of it, which hits wait for. `due`
    is asked when nobody else changes any of the first, and `rest` when nobody changes anything.
    Raises SQLAlchemyError."""
    with (
        engine.execution_options(tells_nothing=True).connect() as connection,
        patiently(connection),
        _held(connection, TURN),
    ):
        changed = {*due()}
        while True:
            with _apart(connection, tables) as (fresh, is_last):
                chosen = [each for each in tables if each.name in changed | fresh.keys()]
                _write_anew(connection, chosen, fresh, rest if is_last else list)
            if is_last:
                return
            changed.clear()


@contextmanager
def _apart(
    connection: Connection, tables: Sequence[Table]
) -> Iterator[tuple[dict[str, str], bool]]:
    """By table the part that hits go to no longer, until this ends; and whether that is the last
    one with anything: one that was killed may have left something in both."""
    fresh: dict[str, str] = {}
    is_last = True
    with connection.begin():
        lock(connection)
        for table in tables:
            full = full_of(connection, kinds_of(table.name)[1], or_first=False)
            is_last = is_last and not full[1:]
            if full:
                fresh[table.name] = full[-1]
        for each in fresh.values():  # Free, as nobody else writes, or writes anew.
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({key_of(each)})")
    try:
        yield fresh, is_last
    finally:
        for each in fresh.values():
            _release(connection, key_of(each))


def _write_anew(
    connection: Connection, tables: Sequence[Table], fresh: dict[str, str], rest: Rest
) -> None:
    ask = connection.exec_driver_sql
    moves = {}
    with connection.begin():
        for table in tables:
            whole, _ = kinds_of(table.name)
            source = _one_full(connection, table, whole)
            (target,) = {*whole} - {source}
            moves[target] = table, [source, *(fresh[each] for each in fresh if each == table.name)]
        # What somebody who was stopped had written: nobody can wait for a table that takes long.
        sized = [each for each in moves if ask(f"SELECT pg_relation_size('\"{each}\"')").scalar()]
        _between_readers(connection, lambda: _truncate(connection, sized))
    with connection.begin():
        # Each is read along its key, so nothing is sorted: a fifth of the time.
        ask("SET LOCAL enable_sort = off")
        ask("SET LOCAL enable_hashagg = off")
        for target, (table, sources) in moves.items():
            _fill(connection, table, target, sources)

        def swap() -> None:
            lock(connection)
            small = rest()
            _have(connection, [*tables, *small])
            _truncate(connection, [each for _, sources in moves.values() for each in sources])
            if small:
                write_anew(connection, small)

        _between_readers(connection, swap)


def _one_full(connection: Connection, table: Table, whole: Sequence[str]) -> str:
    """That of the two with rows; where somebody else put some into the other, after all are in one
    again."""
    full = full_of(connection, whole)
    if full[1:]:
        lock(connection)
        put_together(connection, table.name)
        make_parts(connection, [table])
    return full[0]


def _fill(connection: Connection, table: Table, target: str, sources: Sequence[str]) -> None:
    key = ", ".join(f'"{each.name}"' for each in table.primary_key)
    names = ", ".join(f'"{each.name}"' for each in table.columns)
    read = " UNION ALL ".join(f'SELECT {names} FROM ONLY "{each}"' for each in sources)
    if sources[1:]:
        sums = ", ".join(
            f'"{each.name}"' if each.primary_key else f'sum("{each.name}")::bigint'
            for each in table.columns
        )
        read = f"SELECT {sums} FROM ({read}) AS parts GROUP BY {key}"
    connection.exec_driver_sql(f'INSERT INTO "{target}" ({names}) {read} ORDER BY {key}')


def _between_readers(connection: Connection, swap: Callable[[], None]) -> None:
    """Do it when nobody reads. Whoever comes meanwhile waits for half a second, and not for a
    report that takes longer."""
    for left in reversed(range(MOST_TRIES)):
        try:
            with connection.begin_nested():
                swap()
                return
        except DBAPIError as error:
            if not left or getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
        time.sleep(SECONDS_BETWEEN)


def _have(connection: Connection, tables: Iterable[Table]) -> None:
    """Let nobody else read them. Whoever reads has them in this order too: who had one of them, and
    not the next, would wait crosswise, and the server ends one of two who do."""
    names = ", ".join(f'"{name}"' for name in sorted(each.name for each in tables))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {MS_TO_WAIT}")
    connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")


def _truncate(connection: Connection, tables: Iterable[str]) -> None:
    if names := ", ".join(f'ONLY "{each}"' for each in sorted(tables)):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {MS_TO_WAIT}")
        connection.exec_driver_sql(f"TRUNCATE {names}")


@contextmanager
def _held(connection: Connection, key: str) -> Iterator[None]:
    """Hold a lock of the session."""
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # Another one writes anew.
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
    try:
        yield
    finally:
        _release(connection, key)


def _release(connection: Connection, key: str) -> None:
    """Give a lock of the session back; where that fails, end the session."""
    try:
        with connection.begin():
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")
    except SQLAlchemyError:
        connection.invalidate()
