"""What storage must be able to do with a database that somebody else writes: the counters, which
have one writer of their own."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Delete

from analytics.background import TaskState
from analytics.storage.database import Database

__all__ = ["Store", "StoreError"]


class StoreError(Exception):
    """The database could not be written. None of what was given is in it."""


class Store(Protocol):
    """A database and its one writer. What a call returned from is on the disk."""

    @property
    def database(self) -> Database:
        """What is read to tell what is due to be deleted, and how the database is doing."""

    @property
    def state(self) -> TaskState:
        """What the writer did last."""

    def forget(self, old: Delete) -> int:
        """Carry out a deletion between two commits; how many rows. Raises StoreError."""

    def close(self) -> None:
        """Commit what was accepted, and let go. Later additions raise StoreError."""
