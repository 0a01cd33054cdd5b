"""What will be wrong when pages come and go by themselves, and nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.asked import Asked
from generator.graph.state import State
from generator.prepare import prepare
from generator.since import EVERYTHING
from policy import Fault, Faults

__all__ = ["faults_to_come"]

MOST_MOMENTS = 60


def faults_to_come(asked: Asked, state: State) -> Iterator[Fault]:
    """Look at the site as it will be at each of the next moments at which a page comes or goes:
    what would stop a build then, as a warning now. `state` is that of the site without a fault.
    """
    told: set[tuple[str, int | None, str]] = set()
    moment = state.next_change
    for _ in range(MOST_MOMENTS):
        if moment is None:
            return
        faults: tuple[Fault, ...] = ()
        at = replace(asked, when=moment)
        try:
            state = prepare(at, state, lambda _outputs: None, EVERYTHING).state
        except Faults as error:
            faults = tuple(error.faults)
        for fault in faults:
            if (fault.path, fault.line, fault.message) not in told:
                told.add((fault.path, fault.line, fault.message))
                yield replace(fault, message=f"from {moment:%Y-%m-%d %H:%M} on, {fault.message}")
        moment = state.change_after(moment)
