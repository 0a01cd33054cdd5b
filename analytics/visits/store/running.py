"""What is told of two things while they are still counted: what would be, had the time ended now.

A day of which the hours are kept, and what a month has of days that have closed, are folded each by
itself, as they are when they close. A period has the sum of what is told of its parts. So nobody
learns from two periods what the parts do not tell, and the parts have no visit in common.

What is folded is read in one transaction and worked out after it: SQLite commits nothing while
somebody reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Connection

from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES
from analytics.visits.store.closing import Cell, Cells, facts_of
from analytics.visits.store.closing_rows import (
    Closing,
    of_day,
    of_month,
    sizes_until,
    still_have,
)
from analytics.visits.store.groups import GROUPS, Folded, Group, fold
from analytics.visits.store.linked_folding import Effort, TooMuch

__all__ = ["MOST_CELLS", "MOST_TRIED", "Part", "Running"]

MOST_CELLS = 2_000
"""Of a group's tables so many cells are read at a request. The largest of its tables are kept back
whole, so that the others have no more."""

MOST_TRIED = 10_000
"""So many exchanges of visits are tried at a request to hide the small cells of a group: a quarter
of a second. Where half of them do not do, the largest table is kept back whole, and the others are
tried with half of what is left, and so on."""

COSTLY = 2_000
"""What took so many is told again for a while as it was: on a busy site each hit changes it."""

SECONDS_TOLD_AGAIN = 60.0

MOST_REMEMBERED = 200
"""What is told of so many parts and groups is remembered: a site has some fifty groups, and two
days and a month that run."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What was read of a part of a group, which of it is told, and what that took, and when."""

    folded: Folded
    rows: Mapping[int, Cells]
    told: Mapping[int, Collection[Cell]]
    tried: int
    at: float


@dataclass(frozen=True, slots=True)
class Part:
    """A group in a day, or a month, as it was read: what it is folded by and its rows; or what was
    told of it a moment ago."""

    key: tuple[str, Group]
    folded: Folded
    rows: Mapping[int, Cells]
    before: _Told | None = None


class Running:
    """Folds what has not ended. What was counted under `least` times is told apart no more."""

    def __init__(
        self, calendar: Calendar, least: int, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._calendar = calendar
        self._least = least
        self._seconds = seconds
        self._lock = Lock()
        self._remembered: dict[tuple[str, Group], _Told] = {}

    def read(
        self, connection: Connection, days: Iterable[range], months: Iterable[int], number: int
    ) -> Sequence[Part]:
        """What the cells of a pair's table are told by: those of some days, by their hours, and
        what some months have. Raises SQLAlchemyError."""
        group = next(each for each in GROUPS if number in each.tables)
        by_month = TABLES[number].by_month
        closings = [] if by_month else [of_day(hours, self._least) for hours in days]
        for first in still_have(connection, months):
            month = range(first, self._calendar.after_month(first))
            closings.append(of_month(month, self._least, runs=by_month))
        parts = (self._part(connection, closing, group, number) for closing in closings)
        return [each for each in parts if each]

    def cells(self, parts: Iterable[Part], number: int) -> Iterator[tuple[Cell, Sequence[int]]]:
        """The cells of a table that are told of each part; of several, the same may be told."""
        for part in parts:
            of = part.before or self._fold(part)
            yield from ((cell, of.rows[number][cell]) for cell in of.told.get(number, ()))

    def _part(
        self, connection: Connection, closing: Closing, group: Group, number: int
    ) -> Part | None:
        """None where nothing is told of the table."""
        key = closing.taken, group
        before = self._remembered.get(key)
        is_fresh = before and self._seconds() - before.at < SECONDS_TOLD_AGAIN
        if before and before.tried > COSTLY and is_fresh:
            return Part(key, before.folded, before.rows, before)
        sizes = sizes_until(connection, closing, group.tables, MOST_CELLS + 1)
        tables = _smallest(sizes)
        # A day with few visits goes to its week, and tells nothing of two things.
        if number not in tables or not (closing.month or closing.is_enough(connection)):
            return None
        (facts,) = facts_of(connection, closing, [tables])
        if not any(map(any, facts.rows[number].values())):
            return None
        folded = next(by for each, by in facts.groups if each == group)
        is_same = before and before.folded == folded
        return Part(key, folded, facts.rows, before if is_same else None)

    def _fold(self, part: Part) -> _Told:
        by, tried = part.folded, 0
        counts = {**by.counts}
        while True:
            effort = Effort((MOST_TRIED - tried) // 2)
            try:
                given = Folded(counts, by.views, by.links, by.told, by.barred)
                told = fold(part.key[1], given, self._least, effort)
                break
            except TooMuch:
                counts.pop(max(counts, key=lambda each: (len(counts[each]), each)))
            finally:
                tried += effort.tried
        found = _Told(part.folded, part.rows, told, tried, self._seconds())
        with self._lock:
            while len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[part.key] = found
        return found


def _smallest(sizes: Mapping[int, int]) -> Collection[int]:
    """The smallest tables of a group, which have no more cells than are read at a request."""
    left, chosen = MOST_CELLS, []
    for number, size in sorted(sizes.items(), key=lambda each: (each[1], each[0])):
        left -= size
        if left < 0:
            break
        chosen.append(number)
    return chosen
