"""The questions that each keeper of a history is asked, and what it answers with."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.histories.visits import DAYS, FIRST

__all__ = ["FILTER", "PERIODS", "PER_DAY", "QUESTIONS", "TOP", "Keeper", "Question", "of_day"]

TOP = 10
EVERY = 10**6
PER_DAY = "day"
FILTER = 3
"""A frequent source, by its number."""

PERIODS: Mapping[str, int] = {"30 days": 30, "24 months": DAYS}
"""The last so many days of a history."""

KINDS = (PER_DAY, "page", "entry", "source", "device")


@dataclass(frozen=True, slots=True)
class Question:
    """Of a period: by day the visits and views; or the most counted pages (by views), entry pages,
    sources or devices (by visits). With `filtered`, of visits from one source alone."""

    kind: str
    period: str
    filtered: bool
    limit: int = TOP

    @property
    def first(self) -> datetime.date:
        """The first day."""
        return FIRST + datetime.timedelta(DAYS - PERIODS[self.period])

    @property
    def after(self) -> datetime.date:
        """The day after the last."""
        return FIRST + datetime.timedelta(DAYS)


QUESTIONS: Sequence[Question] = [
    Question(kind, period, filtered)
    for period in PERIODS
    for filtered in (False, True)
    for kind in KINDS
    if not (filtered and kind == "source")
]

Answer = Sequence[tuple[str, ...]]
"""By day: the day, visits and views. Else a name and how often it was counted, the most first, and
of those that were counted as often by name."""


class Keeper(Protocol):
    """Keeps a history, and can be asked."""

    name: str

    def ask(self, question: Question) -> Answer:
        """What it answers."""

    def bytes(self) -> int:
        """What it has on the disk."""

    def processor(self) -> float:
        """Seconds of processor that all its processes have had, ours among them."""

    def close(self) -> None:
        """Let go of it."""


def of_day(day: datetime.date) -> str:
    """How a day is written in an answer."""
    return day.isoformat()
