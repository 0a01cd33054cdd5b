"""The counters in SQLite. A commit adds to the cells of its hour and has these written anew in the
order of their keys (`ordering`)."""

import datetime
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from analytics.storage.database import Database
from analytics.storage.known_tables import KnownTables
from analytics.visits.store.adding import groups_of
from analytics.visits.store.base import StoreError
from analytics.visits.store.ordering import write_anew
from analytics.visits.store.shared_commits import SharedCommits
from analytics.visits.store.trials import TABLE, groups_of_trials
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["Counters"]

Done = TypeVar("Done")

BUSY_MS = 5_000


class Counters(SharedCommits):
    """Those in the file at `path`. Days are those of `zone`."""

    def __init__(
        self,
        path: Path,
        register: Register,
        log: ServiceLog | None = None,
        known: KnownTables | None = None,
        zone: datetime.tzinfo = ZoneInfo("UTC"),  # noqa: B008  (a value that nothing changes)
    ) -> None:
        database = Database(
            "counters", path, register, begin="DEFERRED", busy_ms=BUSY_MS, known=known
        )
        super().__init__(database, register, log or ServiceLog(register), zone)
        self._is_new = True

    def _begin(self) -> AbstractContextManager[Connection]:
        return self._engine.execution_options(begin="IMMEDIATE").begin()

    def _read(self, ask: Callable[[Connection], Done]) -> Done:
        with self._engine.connect() as connection:
            return ask(connection)

    @property
    def rewriting_due(self) -> bool:
        """Whether rows are to be written anew, so that they tell no order."""
        return self._adding.ordering.waits

    def rewrite(self) -> None:
        """Write anew what is to be, a little at a time, between two commits. Raises
        SQLAlchemyError, sqlite3.Error."""
        if self._is_new:  # One that was killed may have left the order of its last hits.
            found = self.write(groups_of)
            if TABLE in self.database.tables.tables:
                found += self.write(groups_of_trials)
            for group in found:
                self._adding.ordering.add(group)
            self._is_new = False
        for group in self._adding.ordering.take():
            try:
                self.write(partial(write_anew, group=group))
            except StoreError as error:
                self._adding.ordering.add(group)
                raise sqlite3.OperationalError("the counters could not be written") from error
