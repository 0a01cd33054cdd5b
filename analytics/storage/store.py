"""What storage must be able to do with a database that somebody else writes: the counters, which
have one writer of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from sqlalchemy import Delete, Engine, MetaData

from analytics.background import TaskState
from analytics.storage.known_tables import KnownTables
from analytics.storage.unusable import DatabaseState, StoreError
from policy import Fault, Register

__all__ = ["LookedAfter", "Store", "StoreError"]


class LookedAfter(Protocol):
    """One of the two databases, as whatever looks after it knows it: in a file, or on a server.

    `changed` is called after each change that was committed. `known` is what it held before.
    """

    name: Literal["counters", "records"]
    register: Register
    tables: MetaData
    engine: Engine
    known: KnownTables
    changed: Callable[[], None]

    @property
    def state(self) -> DatabaseState:
        """As it is now; takes up one that was not usable, as its next user would."""

    def take_up(self) -> None:
        """Make sure that it can be used. Raises DatabaseUnavailable."""

    def check(self) -> tuple[Fault, ...]:
        """What would keep a service from using it. Changes nothing."""

    def lost(self) -> tuple[str, ...]:
        """What is missing, or all by its name. Raises SQLAlchemyError."""

    def look(self) -> None:
        """See whether it is still as it was taken up, before anybody uses it."""

    @property
    def window_seconds(self) -> float:
        """For how long what is at rest may tell an order, as the register says."""

    @property
    def shortest_pause(self) -> float:
        """Seconds, where the window has room for them, between two times of writing anew."""

    @property
    def lingering_seconds(self) -> float:
        """For so long after that what was written before may be there."""

    @property
    def files(self) -> tuple[str, ...]:
        """Where what was deleted could stand."""

    def rewrite(self) -> None:
        """Write all anew, in the order of keys. Raises SQLAlchemyError, sqlite3.Error."""

    def close(self) -> None:
        """Let go of it."""


class Store(Protocol):
    """A database and its one writer. What a call returned from is on the disk."""

    @property
    def database(self) -> LookedAfter:
        """What is read to tell what is due to be deleted, and how the database is doing."""

    @property
    def state(self) -> TaskState:
        """What the writer did last."""

    def coarsen(self, now: int) -> bool:
        """Take one step of making coarser what has ended by the hour `now` (since 1970); whether
        there is another. Raises StoreError."""

    @property
    def rewriting_due(self) -> bool:
        """Whether rows wait to be written anew, so that the file tells no order."""

    def rewrite(self) -> None:
        """Write them anew. Raises SQLAlchemyError, sqlite3.Error."""

    def forget(self, old: Delete) -> int:
        """Carry out a deletion between two commits; how many rows. Raises StoreError."""

    def close(self) -> None:
        """Commit what was accepted, and let go. Later additions raise StoreError."""
