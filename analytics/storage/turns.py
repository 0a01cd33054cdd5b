"""Turns: who writes next is who came next.

SQLite lets those who wait ask again now and then, so whoever has just written is the first to write
again, and others wait until they give up. Within a process nobody needs to ask.
"""

from __future__ import annotations

from collections import deque
from threading import Lock

__all__ = ["Turns"]


class Turns:
    """One at a time, in the order in which they came. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    def take(self, seconds: float) -> bool:
        """Wait for one's turn, so long at most; whether one has it."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._lock:
            if mine not in self._waiting:
                return True  # It came at this moment.
            self._waiting.remove(mine)
            return False

    def give(self) -> None:
        """Hand one's turn to who waits longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
