"""Both databases with what looks after them: deletion of what is over, and rewriting."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from analytics.background import BackgroundTask, Waits
from analytics.storage.addresses import Addresses
from analytics.storage.checking import Checker
from analytics.storage.deletion_limits import LAST_RUN, LastRun
from analytics.storage.in_use import held
from analytics.storage.known_tables import KnownTables
from analytics.storage.opening import database_at
from analytics.storage.retention import Retention, RetentionThread
from analytics.storage.rewriting import Rewriter, Rewritten
from analytics.storage.store import LookedAfter, Store
from analytics.storage.unusable import DatabaseUnavailable
from analytics.web.clock import Clock
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["Stores", "make_folder", "open_stores"]


@dataclass(frozen=True)
class Stores:
    """The databases of a running service, and the tasks that look after them. There are no counters
    where visits are off; who counts has them from where they were opened."""

    records: LookedAfter
    counters: Store | None
    retention: RetentionThread
    rewriter: Rewriter
    rewriting: BackgroundTask
    counters_rewriter: Rewriter | None
    counters_rewriting: BackgroundTask | None
    checking: BackgroundTask
    lock: ExitStack
    """What says that they are in use: `in_use.held`."""

    def start(self) -> None:
        """Begin to look after them."""
        self.retention.start()
        self.rewriting.start()
        if self.counters_rewriting:
            self.counters_rewriting.start()
        self.checking.start()

    def close(self) -> None:
        """End what was begun, leave no order of the last changes, and let go of the files."""
        self.checking.close()
        self.retention.close()
        self.rewriting.close()
        if self.counters_rewriting:
            self.counters_rewriting.close()
        if self.rewriter.due:
            with suppress(SQLAlchemyError, sqlite3.Error):  # The next start does it.
                self.rewriter.rewrite()
        if self.counters:
            self.counters.close()
        self.records.close()
        self.lock.close()


def open_stores(  # noqa: PLR0913, PLR0917  (what all that looks after them needs)
    register: Register,
    addresses: Addresses,
    var: Path,
    clock: Clock,
    log: ServiceLog,
    counters: Store | None,
) -> Stores:
    """The records, with `counters` beside them. One that cannot be used is taken up once it was
    mended."""
    records = database_at("records", addresses.records, register, KnownTables("records", var))
    retention = Retention(
        (register, records.engine, counters),
        clock.moment,
        LastRun(var / LAST_RUN),
    )
    window_seconds = records.window_seconds
    rewriter = _rewriter(records, records)
    waits = Waits(first=min(1.0, window_seconds / 4), longest=window_seconds / 4)
    rewriting = BackgroundTask("rewriting", rewriter, log, clock=clock, waits=waits)

    def changed() -> None:
        rewriter.changed()
        rewriting.call()

    records.changed = changed
    with suppress(DatabaseUnavailable):  # Said by whoever uses it, until it was mended.
        records.take_up()
    databases: tuple[LookedAfter, ...] = (records,)
    databases += (counters.database,) if counters else ()
    counters_rewriter, counters_rewriting = _counters_rewriting(counters, clock, log)
    shortest_window = min(each.window_seconds for each in databases)
    checker = Checker(databases, log, shortest_window=shortest_window)
    return Stores(
        records=records,
        counters=counters,
        retention=RetentionThread(retention, log, clock),
        rewriter=rewriter,
        rewriting=rewriting,
        counters_rewriter=counters_rewriter,
        counters_rewriting=counters_rewriting,
        checking=BackgroundTask("checking", checker, log, clock=clock),
        lock=held(var),
    )


def _rewriter(rewritten: Rewritten, database: LookedAfter) -> Rewriter:
    return Rewriter(
        rewritten,
        database.window_seconds,
        shortest_pause=database.shortest_pause,
        lingers=database.lingering_seconds,
    )


def _counters_rewriting(
    counters: Store | None, clock: Clock, log: ServiceLog
) -> tuple[Rewriter, BackgroundTask] | tuple[None, None]:
    """What writes anew, in time, the rows that a commit had no time to."""
    if counters is None:
        return None, None
    store, window_seconds = counters, counters.database.window_seconds
    rewriter = _rewriter(store, store.database)
    waits = Waits(first=min(1.0, window_seconds / 4), longest=window_seconds / 4)
    task = BackgroundTask("counters rewriting", rewriter, log, clock=clock, waits=waits)

    def changed() -> None:
        if store.rewriting_due:
            rewriter.changed()
            task.call()

    store.database.changed = changed
    return rewriter, task


def make_folder(var: Path) -> None:
    """The folder of the databases and of the key, for nobody else to look into. Raises OSError."""
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    if var.stat().st_mode & 0o077:
        var.chmod(0o700)
