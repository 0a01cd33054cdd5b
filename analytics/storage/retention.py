"""Retention: what the register says is kept no longer is deleted, by itself, and reported.

Each table says how long a row is kept and which column dates it. A row goes when that time is
over, unless another row that is still kept refers to it; a contact goes with the last thing that
it sent. What is deleted is overwritten in the file, and in its write-ahead log.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event, Thread

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, exists, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage.schema import metadata
from analytics.visits.store.sqlite import Counters, StoreError
from analytics.web.log import ServiceLog
from policy import Register
from policy import register as declared
from policy.durations import Duration

__all__ = ["Removed", "Retention", "RetentionThread", "forget_log", "purge", "removals", "rewrite"]

SECONDS_BETWEEN = 3_600


@dataclass(frozen=True)
class Removed:
    """How many rows of a table were deleted on a day because their time was over."""

    day: datetime.date
    table: str
    rows: int


def purge(
    register: Register, records: Engine, counters: Counters, now: datetime.datetime
) -> tuple[Removed, ...]:
    """Delete everything whose time is over at `now`; committed, and recorded, on return.

    Raises `SQLAlchemyError` or `StoreError` where a database cannot be written: then what is
    left is deleted by the next purge.
    """
    tables = metadata(register, "records")
    day = now.date()
    found = []
    for table in metadata(register, "counters").sorted_tables:
        over = _over(register.table("counters", table.name), table, now)
        found.append(Removed(day, table.name, counters.forget(delete(table).where(over))))
    with records.begin() as connection:
        for table in reversed(tables.sorted_tables):
            entry = register.table("records", table.name)
            if isinstance(entry.keep, Duration):
                rows = connection.execute(delete(table).where(_over(entry, table, now))).rowcount
                found.append(Removed(day, table.name, rows))
        removed = tuple(each for each in found if each.rows)
        for each in removed:
            _record(connection, tables.tables["removals"], each)
    if removed:
        forget_log(records)
    return removed


def removals(records: Engine, register: Register) -> tuple[Removed, ...]:
    """What was deleted so far, newest first."""
    table = metadata(register, "records").tables["removals"]
    query = select(table.c.day, table.c.table_name, table.c.rows)
    query = query.order_by(table.c.day.desc(), table.c.table_name)
    with records.connect() as connection:
        return tuple(Removed(*row) for row in connection.execute(query))


def forget_log(records: Engine) -> None:
    """Empty the write-ahead log, so that it no longer holds what was deleted.

    https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    connection = records.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def rewrite(records: Engine) -> None:
    """Write the file anew in the order of its keys, which are random.

    SQLite puts rows into a page in the order in which they came, whatever their keys, so where a
    row's bytes stand would tell when it came. https://www.sqlite.org/fileformat2.html#b_tree_pages
    """
    connection = records.raw_connection()
    try:
        connection.cursor().execute("VACUUM")
    finally:
        connection.close()
    forget_log(records)


def _cut(entry: declared.Table, now: datetime.datetime) -> datetime.datetime:
    if not isinstance(entry.keep, Duration):
        raise TypeError(f'table "{entry.name}" is kept {entry.keep}')
    return entry.keep.before(now)


def _hour(moment: datetime.datetime) -> int:
    return int(moment.timestamp()) // 3_600


def _over(entry: declared.Table, table: Table, now: datetime.datetime) -> ColumnElement[bool]:
    """Whether a row's time is over, and no row that is still there refers to it."""
    conditions = [
        ~exists().where(column == table.c.id)
        for other in table.metadata.sorted_tables
        for column in other.columns
        if any(key.column.table is table for key in column.foreign_keys)
    ]
    dated = entry.column(entry.dated_by)
    if dated is not None:
        cut = _cut(entry, now)
        limits = {
            "date": cut.date(),
            "hour": _hour(cut),
            "second": int(cut.timestamp()),
        }
        conditions.append(table.c[dated.name] <= limits[dated.type])
    return and_(*conditions)


def _record(connection: Connection, table: Table, removed: Removed) -> None:
    values = {"day": removed.day, "table_name": removed.table, "rows": removed.rows}
    new = insert(table).values(values)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=list(table.primary_key), set_={"rows": table.c.rows + new.excluded.rows}
        )
    )


class Retention:
    """What each run does: purge, and on each new day write the records anew."""

    def __init__(
        self,
        register: Register,
        records: Engine,
        counters: Counters,
        now: Callable[[], datetime.datetime],
    ) -> None:
        self._stores = (register, records, counters)
        self._now = now
        self._rewritten: datetime.date | None = None

    def __call__(self) -> tuple[Removed, ...]:
        """What was removed. Raises as `purge` does."""
        now = self._now()
        removed = purge(*self._stores, now)
        if self._rewritten != now.date():
            rewrite(self._stores[1])
            self._rewritten = now.date()
        return removed


class RetentionThread:
    """A thread that keeps house once an hour, beginning at once, until it is closed."""

    def __init__(self, purge_now: Callable[[], tuple[Removed, ...]], log: ServiceLog) -> None:
        self.purge = purge_now
        self._log = log
        self._closed = Event()
        self._thread = Thread(target=self._run, name="retention_thread", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let a purge that has begun come to its end, and begin no other."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        for _ in self._times():
            try:
                for each in self.purge():
                    self._log.say("rows removed", table=each.table, rows=each.rows)
            except (SQLAlchemyError, StoreError) as error:
                self._log.say("removal failed", error=type(error).__name__)

    def _times(self) -> Iterator[None]:
        yield
        while not self._closed.wait(SECONDS_BETWEEN):
            yield
