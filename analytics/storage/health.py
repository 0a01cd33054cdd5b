"""How the databases and what looks after them are doing, for the health check and for staff."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.background import TaskState
from analytics.storage.database import DatabaseState
from analytics.storage.deletion_limits import Refusal
from analytics.storage.stores import Stores

__all__ = ["StorageHealth", "storage_health"]


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """Each database and each task. `refusal` says why retention deletes nothing, if it does not."""

    databases: tuple[DatabaseState, ...]
    tasks: tuple[TaskState, ...]
    refusal: Refusal | None

    @property
    def works(self) -> bool:
        """Whether everything does what it is there for."""
        databases = all(database.works for database in self.databases)
        return self.refusal is None and databases and all(task.works for task in self.tasks)


def storage_health(stores: Stores) -> StorageHealth:
    """As it is now. A database that was mended is taken up."""
    counters = (stores.counters,) if stores.counters else ()
    return StorageHealth(
        databases=(*(each.database.state for each in counters), stores.records.state),
        tasks=(*(each.state for each in counters), stores.retention.state, stores.rewriting.state),
        refusal=stores.retention.refusal,
    )
