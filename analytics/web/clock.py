"""The one clock of the service: what time it is, and which day that is at the site's home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["STEP_SECONDS", "Clock"]

STEP_SECONDS = 300
"""No time in a visitor's cookie is finer."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Calling it gives seconds since 1970. `source` gives them too, and a test can turn it."""

    source: Callable[[], float]
    zone: ZoneInfo

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.source()

    def moment(self) -> datetime:
        """Now, in the site's time zone."""
        return datetime.fromtimestamp(self.source(), self.zone)

    def today(self) -> date:
        """The day in the site's time zone."""
        return self.moment().date()
