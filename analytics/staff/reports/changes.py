"""What a period is compared with: of the headline as far as it goes, of the lines of panels in
whole days, since they are kept by day. Whatever reads raises SQLAlchemyError."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from functools import cached_property

from analytics.staff.reports.asked import Asked
from analytics.staff.reports.filters import Filter, table_of
from analytics.staff.reports.panels import Compared, Panel
from analytics.staff.reports.periods import DAY, Period, without_last_day
from analytics.staff.reports.reading import Reader, Told
from analytics.staff.reports.report import cells_of
from analytics.visits.hours import start_of
from analytics.visits.model import LISTED, Dimension
from analytics.visits.store.cells import Table
from analytics.visits.store.daily import Struck

__all__ = [
    "Changes",
    "declared_within",
    "side_of",
    "side_of_part",
    "were_struck_late",
    "with_changes",
]

NOT_OVER = "No line is compared, as today is not over and panels are kept by day."
DECLARED = frozenset({Dimension.CAMPAIGN, Dimension.EVENT, Dimension.FUNNEL, Dimension.GOAL})
"""Values of these are counted from the day on which the site declares them."""

STRUCK = (
    "No line is compared, as an hour was struck out after its day had closed:"
    " the lines have it, the figures above do not."
)


@dataclass(frozen=True)
class Changes:
    """The comparison of one report. `is_over` is whether its period has ended, `is_off` whether no
    line is compared, `struck_late` whether an hour of either period was struck out too late."""

    reader: Reader
    asked: Asked
    is_over: bool
    is_off: bool = False
    struck_late: bool = False

    @cached_property
    def is_cut(self) -> bool:
        """Whether the headline leaves out today, as that is not over and kept by day."""
        return bool(self.asked.filters and not self.is_over and not self._by_hour)

    @cached_property
    def without_today(self) -> tuple[Period, Period]:
        """The period and what it is compared with, both as far as whole days go."""
        period, other = self.asked.period, self.asked.other or self.asked.period
        return without_last_day(period, other, self.asked.compare)

    @property
    def _by_hour(self) -> bool:
        """Whether both days of a comparison are kept by hour."""
        table, other = table_of(self.asked.filters, Dimension.ALL), self.asked.other
        lately = other is not None and other.first >= self.reader.today - DAY
        return table is None or (lately and not table.by_day)

    @cached_property
    def why_not(self) -> str:
        """Why no line is compared though that was asked for, in a sentence; else empty."""
        if self.is_off or self.asked.other is None:
            return ""
        if not self.is_over and self.asked.period.days == 1:
            return NOT_OVER
        return STRUCK if self.struck_late else ""

    @cached_property
    def days(self) -> tuple[Period, Period] | None:
        """The days that lines are compared by: of now and of then; None for nothing."""
        if self.is_off or self.asked.other is None or self.why_not:
            return None
        return (self.asked.period, self.asked.other) if self.is_over else self.without_today

    def told(
        self,
        dimension: Dimension,
        filters: Sequence[Filter],
        told: Told,
        values: tuple[str, ...] | None = None,
    ) -> tuple[Told, Told] | None:
        """What a panel has of these days, of some `values` or of all; None where the two cannot be
        compared: where either has no lines, or lines that may be of a part of its days alone."""
        table = table_of(filters, dimension)
        if self.days is None or table is None or not told.rows or LISTED[dimension].joins:
            return None
        now, then = self.days
        this = told if self.is_over else self.reader.rows(now, filters, dimension, values=values)
        if not self._is_whole(table, this):
            return None
        before = self.reader.rows(then, filters, dimension, values=values)
        is_there = bool(before.rows or getattr(before.beyond, table.count))
        return (this, before) if is_there and self._is_whole(table, before) else None

    def perhaps_new(self, dimension: Dimension, cells: Sequence[str]) -> frozenset[str]:
        """Which of some values nobody knows to have been counted in all of the time before: the
        site may have declared them within it, as they were never counted earlier."""
        if dimension not in DECLARED or self.days is None:
            return frozenset()
        return frozenset(cells) - self.reader.counted_before(self.days[1], dimension, cells)

    def _is_whole(self, table: Table, told: Told) -> bool:
        """Whether each line is of all of the days: of two things, a day or a month tells all of a
        line or nothing; of one, a day with few visits is told by its week alone."""
        if told.why or told.short or told.at_least:
            return False
        if table.other:
            return True
        if told.rest is not None:
            return _is_all(told, table.count)
        return self.reader.is_whole(told.days)


@dataclass(frozen=True)
class Side:
    """One of the two times: its days, how often each line was counted, and whether what is in no
    line was not counted at all."""

    days: Period
    counts: Mapping[str, int]
    is_all: bool

    def count(self, cell: str) -> int | None:
        """How often; None where nobody can tell."""
        return self.counts.get(cell, 0 if self.is_all else None)


def declared_within(
    reader: Reader, filters: Sequence[Filter], period: Period, other: Period
) -> date | None:
    """The first day on which the one filter was counted, where the site declares such values and it
    was never counted before the time that is compared: it may have been declared within it."""
    if len(filters) != 1 or filters[0].dimension not in DECLARED:
        return None
    (one,) = filters
    if reader.counted_before(other, one.dimension, [one.cell]):
        return None
    first, last = min(period.first, other.first), max(period.last, other.last)
    return reader.first_day(one, Period("custom", first, last))


def side_of(panel: Panel, told: Told) -> Side:
    """That of the lines of a panel."""
    count, wanted = panel.kind.count, {line.cell for line in panel.lines}
    rows = cells_of(panel.kind, told.rows)
    counts = {row.cell: count(row) for row in rows if row.cell in wanted}
    return Side(told.days, counts, not panel.is_open and _is_all(told, panel.count))


def side_of_part(panel: Panel) -> Side:
    """That of a panel which is a part of one."""
    return Side(panel.days, {line.cell: line.count for line in panel.lines}, is_all=True)


def with_changes(panel: Panel, now: Side, then: Side, new: Collection[str] = frozenset()) -> Panel:
    """A panel whose lines say how they changed, but for those that are perhaps `new`."""

    def compared(cell: str) -> Compared | None:
        one, other = now.count(cell), then.count(cell)
        return None if one is None or other is None or cell in new else Compared(one, other)

    lines = tuple(replace(line, compared=compared(line.cell)) for line in panel.lines)
    return replace(panel, lines=lines, compared=(now.days, then.days))


def _is_all(told: Told, count: str) -> bool:
    return told.rest is None or not getattr(told.rest, count)


def were_struck_late(
    struck: Sequence[Struck], periods: Sequence[Period | None], zone: tzinfo
) -> bool:
    """Whether an hour of some periods was struck out when its day had closed: lines still have
    it."""
    late = (each for each in struck if _day(each, zone) + DAY < each.day)
    return any(
        period.first <= _day(each, zone) <= period.last
        for each in late
        for period in periods
        if period
    )


def _day(struck: Struck, zone: tzinfo) -> date:
    return start_of(struck.hour, zone).date()
