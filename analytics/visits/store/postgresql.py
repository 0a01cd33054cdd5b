"""The counters in PostgreSQL, for several collectors at once.

Each has a thread of its own that commits, and one of them at a time writes: a lock of the database
that lasts for a commit. Commits could not overlap without it either, since nearly all of them add
to the same few rows, and with it none waits for another crosswise.
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from analytics.storage.catalog import lock
from analytics.storage.known_tables import KnownTables
from analytics.storage.postgresql import PostgreSQL
from analytics.storage.postgresql_order import forget_log, write_anew
from analytics.visits.store.base import StoreError
from analytics.visits.store.shared_commits import SharedCommits
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["PostgreSQLCounters"]

Done = TypeVar("Done")


BY_HITS = {"consents", "experiments", "names", "pages_served", "refusals", "running", "totals"}
"""What hits change, or is counted beside them."""

TOUCHED = """SELECT relname FROM pg_stat_xact_user_tables
WHERE schemaname = current_schema() AND n_tup_ins + n_tup_upd + n_tup_del > 0"""
"""The tables that a transaction changed
(https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-STATS-VIEWS)."""

READ = "totals, running, counters, rare, names, struck_hours, closings"


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
        self._changes, self._written_anew = 1, 0
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

    def _in_a_transaction(self, work: Callable[[Connection], Done]) -> Done:
        def alone(connection: Connection) -> Done:
            lock(connection)
            done = work(connection)
            if work != self._write_anew:
                self._changed |= {*connection.exec_driver_sql(TOUCHED).scalars()}
            return done

        return super()._in_a_transaction(alone)

    @property
    def rewriting_due(self) -> bool:
        """Whether tables are to be written anew, so that they tell no order."""
        return self._changes != self._written_anew

    def rewrite(self) -> None:
        """Write all that was changed anew, and have the server forget its log. Raises
        SQLAlchemyError."""
        try:
            self.write(self._write_anew)
            forget_log(self._engine)
        except StoreError as error:
            self._all_is_due()
            raise DisconnectionError("the counters could not be written") from error
        except SQLAlchemyError:
            self._all_is_due()
            raise

    def _write_anew(self, connection: Connection) -> None:
        tables = self.database.tables.sorted_tables
        write_anew(connection, [each for each in tables if each.name in BY_HITS | self._changed])
        # With this one, by the one thread that counts them.
        self._written_anew, self._changed = self._changes + 1, set()

    def _all_is_due(self) -> None:
        self._written_anew, self._changed = 0, set(self.database.tables.tables)
