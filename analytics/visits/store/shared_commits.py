"""Counters that are written by one thread, whichever database they are in.

What arrives while it commits is added up and shares the next commit, so that a hundred requests at
once cost two or three commits, not a hundred.

What has not ended is in `running`: the hours of today and yesterday, and the months; `coarsening`
makes days and months of it.
"""

import datetime
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Delete, select
from sqlalchemy.exc import SQLAlchemyError

from analytics.background import Progress, TaskState
from analytics.storage.store import LookedAfter
from analytics.storage.unusable import DatabaseUnavailable
from analytics.visits.model import Hour, Increment
from analytics.visits.store.adding import Adding
from analytics.visits.store.addition import Addition
from analytics.visits.store.base import Consents, Reading, StoreError
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.coarsening import Coarsening
from analytics.visits.store.query import Answer, Query
from analytics.visits.store.reading import answer_of
from analytics.visits.store.remembered import (
    CHANGED,
    Mark,
    Recall,
    Remembered,
    draw_first,
    draw_mark,
    mark_of,
)
from analytics.visits.store.running import Running
from analytics.visits.store.site_hours import SiteHours, site_hours
from analytics.visits.store.trials import TABLE, Tried, fold_small
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["SharedCommits"]

Done = TypeVar("Done")

STUCK_SECONDS = 2.0
"""So long after a commit began, nobody else waits for it: each would keep a thread from serving
pages."""


SECONDS_TO_GATHER = 0.02
SECONDS_BETWEEN_HITS = 0.0005

SECONDS_BETWEEN_LINES = 60.0
SECONDS_TO_COMMIT = 20.0
"""Longer than any lock is waited for."""


