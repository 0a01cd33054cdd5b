"""Rewriting: a file is written anew after each change, so that its bytes tell no order.

SQLite fills a page in the order in which rows come. Writing the file anew, in the order of the
random keys, takes milliseconds for a small file; a large one is left in peace for a while after.
"""

from __future__ import annotations

import time

from analytics.storage.database import Database

__all__ = ["Rewriter"]

SHORTEST_PAUSE = 1.0
PAUSES_PER_REWRITE = 20
"""A file that took a second is left for twenty: others must write to it as well."""


class Rewriter:
    """The step of a background task: writes a database anew, if it changed since."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._earliest = 0.0
        # A process that was killed may have left the order of its last changes.
        self.due = True

    def __call__(self) -> float | None:
        """Seconds until it may be done again; None where it need not. Raises SQLAlchemyError."""
        left = self._earliest - time.monotonic()
        if not self.due:
            return None
        if left > 0:
            return left
        self.rewrite()
        return None

    def rewrite(self) -> None:
        """Do it now. Raises SQLAlchemyError, sqlite3.Error."""
        self.due = False
        begun = time.monotonic()
        try:
            self._database.rewrite()
        except BaseException:
            self.due = True
            raise
        finally:
            ended = time.monotonic()
            self._earliest = ended + max(SHORTEST_PAUSE, PAUSES_PER_REWRITE * (ended - begun))
