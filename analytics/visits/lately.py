"""How many visits began just now: in memory alone, never written, and gone with the service."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["LEAST", "MINUTES", "Lately"]

MINUTES = 5
LEAST = 5
"""Fewer are only said to be fewer: one would be somebody."""


@dataclass(frozen=True, slots=True)
class Lately:
    """Counts by whole minutes, so that nobody sees one visit begin by asking again. Safe for
    threads; times are in seconds since 1970."""

    _minutes: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def began(self, at: float) -> None:
        """Count a visit that begins."""
        with self._lock:
            self._minutes[int(at // 60)] += 1
            self._forget(at)

    def told(self, at: float) -> int | None:
        """How many began in the five minutes before this one; None where they are fewer than
        `LEAST`."""
        with self._lock:
            self._forget(at)
            now = int(at // 60)
            found = sum(self._minutes[now - each] for each in range(1, MINUTES + 1))
        return found if found >= LEAST else None

    def _forget(self, at: float) -> None:
        now = int(at // 60)
        for minute in [each for each in self._minutes if not now - MINUTES <= each <= now]:
            del self._minutes[minute]
