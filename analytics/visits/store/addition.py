"""What one call adds to the counters."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from analytics.visits.model import Increment
from analytics.visits.store.trials import Tried

__all__ = ["Addition", "Given"]

Given = tuple[datetime.date, int, int, int]
"""A day, a version of the register, and how many agreed to it and took that back."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What one call adds: a hit of an hour, with what continues in the hour `began`; a
    consent; and what that is to experiments."""

    hour: int
    began: int
    increments: tuple[Increment, ...]
    given: Given | None
    tried: tuple[Tried, ...] = ()
