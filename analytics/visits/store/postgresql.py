"""The counters in PostgreSQL, for several collectors at once.

Each has a thread of its own that commits, and one of them at a time writes: a lock of the database
that lasts for a commit. Commits could not overlap without it either, since nearly all of them add
to the same few rows, and with it none waits for another crosswise.
"""

import datetime
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Table
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage.catalog import lock
from analytics.storage.known_tables import KnownTables
from analytics.storage.postgresql import PostgreSQL
from analytics.storage.postgresql_anew import write_parts_anew
from analytics.storage.postgresql_connection import SECONDS_TO_WRITE_ANEW
from analytics.storage.postgresql_order import forget_log
from analytics.storage.postgresql_parts import PARTS, OutOfTurn, has_turn
from analytics.visits.store.base import StoreError
from analytics.visits.store.shared_commits import SharedCommits
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["PostgreSQLCounters"]

Done = TypeVar("Done")


BY_HITS = {"consents", "experiments", "names", "pages_served", "refusals", "running", "totals"}
"""What hits change, or is counted beside them."""

TOUCHED = """SELECT regexp_replace(relname, '_part_[0-9]+$', '') FROM pg_stat_xact_user_tables
WHERE schemaname = current_schema() AND n_tup_ins + n_tup_upd + n_tup_del > 0"""
"""The tables that a transaction changed
(https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-STATS-VIEWS)."""

READ = "closings, counters, names, rare, running, struck_hours, totals"
"""What reports read, in the order in which whoever writes anew comes to have it."""

SECONDS_BETWEEN = 0.1


class PostgreSQLCounters(SharedCommits):
    """Those at the address `url`. Days are those of `zone`."""

    def __init__(
        self,
        url: URL,
        register: Register,
        log: ServiceLog | None = None,
        known: KnownTables | None = None,
        zone: datetime.tzinfo = ZoneInfo("UTC"),  # noqa: B008  (a value that nothing changes)
    ) -> None:
        database = PostgreSQL("counters", url, register, begin="DEFERRED", known=known)
        super().__init__(database, register, log or ServiceLog(register), zone)
        # One that was killed may have left the order of its last hits.
        self._changes, self._written_anew, self._noted = 1, 0, 0
        self._taken = set[str]()
        self._changed = set(self.database.tables.tables)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection
            self._changes += 1

    def _read(self, ask: Callable[[Connection], Done]) -> Done:
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            # Rows of a table that is written anew are new to whoever began before: none may be,
            # from before the first is read.
            connection.exec_driver_sql(f"LOCK TABLE {READ} IN ACCESS SHARE MODE")
            return ask(connection)

    def write_ended(self, work: Callable[[Connection], Done]) -> Done:
        """As `write`, where it may change what large tables have; not while one of them is written
        anew. Raises StoreError."""
        until = time.monotonic() + SECONDS_TO_WRITE_ANEW
        while time.monotonic() < until:
            with suppress(OutOfTurn):
                return self.write(partial(_in_turn, work))
            time.sleep(SECONDS_BETWEEN)  # Hits go on.
        raise StoreError("the counters are written anew")

    def _in_a_transaction(self, work: Callable[[Connection], Done]) -> Done:
        def alone(connection: Connection) -> Done:
            lock(connection)
            done = work(connection)
            touched = {*connection.exec_driver_sql(TOUCHED).scalars()}
            if touched & PARTS.keys() and not has_turn(connection):
                raise OutOfTurn  # It would be lost with what is written anew.
            self._changed.update(touched)
            return done

        return super()._in_a_transaction(alone)

    @property
    def rewriting_due(self) -> bool:
        """Whether tables are to be written anew, so that they tell no order."""
        return self._changes != self._written_anew

    def rewrite(self) -> None:
        """Write all that was changed anew, while hits go on, and have the server forget its log.
        Raises SQLAlchemyError."""
        tables = self.database.tables.sorted_tables
        parted = [each for each in tables if each.name in PARTS]
        try:
            write_parts_anew(self._engine, parted, self._due, self._rest)
            forget_log(self._engine)
        except SQLAlchemyError:
            self._changes += 1
            self._changed.update(each.name for each in tables)
            raise
        self._written_anew = self._noted

    def _due(self) -> Iterable[str]:
        # All that was committed by now is counted, and what is counted later is due again.
        self._noted, self._taken = self._changes, set[str]()
        return self._changed & PARTS.keys()

    def _rest(self) -> list[Table]:
        # By whoever has the writers' lock, so what is changed later is noted after this.
        self._taken |= self._changed
        self._changed.difference_update(self._taken)
        rest = (BY_HITS | self._taken) - PARTS.keys()
        return [each for each in self.database.tables.sorted_tables if each.name in rest]


def _in_turn(work: Callable[[Connection], Done], connection: Connection) -> Done:
    if not has_turn(connection):
        raise OutOfTurn
    return work(connection)
