"""What is counted of experiments: visits that began in each variant, in so many parts of the time.

The table has no day. Its parts are a day each at least, from all over an experiment
(`policy.slots`), so that no day of a contact leads to a variant; copies leave it out while an
experiment is on, as two of them would tell a day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, and_, delete, distinct, func, not_, select

from analytics.storage.store import LookedAfter
from analytics.visits.store.ordering import Group
from analytics.visits.store.writing import Sums, add, continue_
from policy.slots import GROUPS, LEAST_VARIANTS

__all__ = ["TABLE", "Trial", "Tried", "add_tried", "fold_small", "groups_of_trials", "trials_of"]

TABLE = "experiments"
TRIALS = Sums(
    TABLE, ("experiment", "over", "part", "variant"), ("visits", "reached"), bounded="reached"
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a hit adds to an experiment (its `Slots.key`) that is `over` on a day: a visit that
    began in a variant, or one that reached the goal, in the part of the time in which it began."""

    experiment: str
    part: int
    variant: str
    over: datetime.date
    visits: int
    reached: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What one part has of one variant."""

    part: int
    variant: str
    visits: int
    reached: int


def add_tried(connection: Connection, tried: Iterable[Tried]) -> set[Group]:
    """Add to the counts of experiments, in the caller's transaction; which rows that changed. No
    more reach the goal than began."""
    sums: dict[tuple[str, str, int, str], list[int]] = {}
    for each in tried:
        key = each.experiment, each.over.isoformat(), each.part, each.variant
        before = sums.setdefault(key, [0, 0])
        before[0] += each.visits
        before[1] += each.reached
    found = sorted(sums.items())
    add(connection, TRIALS, [(*key, *amounts) for key, amounts in found if amounts[0]])
    # One that was reached in a later hit than the first: its visit's row is there.
    continue_(connection, TRIALS, [(*key, amounts[1]) for key, amounts in found if not amounts[0]])
    return {Group(TABLE, TRIALS.key[:1], (key[0],)) for key in sums}


def groups_of_trials(connection: Connection) -> list[Group]:
    """All rows whose order a service that was killed may have left."""
    names = connection.exec_driver_sql(f"SELECT DISTINCT experiment FROM {TABLE}").scalars()
    return [Group(TABLE, TRIALS.key[:1], (name,)) for name in names]


def fold_small(connection: Connection, table: Table, today: datetime.date, least: int) -> bool:
    """Forget the counts of each experiment that is over and had fewer than `least` visits in a part
    of a variant: nothing is told of it. Whether there was any. A part that had none of a variant
    has no row."""
    column = table.c
    variants = func.count(distinct(column.variant))
    has_all = variants >= LEAST_VARIANTS, func.count() == GROUPS * variants
    small = select(column.experiment).group_by(column.experiment)
    small = small.having(not_(and_(*has_all, func.min(column.visits) >= least)))
    gone = delete(table).where(column.over < today, column.experiment.in_(small))
    return connection.execute(gone).rowcount > 0


def trials_of(database: LookedAfter) -> Mapping[str, Sequence[Trial]]:
    """What was counted, by the key of the experiment. Raises SQLAlchemyError."""
    table = database.tables.tables[TABLE].c
    query = select(table.experiment, table.part, table.variant, table.visits, table.reached)
    found: dict[str, list[Trial]] = {}
    with database.engine.connect() as connection:
        for name, *rest in connection.execute(query.order_by(table.part, table.variant)):
            found.setdefault(name, []).append(Trial(*rest))
    return found
