"""The one clock of the service: what time it is, and which day that is at the site's home."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from policy.failures import Refusal

__all__ = ["MOST_HOURS", "STEP_SECONDS", "Clock", "UnusableClock", "machine_clock"]

STEP_SECONDS = 300
"""No time in a visitor's cookie is finer."""

MOST_HOURS = 12
"""A visit that began in an hour so many hours ago is over. Its cookie's `began` counts the hours
since then from 1 while it has one page, and from one more than this when it has more."""


FIRST, LAST = 946_684_800, 253_370_764_800
"""From 2000 to the beginning of 9999, the last year that Python has days for: what is kept is
compared with times long before now, and a zone may be ahead."""


class UnusableClock(Refusal):
    """The clock shows a time that nobody can count with. Nothing that needs the time is done."""

    def __init__(self, seconds: float) -> None:
        message = f"this machine’s clock cannot be used: it says {seconds:.0f} seconds since 1970"
        super().__init__(message, "set the clock; what needs the time is taken again at once")


@dataclass(frozen=True, slots=True)
class Clock:
    """Calling it gives seconds since 1970. `source` gives them too, and a test can turn it.
    `steady` counts the seconds that pass, whatever a clock says.

    Whatever reads it may raise UnusableClock.
    """

    source: Callable[[], float]
    zone: ZoneInfo
    steady: Callable[[], float] = time.monotonic

    def __call__(self) -> float:
        """Seconds since 1970."""
        seconds = self.source()
        if not FIRST <= seconds < LAST:
            raise UnusableClock(seconds)
        return seconds

    def moment(self) -> datetime:
        """Now, in the site's time zone."""
        return datetime.fromtimestamp(self(), self.zone)

    def today(self) -> date:
        """The day in the site's time zone."""
        return self.moment().date()


def machine_clock(zone: str = "UTC") -> Clock:
    """That of the machine, for commands."""
    return Clock(time.time, ZoneInfo(zone))
