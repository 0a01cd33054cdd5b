"""Whether the machine's clock goes as time does: what cannot be taken back waits until it does."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["EvenClock"]

JUMP_SECONDS = 120
EVEN_SECONDS = 900
"""A clock that was put forward is believed once it has run evenly for so long: it may be set right
again, and what was shown or sent too early cannot be taken back."""


class EvenClock:
    """Compares the clock with what counts seconds, whatever a clock says (`steady`), each time that
    it is called: that must be again and again. Unless it is `known` at first, it may have been put
    forward before."""

    def __init__(
        self,
        clock: Callable[[], float],
        steady: Callable[[], float] = time.monotonic,
        *,
        known: bool = True,
    ) -> None:
        self._known = known
        self._clock = clock
        self._steady = steady
        self._seen: tuple[float, float] | None = None
        self._uneven: float | None = None

    def __call__(self) -> bool:
        """Whether it may be believed; raises UnusableClock."""
        now, steady = self._clock(), self._steady()
        if self._seen is None:
            self._uneven = None if self._known else steady
        elif now - self._seen[0] - (steady - self._seen[1]) > JUMP_SECONDS:
            self._uneven = steady
        self._seen = now, steady
        return self._uneven is None or steady - self._uneven >= EVEN_SECONDS
