"""A database that a server keeps: whether it can be used now, whichever engine the server is of.

It is taken up when it is first used, as one in a file is (`database`): made, or brought to what the
register declares. One that cannot be used says why, until it was mended; a server that went away
and came back is used again without a restart.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import RLock
from weakref import ref

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage.database import SECONDS_BETWEEN_TRIES, Name, by_engine
from analytics.storage.known_tables import KnownTables
from analytics.storage.migrations import lost_of
from analytics.storage.schema import metadata
from analytics.storage.unusable import DatabaseState, DatabaseUnavailable, fault_of, gone
from policy import Fault, Register

__all__ = ["OF_SITE", "Server"]

OF_SITE = ("site", "owner")
"""What an address says of the site, and not of the server."""


class Server(ABC):
    """One of the two databases, at a `place` that may be shown; opened when it is first used.

    `changed` is called after each change that was committed. `known` is what it held before.
    """

    engine: Engine
    lingering_seconds = 0.0

    def __init__(
        self, name: Name, place: str, register: Register, known: KnownTables, url: URL
    ) -> None:
        self.name = name
        self.place = place
        owners = url.query.get("owner", ())
        self._owners = (owners,) if isinstance(owners, str) else owners
        self.register = register
        self.tables = metadata(register, name)
        self.known = known
        self.changed: Callable[[], None] = lambda: None
        self._is_ready, self._failure = False, ""
        self._faults: tuple[Fault, ...] = ()
        self._tried = -SECONDS_BETWEEN_TRIES
        self._lock = RLock()

    def _use(self, engine: Engine) -> None:
        """Say which engine is this database's."""
        self.engine = engine
        by_engine[engine] = ref(self)

    @abstractmethod
    def _found(self) -> Mapping[str, frozenset[str]]:
        """The columns of each table that is there, seen beside the pool, which would take it up.
        Raises SQLAlchemyError."""

    @abstractmethod
    def _follow(self, keep: bool) -> tuple[Fault, ...]:
        """What keeps it from being used, once all was done that could be; with `keep`, what was
        done stays. Raises SQLAlchemyError."""

    @abstractmethod
    def _columns(self, connection: Connection) -> Mapping[str, frozenset[str]]:
        """As `_found`, by a connection of the pool."""

    @abstractmethod
    def _refused(self, error: Exception) -> Fault:
        """What a failure to use the server means."""

    @property
    def state(self) -> DatabaseState:
        """As it is now; takes up one that was not usable, as its next user would."""
        try:
            self.take_up()
        except DatabaseUnavailable as unavailable:
            return DatabaseState(self.name, False, unavailable.faults)
        return DatabaseState(self.name, True, (), self._failure)

    @property
    def window_seconds(self) -> float:
        """For how long the server's files may tell an order, as the register says."""
        return float(self.register.window(self.name).keep.seconds)

    def take_up(self) -> None:
        """Make sure that it can be used. Raises DatabaseUnavailable."""
        if self._is_ready:
            return
        with self._lock:
            self._take_up()

    def _take_up(self) -> None:
        if not self._is_ready:
            if time.monotonic() >= self._tried + SECONDS_BETWEEN_TRIES or not self._faults:
                self._faults = self._prepare()
                self._tried = time.monotonic()
            if self._faults:
                raise DatabaseUnavailable(self.name, self._faults)
            self._is_ready, self._failure = True, ""
            self.changed()

    def check(self) -> tuple[Fault, ...]:
        """What would keep a service from using it. Changes nothing."""
        return self._prepare(keep=False)

    def _prepare(self, *, keep: bool = True) -> tuple[Fault, ...]:
        try:
            if self._is_gone():
                return (gone(self.place, self.name),)
            return self._follow(keep)
        except (SQLAlchemyError, UnicodeError) as error:
            return (self._refused(error),)
        except OSError as error:  # What it holds cannot be noted.
            return (fault_of(self.known.path or Path(), error),)

    def lost(self) -> tuple[str, ...]:
        """What is missing, as `lost_of` names it, or all by its name. Raises SQLAlchemyError."""
        known = self.known.read()
        if self._is_gone():
            return (self.name,)
        found = self._found() if known else {}
        return lost_of(found, self.name, self.register, self.tables, known)

    def _is_gone(self) -> bool:
        """Whether nothing is there of all that is known to have been."""
        known = self.known.read()
        return bool(known) and not self._found().keys() & known.keys()

    def look(self) -> None:
        """See whether it is still as it was taken up, before anybody uses it."""
        if not self.state.usable:
            return
        # What is wrong was noted by who noticed.
        with suppress(SQLAlchemyError), self.engine.connect() as connection:
            found = self._columns(connection)
            for table in self.tables.sorted_tables:
                if not {each.name for each in table.columns} <= found.get(table.name, frozenset()):
                    self._is_ready = False
            self._failure = ""

    def close(self) -> None:
        """Let go of the server."""
        self.engine.dispose()
