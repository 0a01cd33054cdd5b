"""Rewriting: a file is written anew after each change, so that its bytes tell no order.

SQLite fills a page in the order in which rows come. Writing the file anew, in the order of the
random keys, takes milliseconds for a small file; a large one is left in peace for a while after.
How long the bytes may tell the order is the register's `[[window]]`: no pause is longer than half
of it, the other half is for the writing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Rewriter", "Rewritten"]

PAUSES_PER_REWRITE = 20
"""A file that took a second is left for twenty: others must write to it as well."""


class Rewritten(Protocol):
    """What can be written anew."""

    def rewrite(self) -> None:
        """Do it. Raises SQLAlchemyError, sqlite3.Error."""


class Rewriter:
    """The step of a background task: writes a database anew, if it changed since.

    `window_seconds` is how long the register lets the order be told, `shortest_pause` the seconds
    between two times where that has room for them, and `lingers` those for which what was written
    before is still there. `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        database: Rewritten,
        window_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        shortest_pause: float = 1.0,
        lingers: float = 0.0,
    ) -> None:
        self.window_seconds = window_seconds
        self._database = database
        self._clock = clock
        self._shortest_pause = shortest_pause
        self._lingers = lingers
        self._earliest = clock()
        # A process that was killed may have left the order of its last changes.
        self._since: float | None = clock()
        self._took = 0.0

    @property
    def due(self) -> bool:
        """Whether the order of a change can still be told."""
        return self._since is not None

    @property
    def seconds_late(self) -> float:
        """By how much the window is exceeded now, or was by the last rewriting; 0 where it is
        kept."""
        since = self._since
        told_for = self._took if since is None else max(self._took, self._clock() - since)
        return max(0.0, told_for + self._lingers - self.window_seconds)

    def changed(self) -> None:
        """Say that something was written."""
        if self._since is None:
            self._since = self._clock()

    def __call__(self) -> float | None:
        """Seconds until it may be done again; None where it need not. Raises SQLAlchemyError."""
        left = self._earliest - self._clock()
        if not self.due:
            return None
        if left > 0:
            return left
        self.rewrite()
        # What came meanwhile has called the task again, unless it came before this was asked.
        return max(0.0, self._earliest - self._clock()) if self.due else None

    def rewrite(self) -> None:
        """Do it now. Raises SQLAlchemyError, sqlite3.Error."""
        since, self._since = self._since, None
        begun = self._clock()
        try:
            self._database.rewrite()
        except BaseException:
            self._since = begun if since is None else since
            raise
        finally:
            ended = self._clock()
            pause = max(self._shortest_pause, PAUSES_PER_REWRITE * (ended - begun))
            self._earliest = ended + min(pause, (self.window_seconds - self._lingers) / 2)
        self._took = ended - (begun if since is None else since)
