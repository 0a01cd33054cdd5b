"""The counters: additive totals by hour, dimension and cell, and of consents by day, in SQLite.

All writing is done by one thread. What arrives while it commits is added up and shares the next
commit, so that a hundred requests at once cost two or three commits, not a hundred.
"""

import datetime
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Delete, Engine, Select, Table, create_engine, event, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage.schema import metadata
from analytics.visits.model import MEASURES, Dimension, Hour, Increment, Total
from policy import Register

__all__ = ["Consents", "Counters", "StoreError"]

ANSWERS = ("given", "withdrawn")
BUSY_MS = 5_000
DURABLE = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")


class StoreError(Exception):
    """The counters could not be written. None of what was given has been counted."""


@dataclass(frozen=True, slots=True)
class Consents:
    """How many visitors agreed to a version of the register on a day, and took it back."""

    day: datetime.date
    version: int
    given: int
    withdrawn: int


class _Sums:
    """What waits to be added to one table: its key's columns, then the `measures` that add up."""

    def __init__(self, table: Table, measures: tuple[str, ...]) -> None:
        self.columns = (*(column.name for column in table.primary_key), *measures)
        self._size = len(measures)
        self._waiting: dict[tuple[object, ...], list[int]] = {}
        new = insert(table)
        self.upsert = new.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: table.c[name] + new.excluded[name] for name in measures},
        )

    def add(self, key: tuple[object, ...], amounts: Iterable[int]) -> None:
        sums = self._waiting.setdefault(key, [0] * self._size)
        for index, amount in enumerate(amounts):
            sums[index] += amount

    def take(self) -> list[dict[str, object]]:
        """The rows to add. Nothing waits any more."""
        waiting, self._waiting = self._waiting, {}
        return [
            dict(zip(self.columns, (*key, *sums), strict=True)) for key, sums in waiting.items()
        ]


class Counters:
    """The tables that the register declares, in the file at `path`; all are made if missing."""

    def __init__(self, path: Path, register: Register) -> None:
        self._engine = _open(path)
        tables = metadata(register, "counters")
        tables.create_all(self._engine)
        self._table, self._consents = tables.tables["counters"], tables.tables["consents"]
        self._cells = _Sums(self._table, MEASURES)
        self._answers = _Sums(self._consents, ANSWERS)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counters")
        self._lock = Lock()
        self._commit: Future[None] | None = None

    def add(self, hour: int, increments: Iterable[Increment]) -> None:
        """Add to the cells of `hour` (hours since 1970), and return once that is on the disk.

        Raises StoreError.
        """
        accepted = tuple(increments)
        with self._lock:
            self._commit = commit = self._commit or self._coming_commit()
            for increment in accepted:
                cell = hour, increment.dimension, increment.cell
                self._cells.add(cell, (getattr(increment, measure) for measure in MEASURES))
        _wait(commit)

    def answered(
        self, day: datetime.date, version: int, *, given: int = 0, withdrawn: int = 0
    ) -> None:
        """Add to the consents of a day to a version of the register; return once on the disk.

        Raises StoreError.
        """
        with self._lock:
            self._commit = commit = self._commit or self._coming_commit()
            self._answers.add((day, version), (given, withdrawn))
        _wait(commit)

    def _coming_commit(self) -> Future[None]:
        try:
            return self._writer.submit(self._commit_waiting)
        except RuntimeError as error:  # It takes no more after close(), or when Python is exiting.
            raise StoreError("the counters are closed") from error

    def _commit_waiting(self) -> None:
        with self._lock:
            taken = [(sums.upsert, sums.take()) for sums in (self._cells, self._answers)]
            self._commit = None
        with self._engine.begin() as connection:
            for upsert, rows in taken:
                if rows:
                    connection.execute(upsert, rows)

    def totals(
        self, dimension: str, first_hour: int, last_hour: int, limit: int
    ) -> Sequence[Total]:
        """The `limit` cells of a dimension with most views from `first_hour` to `last_hour`."""
        views = func.sum(self._table.c.views)
        query = (
            self._sums(self._table.c.cell, first_hour, last_hour, dimension)
            .order_by(views.desc(), self._table.c.cell)
            .limit(limit)
        )
        return [Total(cell, **_named(sums)) for cell, *sums in self._read(query)]

    def series(self, first_hour: int, last_hour: int) -> Sequence[Hour]:
        """Each hour in which anything was counted, oldest first."""
        query = self._sums(self._table.c.hour, first_hour, last_hour, Dimension.ALL)
        rows = self._read(query.order_by(self._table.c.hour))
        return [Hour(hour, **_named(sums)) for hour, *sums in rows]

    def _sums(self, column: Any, first_hour: int, last_hour: int, dimension: str) -> Select[Any]:
        sums = (func.sum(self._table.c[name]) for name in MEASURES)
        return (
            select(column, *sums)
            .where(self._table.c.dimension == dimension)
            .where(self._table.c.hour.between(first_hour, last_hour))
            .group_by(column)
        )

    def _read(self, query: Select[Any]) -> Sequence[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def consents(self) -> Sequence[Consents]:
        """The consents of each day, newest first."""
        columns = self._consents.c
        query = select(columns.day, columns.version, columns.given, columns.withdrawn)
        query = query.order_by(columns.day.desc(), columns.version.desc())
        return [Consents(*row) for row in self._read(query)]

    def forget(self, old: Delete) -> int:
        """Carry out a deletion between two commits; how many rows. Raises StoreError."""
        try:
            return self._writer.submit(self._forget, old).result()
        except (RuntimeError, SQLAlchemyError) as error:
            raise StoreError("the counters could not be written") from error

    def _forget(self, old: Delete) -> int:
        with self._engine.begin() as connection:
            rows = connection.execute(old).rowcount
        if rows:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return rows

    def close(self) -> None:
        """Commit what was accepted and let go of the file. Later additions raise StoreError."""
        self._writer.shutdown()
        self._engine.dispose()


def _named(sums: Sequence[int]) -> dict[str, int]:
    return dict(zip(MEASURES, sums, strict=True))


def _wait(commit: Future[None]) -> None:
    try:
        commit.result()
    except SQLAlchemyError as error:
        raise StoreError("the counters could not be written") from error


def _open(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: object) -> None:
        # FULL: in WAL mode, only then is every commit on the disk when it returns.
        # https://www.sqlite.org/pragma.html#pragma_synchronous
        for pragma in (*DURABLE, f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
