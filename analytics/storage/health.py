"""How the databases and what looks after them are doing, for the health check and for staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.background import TaskState
from analytics.storage.deletion_limits import Refusal
from analytics.storage.rewriting import Rewriter
from analytics.storage.stores import Stores
from analytics.storage.unusable import DatabaseState

__all__ = ["StorageHealth", "storage_health"]


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """Each database and each task. `refusal` says why retention deletes nothing, where it is so;
    `late` by how much the declared window of each database is not kept, empty where it is."""

    databases: tuple[DatabaseState, ...]
    tasks: tuple[TaskState, ...]
    refusal: Refusal | None
    late: Mapping[str, str]

    @property
    def works(self) -> bool:
        """Whether everything does what it is there for."""
        databases = all(database.works for database in self.databases)
        tasks = all(task.works for task in self.tasks)
        return self.refusal is None and not any(self.late.values()) and databases and tasks


def storage_health(stores: Stores) -> StorageHealth:
    """As it is now. A database that was mended is taken up."""
    counters = (stores.counters,) if stores.counters else ()
    rewriters = {"records": stores.rewriter}
    if stores.counters_rewriter:
        rewriters["counters"] = stores.counters_rewriter
    return StorageHealth(
        databases=(*(each.database.state for each in counters), stores.records.state),
        tasks=(
            *(each.state for each in counters),
            stores.retention.state,
            stores.rewriting.state,
            *((stores.counters_rewriting.state,) if stores.counters_rewriting else ()),
            stores.checking.state,
        ),
        refusal=stores.retention.refusal,
        late={name: _late(name, each) for name, each in rewriters.items()},
    )


def _late(name: str, rewriter: Rewriter) -> str:
    if not rewriter.seconds_late:
        return ""
    return (
        f"what is at rest of the {name} told the order of rows for {rewriter.seconds_late:.0f} "
        f"seconds longer than the {rewriter.window_seconds:.0f} that the register declares"
    )