class SharedCommits(Reading, ABC):
    """The tables that the register declares, in a `database`; all are made if missing.

    Days are those of `zone`.
    """

    def __init__(
        self, database: LookedAfter, register: Register, log: ServiceLog, zone: datetime.tzinfo
    ) -> None:
        self.database = database
        self._engine = database.engine
        self._consents = database.tables.tables["consents"]
        self.calendar = Calendar(zone)
        self._least = register.table("counters", "counters").least or 1
        self._adding = Adding(self.calendar)
        self._coarsening = Coarsening(self.calendar, self._least)
        self._running = Running(self.calendar, self._least)
        self._remembered = Remembered()
        self._waiting: list[Addition] = []
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counters")
        self._lock = Lock()
        self._commit: Future[None] | None = None
        self._began: float | None = None
        # A busy site would have a line for each hit that is refused.
        self._progress = Progress("counters", log, seconds_between=SECONDS_BETWEEN_LINES)
        with suppress(DatabaseUnavailable):  # Said by whoever uses it, until it was mended.
            self.database.take_up()

    @abstractmethod
    def _begin(self) -> AbstractContextManager[Connection]:
        """A transaction that writes."""

    @abstractmethod
    def _read(self, ask: Callable[[Connection], Done]) -> Done:
        """What is asked, in a transaction all of whose statements see the same rows."""

    @property
    @abstractmethod
    def rewriting_due(self) -> bool:
        """Whether rows are to be written anew, so that they tell no order."""

    @abstractmethod
    def rewrite(self) -> None:
        """Write anew what is to be, between two commits. Raises SQLAlchemyError, sqlite3.Error."""

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
        tried: tuple[Tried, ...] = (),
    ) -> None:
        """Add a hit to the cells of `hour` (hours since 1970), what continues to those of `began`,
        a consent, and what it is to experiments; return once that is on the disk. Raises
        StoreError.
        """
        given = (*consent, 1, 0) if consent else None
        first = hour if began is None else began
        self._take(Addition(hour, first, tuple(increments), given, tried))

    def answered(
        self, day: datetime.date, version: int, *, given: int = 0, withdrawn: int = 0
    ) -> None:
        """Add to the consents of a day to a version of the register; return once on the disk.

        Raises StoreError.
        """
        self._take(Addition(0, 0, (), (day, version, given, withdrawn)))

    def _take(self, addition: Addition) -> None:
        with self._lock:
            commit = self._coming_commit()
            self._waiting.append(addition)
        _wait(commit)

    def _coming_commit(self) -> Future[None]:
        self._check_stuck()
        try:
            self._commit = self._commit or self._writer.submit(self._commit_waiting)
        except RuntimeError as error:  # It takes no more after close(), or when Python is exiting.
            raise StoreError("the counters are closed") from error
        return self._commit

    def _check_stuck(self) -> None:
        """Raise StoreError where what is written now lasts too long, or follows what failed."""
        began = self._began
        if began is not None and (
            self._progress.state.failures > 0 or time.monotonic() > began + STUCK_SECONDS
        ):
            raise StoreError("the counters are busy")

    def _commit_waiting(self) -> None:
        self._gather()
        with self._lock:
            taken, self._waiting = self._waiting, []
            self._commit = None
            self._began = time.monotonic()
        try:
            with self._begin() as connection:
                self._adding.add(connection, taken)
        except BaseException as error:
            self._adding.names.forget()
            self._progress.failed(error)
            raise
        else:
            self._progress.succeeded()
        finally:
            self._began = None

    def _gather(self) -> None:
        """Wait while hits come: those that are worked on just now share the commit, and a processor
        that works on them and on the commit by turns is slower at both."""
        until, before = time.monotonic() + SECONDS_TO_GATHER, 0
        while (coming := self._count_waiting()) > before and time.monotonic() < until:
            before = coming
            time.sleep(SECONDS_BETWEEN_HITS)

    def _count_waiting(self) -> int:
        with self._lock:
            return len(self._waiting)

    def rows(self, query: Query) -> Answer:
        """What was counted, or why that is not kept."""
        return answer_of(self._read, self.calendar, self._running, self._remembered, query)

    def series(self, first_hour: int, last_hour: int) -> Sequence[Hour]:
        """Each hour in which anything was counted, oldest first."""
        return [*self.by_hour(first_hour, last_hour).each()]

    def by_hour(self, first_hour: int, last_hour: int) -> SiteHours:
        """The same as columns, which are added up."""

        def ask(connection: Connection) -> tuple[SiteHours, Recall]:
            recall = Recall(self._remembered, connection)
            return site_hours(connection, recall, first_hour, last_hour), recall

        found, recall = self._read(ask)
        recall.keep()
        return found

    def mark(self) -> Mark:
        """Another one where something of what has ended has changed; empty before that is known."""
        return self._read(mark_of)[0]

    def consents(self) -> Sequence[Consents]:
        """The consents of each day, newest first."""
        columns = self._consents.c
        query = select(columns.day, columns.version, columns.given, columns.withdrawn)
        query = query.order_by(columns.day.desc(), columns.version.desc())
        with self._engine.connect() as connection:
            return [Consents(*row) for row in connection.execute(query)]

    def coarsen(self, now: int) -> bool:
        """Take one step of making coarser what has ended by the hour `now`; whether there is
        another. What is told is decided before, while hits go on. Raises StoreError."""
        try:
            facts = self._read(lambda connection: self._coarsening.facts(connection, now))
        except SQLAlchemyError as error:
            raise StoreError("the counters could not be read") from error
        self._coarsening.plan(facts)
        return self.write_ended(lambda connection: self._coarsen(connection, now))

    def _coarsen(self, connection: Connection, now: int) -> bool:
        trials = self.database.tables.tables.get(TABLE)
        today = self.calendar.date(now)
        if trials is not None and fold_small(connection, trials, today, self._least):
            return True
        is_done = self._coarsening.step(connection, now)
        (draw_mark if is_done else draw_first)(connection, now)
        return is_done

    def forget(self, old: Delete) -> int:
        """Carry out a deletion between two commits; how many rows. Raises StoreError."""

        def write(connection: Connection) -> int:
            rows = connection.execute(old).rowcount
            if rows and getattr(old.table, "name", "") in CHANGED:
                draw_mark(connection)
            return rows

        return self.write_ended(write)

    def write(self, work: Callable[[Connection], Done]) -> Done:
        """Do `work` in a transaction of its own, between two commits; what it returns.

        Raises StoreError.
        """
        self._check_stuck()
        try:
            return self._writer.submit(self._in_a_transaction, work).result()
        except (RuntimeError, SQLAlchemyError) as error:
            raise StoreError("the counters could not be written") from error

    def write_ended(self, work: Callable[[Connection], Done]) -> Done:
        """As `write`, for what may change or delete what has ended. Raises StoreError."""
        return self.write(work)

    def _in_a_transaction(self, work: Callable[[Connection], Done]) -> Done:
        self._began = time.monotonic()
        try:
            with self._begin() as connection:
                done = work(connection)
            self._progress.succeeded()
            return done
        finally:
            self._began = None

    def close(self) -> None:
        """Commit what was accepted and let go of the database. Later additions raise StoreError."""
        if self.rewriting_due:
            with suppress(sqlite3.Error, SQLAlchemyError):  # The next start does it.
                self.rewrite()
        self._writer.shutdown()
        self.database.close()


def _wait(commit: Future[Any]) -> None:
    try:
        commit.result(SECONDS_TO_COMMIT)
    except TimeoutError:
        # It may yet be: what was asked of the server cannot be taken back.
        raise StoreError("whether it was counted is not known: no answer came in time") from None
    except SQLAlchemyError as error:
        raise StoreError("the counters could not be written") from error
