"""What the whole site adds up to by hour: as columns of sums from the first hour on, so that any
time is a difference of two of them. Two years have 17,520 hours; those that have ended are
remembered.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection

from analytics.visits.model import MEASURES, Counts, Hour
from analytics.visits.store.remembered import HOURS_THAT_CHANGE, Recall
from analytics.visits.store.selecting import by_hour

__all__ = ["Columns", "SiteHours", "site_hours"]

EVER = range(1 << 62)


@dataclass(frozen=True, slots=True)
class Columns:
    """Hours in which anything was counted, oldest first; and by measure what they add up to, from
    the first of them on: before each, and after the last."""

    hours: Sequence[int]
    sums: Sequence[Sequence[int]]

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> Columns:
        """Those of rows that are in order: an hour, and its measures."""
        hours, sums = array("q"), [array("q", (0,)) for _ in MEASURES]
        for hour, *amounts in rows:
            hours.append(hour)
            for column, amount in zip(sums, amounts, strict=True):
                column.append(column[-1] + amount)
        return cls(hours, sums)

    @property
    def size(self) -> int:
        """How many values it is like to remember it."""
        return len(self.hours) // len(self.sums)

    def between(self, part: range) -> tuple[int, int]:
        """The places of the hours of a part: the first, and that after the last."""
        first = bisect_left(self.hours, part.start)
        return first, max(first, bisect_left(self.hours, part.stop))


@dataclass(frozen=True, slots=True)
class SiteHours:
    """The hours of a time in which anything was counted. Those without a row count nothing."""

    parts: Sequence[Columns]
    time: range = EVER

    @classmethod
    def of(cls, rows: Iterable[Hour]) -> SiteHours:
        """Those of some hours."""
        ordered = sorted((row.hour, *(getattr(row, name) for name in MEASURES)) for row in rows)
        return cls((Columns.of(ordered),))

    def between(self, part: range) -> Counts:
        """The measures of some hours."""
        counts = dict.fromkeys(MEASURES, 0)
        for columns, first, end in self._places(part):
            for name, column in zip(MEASURES, columns.sums, strict=True):
                counts[name] += column[end] - column[first]
        return Counts(**counts)

    def hours(self, part: range = EVER) -> Iterator[int]:
        """Those of a part in which anything was counted, oldest first."""
        for columns, first, end in self._places(part):
            yield from columns.hours[first:end]

    def first(self, part: range = EVER) -> int | None:
        """The oldest of them; None where nothing was counted."""
        return next(self.hours(part), None)

    def views(self, part: range = EVER) -> Mapping[int, int]:
        """The views of each."""
        found: dict[int, int] = {}
        for columns, first, end in self._places(part):
            sums = columns.sums[MEASURES.index("views")][first : end + 1]
            amounts = (after - before for before, after in pairwise(sums))
            found.update(zip(columns.hours[first:end], amounts, strict=True))
        return found

    def each(self) -> Iterator[Hour]:
        """All of them, as values."""
        for columns, first, end in self._places(EVER):
            for at in range(first, end):
                amounts = (column[at + 1] - column[at] for column in columns.sums)
                yield Hour(columns.hours[at], **dict(zip(MEASURES, amounts, strict=True)))

    def _places(self, part: range) -> Iterator[tuple[Columns, int, int]]:
        start, stop = max(part.start, self.time.start), min(part.stop, self.time.stop)
        for columns in self.parts:
            yield columns, *columns.between(range(start, stop))


def site_hours(connection: Connection, recall: Recall, first: int, last: int) -> SiteHours:
    """The hours from the `first` to the `last`, without those that are struck out."""
    begin = first
    ended = Columns.of(())
    if recall.hour is not None:
        begin = max(first, recall.hour - HOURS_THAT_CHANGE)
        if first < begin:
            struck = connection.exec_driver_sql("SELECT hour FROM struck_hours ORDER BY hour")
            key = ("totals", *struck.scalars())
            ended = recall.ended(key, lambda: Columns.of(by_hour(connection, 0, begin - 1)))
            # The oldest go when their time is over, which is no other mark.
            oldest = connection.exec_driver_sql("SELECT min(hour) FROM totals").scalar()
            first = max(first, oldest or 0)
    runs = by_hour(connection, begin, last) if begin <= last else ()
    return SiteHours((ended, Columns.of(runs)), range(first, last + 1))
