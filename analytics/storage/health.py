"""How the databases and what looks after them are doing, for the health check and for staff."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.background import TaskState
from analytics.storage.deletion_limits import Refusal
from analytics.storage.rewriting import Rewriter
from analytics.storage.stores import Stores
from analytics.storage.unusable import DatabaseState

__all__ = ["StorageHealth", "storage_health"]


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """Each database and each task. `refusal` says why retention deletes nothing, and `late` which
    declared window is not kept; each where it is so."""

    databases: tuple[DatabaseState, ...]
    tasks: tuple[TaskState, ...]
    refusal: Refusal | None
    late: str = ""

    @property
    def works(self) -> bool:
        """Whether everything does what it is there for."""
        databases = all(database.works for database in self.databases)
        tasks = all(task.works for task in self.tasks)
        return self.refusal is None and not self.late and databases and tasks


def storage_health(stores: Stores) -> StorageHealth:
    """As it is now. A database that was mended is taken up."""
    counters = (stores.counters,) if stores.counters else ()
    return StorageHealth(
        databases=(*(each.database.state for each in counters), stores.records.state),
        tasks=(
            *(each.state for each in counters),
            stores.retention.state,
            stores.rewriting.state,
            stores.checking.state,
        ),
        refusal=stores.retention.refusal,
        late=_late(stores.rewriter),
    )


def _late(rewriter: Rewriter) -> str:
    if not rewriter.seconds_late:
        return ""
    return (
        f"the file of the records told the order of rows for {rewriter.seconds_late:.0f} seconds "
        f"longer than the {rewriter.window_seconds:.0f} that the register declares"
    )
