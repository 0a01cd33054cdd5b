"""Retention: what the register says is kept no longer is deleted, by itself, and reported.

Counters of what has ended get coarser first, a step at a time. Each table says how long a row is
kept and which column dates it. A row goes when that time is over, unless another row that is still
kept refers to it; a contact goes with the last thing that it sent. What is deleted is overwritten
in the file.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from analytics.background import BackgroundTask
from analytics.storage.deletion_limits import Due, LastRun, Refusal, judge, seconds_since_start
from analytics.storage.schema import metadata
from analytics.storage.store import Store, StoreError
from analytics.web.log import ServiceLog
from policy import Register
from policy import register as declared
from policy.durations import Duration

__all__ = ["Deleted", "Retention", "RetentionThread", "purge", "runs", "what_is_due"]

SECONDS_BETWEEN = 3_600
RUNS = "retention_runs"


@dataclass(frozen=True)
class Deleted:
    """How many rows of a table were deleted on a day because their time was over."""

    day: datetime.date
    table: str
    rows: int


def purge(
    register: Register, records: Engine, counters: Store | None, now: datetime.datetime
) -> tuple[Deleted, ...]:
    """Make coarser what has ended at `now`, and delete everything whose time is over; committed,
    and recorded, on return.

    Raises `SQLAlchemyError` or `StoreError` where a database cannot be written: then what is
    left is deleted by the next purge, and the other database's is deleted now.
    """
    found, failure = [], None
    try:
        if counters is not None:
            while counters.coarsen(_hour(now)):
                pass
            for table, entry in _timed(register, "counters"):
                old = delete(table).where(_over(entry, table, now))
                found.append(Deleted(now.date(), table.name, counters.forget(old)))
    except StoreError as error:
        failure = error
    with records.begin() as connection:
        for table, entry in reversed([*_timed(register, "records")]):
            old = delete(table).where(_over(entry, table, now))
            found.append(Deleted(now.date(), table.name, connection.execute(old).rowcount))
        deleted = tuple(each for each in found if each.rows)
        for each in deleted:
            _record(connection, metadata(register, "records").tables[RUNS], each)
    if failure is not None:
        raise failure
    return deleted


def what_is_due(
    register: Register, records: Engine, counters: Store | None, now: datetime.datetime
) -> tuple[Due, ...]:
    """How many rows of each table are over at `now`, and of how many. Raises SQLAlchemyError."""
    engines = {"records": records}
    if counters is not None:
        engines["counters"] = counters.database.engine
    due = []
    for database, engine in engines.items():
        with engine.connect() as connection:
            for table, entry in _timed(register, database):
                over = select(func.count()).select_from(table).where(_over(entry, table, now))
                every = select(func.count()).select_from(table)
                rows, gone = (connection.execute(query).scalar_one() for query in (every, over))
                due.append(Due(table.name, rows, gone, now - _cut(entry, now)))
    return tuple(due)


def runs(records: Engine, register: Register) -> tuple[Deleted, ...]:
    """What was deleted so far, newest first."""
    table = metadata(register, "records").tables[RUNS]
    query = select(table.c.day, table.c.table_name, table.c.rows)
    query = query.order_by(table.c.day.desc(), table.c.table_name)
    with records.connect() as connection:
        return tuple(Deleted(*row) for row in connection.execute(query))


def _timed(register: Register, database: str) -> Iterator[tuple[Table, declared.Table]]:
    """The tables whose rows end by themselves, those that are referred to first."""
    for table in metadata(register, database).sorted_tables:
        entry = register.table(database, table.name)
        if isinstance(entry.keep, Duration):
            yield table, entry


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
        over = table.c[dated.name] <= limits[dated.type]
        if entry.sooner:
            # A row in which the column is empty compares as neither: it stays for the others' time.
            earlier = table.c[entry.sooner.dated_by] <= entry.sooner.keep.before(now).date()
            over = or_(over, earlier)
        conditions.append(over)
    return and_(*conditions)


def _record(connection: Connection, table: Table, deleted: Deleted) -> None:
    # One transaction of the records at a time is had.
    key = {"day": deleted.day, "table_name": deleted.table}
    this = and_(*(table.c[name] == value for name, value in key.items()))
    more = update(table).where(this).values(rows=table.c.rows + deleted.rows)
    if not connection.execute(more).rowcount:
        connection.execute(insert(table).values({**key, "rows": deleted.rows}))


class Retention:
    """What each run does: delete what is over, unless the clock cannot be believed."""

    def __init__(
        self,
        stores: tuple[Register, Engine, Store | None],
        now: Callable[[], datetime.datetime],
        last_run: LastRun,
        seconds: Callable[[], float] = seconds_since_start,
    ) -> None:
        self._stores = stores
        self._now = now
        self._last_run = last_run
        self._seconds = seconds
        self._accepted: tuple[datetime.datetime, float] | None = None
        self.refusal: Refusal | None = None

    def __call__(self) -> tuple[Deleted, ...]:
        """What was deleted; nothing where that is refused. Raises as `purge` does, OSError."""
        now, seconds = self._now(), self._seconds()
        try:
            due = what_is_due(*self._stores, now)
        except SQLAlchemyError:
            due = ()  # The purge says what it cannot read.
        self.refusal = judge(now, self._last_run.read(), self._accepted, seconds, due)
        if self.refusal:
            return ()
        deleted = self.purge()
        self._last_run.write(now.date())
        self._accepted = (now, seconds)
        return deleted

    def purge(self) -> tuple[Deleted, ...]:
        """Delete what is over, whatever the clock says. Raises as `purge` does."""
        return purge(*self._stores, self._now())


class RetentionThread(BackgroundTask):
    """Deletes once an hour, beginning at its start, until it is closed."""

    def __init__(self, retention: Retention, log: ServiceLog, clock: Callable[[], float]) -> None:
        super().__init__("retention", self.delete_what_is_due, log, clock=clock)
        self.purge = retention.purge
        self._retention = retention
        self._log = log

    @property
    def refusal(self) -> Refusal | None:
        """Why the last run deleted nothing; None where it did what was due."""
        return self._retention.refusal

    def delete_what_is_due(self) -> float:
        """One run; after how many seconds the next is due. Raises as `purge` does, OSError."""
        before = self.refusal
        for each in self._retention():
            self._log.say("rows removed", table=each.table, rows=each.rows)
        if self.refusal and (before is None or before.kind != self.refusal.kind):
            self._log.say("deletion refused", reason=self.refusal.kind)
        return SECONDS_BETWEEN
