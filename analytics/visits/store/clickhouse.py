"""The counters in ClickHouse, for more than one machine counts. Each collector has a thread that
commits, and one of them at a time writes; a commit is one INSERT (`storage.clickhouse_dbapi`)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection

from analytics.storage.catalog import lock
from analytics.storage.clickhouse import ClickHouse
from analytics.storage.known_tables import KnownTables
from analytics.visits.store.shared_commits import SharedCommits
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["ClickHouseCounters"]

Done = TypeVar("Done")

TRIES = 5
"""So often is a question asked again whose answer mixed two moments; then others wait for it."""


class ClickHouseCounters(SharedCommits):
    """Those at the address `url`. Days are those of `zone`."""

    def __init__(
        self,
        url: URL,
        register: Register,
        log: ServiceLog | None = None,
        known: KnownTables | None = None,
        zone: datetime.tzinfo = ZoneInfo("UTC"),  # noqa: B008  (a value that nothing changes)
    ) -> None:
        database = ClickHouse("counters", url, register, known=known)
        super().__init__(database, register, log or ServiceLog(register), zone)
        # One that was killed may have left what came together.
        self._changes, self._written_anew = 1, 0

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        finally:
            self._changes += 1
            self.database.changed()

    def _read(self, ask: Callable[[Connection], Done]) -> Done:
        for _ in range(TRIES):
            with self._engine.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
                raw.see_one_moment()
                answer = ask(connection)
                if raw.saw_one_moment():
                    return answer
        with self._engine.connect() as connection:
            lock(connection)
            return ask(connection)

    def _in_a_transaction(self, work: Callable[[Connection], Done]) -> Done:
        def alone(connection: Connection) -> Done:
            lock(connection)
            return work(connection)

        return super()._in_a_transaction(alone)

    @property
    def rewriting_due(self) -> bool:
        """Whether files tell what came together."""
        return self._changes != self._written_anew

    def rewrite(self) -> None:
        """Have the server merge its files. Raises SQLAlchemyError."""
        changes = self._changes
        self.database.rewrite()
        self._written_anew = changes
