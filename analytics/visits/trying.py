"""What a hit of a visit adds to the experiments that are on: by when that visit began. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator

from analytics.visits.model import Dimension, Increment
from analytics.visits.state import State
from analytics.visits.store.trials import Tried
from policy.slots import Slots

__all__ = ["tried_in"]


def tried_in(
    experiments: Iterable[Slots],
    state: State,
    increments: Iterable[Increment],
    entry_of: Callable[[str], str],
    zone: datetime.tzinfo,
) -> Iterator[Tried]:
    """A visit counts in the slot that it began in, however long it goes on; and only where it began
    with the experiment's page, since the state does not say which other pages it has seen."""
    if state.began is None:
        return
    added = list(increments)
    visits = sum(each.visits for each in added if each.dimension == Dimension.ALL)
    for each in experiments:
        slot = each.at(state.began) if entry_of(each.page) == state.entry else None
        if slot is None:
            continue
        reached = sum(
            one.visits for one in added if one.dimension == Dimension.GOAL and one.cell == each.goal
        )
        if visits or reached:
            over = datetime.datetime.fromtimestamp(each.told_from * 3600, zone).date()
            yield Tried(each.key, slot.group, slot.variant, over, visits, reached)
