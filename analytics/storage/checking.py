"""Checking: once a second each database is looked at, so that what is wrong is told before anybody
needs it, and again each hour until it was mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from analytics.storage.store import LookedAfter
from analytics.storage.unusable import HELD
from analytics.web.log import ServiceLog

__all__ = ["Checker"]

SECONDS_BETWEEN = 1.0
REMINDER_SECONDS = 3_600.0


class Checker:
    """The step of a background task. `clock` gives seconds that only grow.

    A journal that could not be overwritten at once is so by the next look, which is within half of
    the `shortest_window` that the register declares.
    """

    def __init__(
        self,
        databases: Sequence[LookedAfter],
        log: ServiceLog,
        clock: Callable[[], float] = time.monotonic,
        *,
        shortest_window: float = SECONDS_BETWEEN,
    ) -> None:
        self._databases = databases
        self._log = log
        self._clock = clock
        self._told_at: dict[str, float] = {}
        self.seconds_between = min(SECONDS_BETWEEN, shortest_window / 2)

    def __call__(self) -> float:
        """Seconds until the next time."""
        for database in self._databases:
            database.look()
            self._tell(database)
        return self.seconds_between

    def _tell(self, database: LookedAfter) -> None:
        name, now = database.name, self._clock()
        told_at = self._told_at.get(name)
        state = database.state
        # A single failure was logged by whoever met it.
        if state.usable and state.failure != HELD:
            if self._told_at.pop(name, None) is not None:
                self._log.say("database taken up", database=name)
        elif told_at is None or now >= told_at + REMINDER_SECONDS:
            self._told_at[name] = now
            held = state.usable or any(fault.message == HELD for fault in state.faults)
            self._log.say("database held" if held else "database not usable", database=name)
