"""The counters: additive totals by hour, dimension and cell, and of consents by day, in SQLite.

All writing is done by one thread. What arrives while it commits is added up and shares the next
commit, so that a hundred requests at once cost two or three commits, not a hundred.

Each commit writes the hour that it adds to anew, in the order of its cells: SQLite puts a new row
beside the one that came before it, so the file would tell which cells were counted together.
"""

import datetime
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Delete, MetaData, Select, Table, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from analytics.background import Progress, TaskState
from analytics.storage.database import Database
from analytics.storage.known_tables import KnownTables
from analytics.storage.unusable import DatabaseUnavailable
from analytics.visits.model import MEASURES, Counts, Dimension, Hour, Increment, Total
from analytics.visits.store.base import Consents, StoreError
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["Counters"]

Done = TypeVar("Done")

ANSWERS = ("given", "withdrawn")
BUSY_MS = 5_000
STUCK_SECONDS = 2.0
"""So long after a commit began, nobody else waits for it: each would keep a thread from serving
pages."""


class _Sums:
    """What waits to be added to one table: its key's columns, then the `measures` that add up."""

    def __init__(self, table: Table, measures: tuple[str, ...]) -> None:
        self.columns = (*(column.name for column in table.primary_key), *measures)
        self._size = len(measures)
        self._waiting: dict[tuple[object, ...], list[int]] = {}
        self._table = table
        self._gathered = table.to_metadata(MetaData(), name=f"gathered_{table.name}")
        self._gathered._prefixes = ["TEMPORARY"]
        new = insert(self._gathered)
        self._upsert = new.on_conflict_do_update(
            index_elements=list(self._gathered.primary_key),
            set_={name: self._gathered.c[name] + new.excluded[name] for name in measures},
        )
        self._measures = tuple(self._gathered.c[name] for name in measures)

    def write(self, connection: Connection, rows: list[dict[str, object]]) -> None:
        """Add `rows`, and write anew all that shares its hour or day with one of them."""
        table, gathered = self._table, self._gathered
        first = self.columns[0]
        touched = table.c[first].in_({row[first] for row in rows})
        connection.execute(CreateTable(gathered, if_not_exists=True))
        connection.execute(delete(gathered))
        names = [column.name for column in table.columns]
        connection.execute(insert(gathered).from_select(names, select(table).where(touched)))
        connection.execute(self._upsert, rows)
        self._drop_impossible(connection)
        connection.execute(delete(table).where(touched))
        sorted_rows = select(gathered).order_by(*gathered.primary_key)
        connection.execute(insert(table).from_select(names, sorted_rows))

    def _drop_impossible(self, connection: Connection) -> None:
        """What goes on where nothing began: a cookie that was sent twice, or a browser that became
        another within its visit."""
        part, whole = (self._gathered.c.get(name) for name in ("continued", "visits"))
        if part is None or whole is None:
            return
        connection.execute(update(self._gathered).where(part > whole).values({part: whole}))
        empty = (measure == 0 for measure in self._measures)
        connection.execute(delete(self._gathered).where(*empty))

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

    def __init__(
        self,
        path: Path,
        register: Register,
        log: ServiceLog | None = None,
        known: KnownTables | None = None,
    ) -> None:
        self.database = Database(
            "counters", path, register, begin="DEFERRED", busy_ms=BUSY_MS, known=known
        )
        self._engine = self.database.engine
        tables = self.database.tables.tables
        self._table, self._consents = tables["counters"], tables["consents"]
        self._struck = tables["struck_hours"]
        self._cells = _Sums(self._table, MEASURES)
        self._answers = _Sums(self._consents, ANSWERS)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counters")
        self._lock = Lock()
        self._commit: Future[None] | None = None
        self._began: float | None = None
        self._progress = Progress("counters", log or ServiceLog(register))
        with suppress(DatabaseUnavailable):  # Said by whoever uses it, until it was mended.
            self.database.take_up()

    @property
    def state(self) -> TaskState:
        """What the writer did last."""
        return self._progress.state

    def add(
        self,
        hour: int,
        increments: Iterable[Increment],
        *,
        began: int | None = None,
        consent: tuple[datetime.date, int] | None = None,
    ) -> None:
        """Add to the cells of `hour` (hours since 1970), what continues to those of `began`, and
        a consent; return once that is on the disk. Raises StoreError.
        """
        accepted = tuple(increments)
        with self._lock:
            commit = self._coming_commit()
            for increment in accepted:
                for at, counts in _by_hour(hour, began, increment):
                    cell = at, increment.dimension, increment.cell
                    self._cells.add(cell, (getattr(counts, measure) for measure in MEASURES))
            if consent is not None:
                self._answers.add(consent, (1, 0))
        _wait(commit)

    def answered(
        self, day: datetime.date, version: int, *, given: int = 0, withdrawn: int = 0
    ) -> None:
        """Add to the consents of a day to a version of the register; return once on the disk.

        Raises StoreError.
        """
        with self._lock:
            commit = self._coming_commit()
            self._answers.add((day, version), (given, withdrawn))
        _wait(commit)

    def _coming_commit(self) -> Future[None]:
        if self._is_stuck():
            raise StoreError("the counters are busy")
        try:
            self._commit = self._commit or self._writer.submit(self._commit_waiting)
        except RuntimeError as error:  # It takes no more after close(), or when Python is exiting.
            raise StoreError("the counters are closed") from error
        return self._commit

    def _is_stuck(self) -> bool:
        """Whether the commit at hand lasts too long, or follows one that failed."""
        return self._began is not None and (
            self._progress.state.failures > 0 or time.monotonic() > self._began + STUCK_SECONDS
        )

    def _commit_waiting(self) -> None:
        with self._lock:
            taken = [(sums, sums.take()) for sums in (self._cells, self._answers)]
            self._commit = None
            self._began = time.monotonic()
        try:
            with self._begin() as connection:
                for sums, rows in taken:
                    if rows:
                        sums.write(connection, rows)
        except BaseException as error:
            self._progress.failed(error)
            raise
        else:
            self._progress.succeeded()
        finally:
            self._began = None

    def _begin(self) -> AbstractContextManager[Connection]:
        return self._engine.execution_options(begin="IMMEDIATE").begin()

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
            .where(self._table.c.hour.not_in(select(self._struck.c.hour)))
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
        return self.write(lambda connection: connection.execute(old).rowcount)

    def write(self, work: Callable[[Connection], Done]) -> Done:
        """Do `work` in a transaction of its own, between two commits; what it returns.

        Raises StoreError.
        """
        try:
            return self._writer.submit(self._in_a_transaction, work).result()
        except (RuntimeError, SQLAlchemyError) as error:
            raise StoreError("the counters could not be written") from error

    def _in_a_transaction(self, work: Callable[[Connection], Done]) -> Done:
        with self._begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Commit what was accepted and let go of the file. Later additions raise StoreError."""
        self._writer.shutdown()
        self.database.close()


def _by_hour(hour: int, began: int | None, increment: Increment) -> Iterator[tuple[int, Counts]]:
    """What continues is counted where its visit began, so that the two can be compared."""
    if began is None or began == hour or not increment.continued:
        yield hour, increment
        return
    yield began, Counts(continued=increment.continued)
    amounts = {name: getattr(increment, name) for name in MEASURES} | {"continued": 0}
    yield hour, Counts(**amounts)


def _named(sums: Sequence[int]) -> dict[str, int]:
    return dict(zip(MEASURES, sums, strict=True))


def _wait(commit: Future[None]) -> None:
    try:
        commit.result()
    except SQLAlchemyError as error:
        raise StoreError("the counters could not be written") from error
