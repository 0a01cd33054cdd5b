"""Questions of a report -> rows of the counters, with the hours that they tell of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

from analytics.staff.reports.filters import Filter, left_of, table_of
from analytics.staff.reports.periods import DAY, Period, month_after
from analytics.staff.reports.steps import Step
from analytics.visits.hours import start_of
from analytics.visits.model import MEASURES, Counts, Dimension, count_of
from analytics.visits.store.base import CounterStore
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.query import Interval, NotKept, Query, Row
from analytics.visits.store.site_hours import SiteHours

__all__ = ["Reader", "Told", "whole_months"]

BY_MONTH = "This is told apart in whole months only, and the period has none."


@dataclass(frozen=True)
class Told:
    """Rows, and what none of them has, as of the days that they are of; or `why` there are none.
    `rest` is None where nobody can tell. Of two things, what is small is in no row: the store tells
    of what runs what it would tell, had it ended."""

    days: Period
    rows: tuple[Row, ...] = ()
    rest: Counts | None = None
    why: str = ""
    short: bool = False
    """Whether that is not all of the period that was asked for."""

    more: int = 0
    """How many values were counted that no row was asked for, and what these add up to."""

    beyond: Counts = field(default_factory=Counts)
    at_least: bool = False
    """Whether a row may be of a part of the days alone. Of two things each day, or month, tells by
    itself; what none of them tells is in the rest, which the report says as well."""


@dataclass(frozen=True)
class Reader:
    """Reads the counters of a site at home in `zone`. `by_hour` gives what the whole site adds
    up to by hour, of the period and perhaps more."""

    counters: CounterStore
    zone: tzinfo
    today: date
    by_hour: Callable[[], SiteHours]
    _whole: dict[Period, bool] = field(default_factory=dict, init=False, repr=False)
    _counted: dict[tuple[Period, bool], int] = field(default_factory=dict, init=False, repr=False)

    def rows(
        self,
        period: Period,
        filters: Sequence[Filter],
        panel: Dimension,
        most: int | None = None,
        values: tuple[str, ...] | None = None,
    ) -> Told:
        """What the filters leave of a panel: all of it, so many of the `most` counted, or some
        `values`. Raises SQLAlchemyError."""
        left = left_of(filters, panel)
        if left.what == "not kept":
            return Told(period, why=left.reason)
        days: Period | None = period
        table = table_of(filters, panel)
        if filters and table and table.by_month and table.other:
            days = whole_months(period, self.today)
        if days is None:
            return Told(period, why=BY_MONTH)
        hours = days.hours(self.zone)
        asked = Query(
            first=hours.start,
            last=hours.stop - 1,
            dimension=panel,
            filters=tuple((each.dimension, each.cell) for each in filters[:1]),
            limit=most,
            values=values,
        )
        answer = self.counters.rows(asked)
        if isinstance(answer, NotKept):
            return Told(period, why=answer.reason)
        at_least = False
        if filters and table and table.other:
            rest = answer.rest
            is_all = rest is not None and not getattr(rest, count_of(answer.measures))
            at_least = not is_all and self._parts(days, by_month=table.by_month) > 1
        short = days.days != period.days
        found = Told(days, answer.rows, answer.rest, short=short, at_least=at_least)
        return replace(found, more=answer.more, beyond=answer.beyond)

    def _parts(self, days: Period, *, by_month: bool) -> int:
        """Of how many days or months anything was counted."""
        if (days, by_month) not in self._counted:
            hours, calendar = days.hours(self.zone), Calendar(self.zone)
            after = calendar.after_month if by_month else calendar.after_day
            counted, found = self.by_hour(), 0
            hour = counted.first(hours)
            while hour is not None:
                end = after(hour)
                found += _is_any(counted.between(range(hour, min(end, hours.stop))))
                hour = counted.first(range(end, hours.stop))
            self._counted[days, by_month] = found
        return self._counted[days, by_month]

    def is_whole(self, period: Period) -> bool:
        """Whether each visit of a period is told by the day: one of a day with few is not, unless
        the period has all of its week, or of its month. Raises SQLAlchemyError."""
        if period not in self._whole:
            hours = period.hours(self.zone)
            # A few values, of which each visit has one.
            asked = Query(first=hours.start, last=hours.stop - 1, dimension=Dimension.DEVICE)
            answer = self.counters.rows(asked)
            rest = None if isinstance(answer, NotKept) else answer.rest
            self._whole[period] = not isinstance(answer, NotKept) and not (rest and rest.visits)
        return self._whole[period]

    def began_within(self, period: Period) -> date | None:
        """The day after the first one of a period on which counting began; None where there is
        none, or nothing was counted at all. Raises SQLAlchemyError."""
        hours = period.hours(self.zone)
        began = self.by_hour().first(hours)
        day = start_of(hours.start if began is None else began, self.zone).date()
        if day == period.first:
            return None
        earlier = self.total(range(hours.start), ())
        return None if _is_any(earlier) else day

    def counted_before(
        self, period: Period, dimension: Dimension, cells: Sequence[str]
    ) -> frozenset[str]:
        """Which of some values were counted before a period, ever. Raises SQLAlchemyError."""
        end = period.hours(self.zone).start
        asked = Query(first=0, last=end - 1, dimension=dimension, values=tuple(cells))
        answer = self.counters.rows(asked)
        rows = () if isinstance(answer, NotKept) else answer.rows
        return frozenset(row.cell for row in rows if _is_any(row))

    def first_day(self, one: Filter, period: Period) -> date:
        """The day of a period on which a value was counted first; its last day where that is not
        kept by day. Raises SQLAlchemyError."""
        days = [*period.each_day()]

        def is_counted(day: date) -> bool:
            until = Period("custom", period.first, day).hours(self.zone)
            return _is_any(self.total(until, (one,)))

        return days[min(bisect_left(days, True, key=is_counted), len(days) - 1)]

    def placed(
        self, steps: Sequence[Step], interval: str, filters: Sequence[Filter]
    ) -> Mapping[int, Counts]:
        """What one filter leaves of each hour or day, by the hour in which it begins, as far as it
        is kept so finely. Raises SQLAlchemyError."""
        answer = self.counters.rows(
            Query(
                first=steps[0].hours.start,
                last=steps[-1].hours.stop - 1,
                interval=Interval(interval),
                filters=tuple((each.dimension, each.cell) for each in filters),
            )
        )
        return {} if isinstance(answer, NotKept) else {row.start: row for row in answer.rows}

    def total(self, hours: range, filters: Sequence[Filter]) -> Row:
        """What one filter at most leaves of the whole. Raises SQLAlchemyError."""
        named = tuple((each.dimension, each.cell) for each in filters)
        asked = Query(first=hours.start, last=hours.stop - 1, filters=named)
        answer = self.counters.rows(asked)
        rows = () if isinstance(answer, NotKept) else answer.rows
        return rows[0] if rows else Row()


def _is_any(counts: Counts) -> bool:
    return any(getattr(counts, name) for name in MEASURES)


def whole_months(period: Period, today: date) -> Period | None:
    """The months of which a period has all, or all until now; None where there is none."""
    first = period.first if period.first.day == 1 else month_after(period.first)
    end = period.last + DAY
    last = period.last if end.day == 1 or period.last == today else period.last.replace(day=1) - DAY
    return Period("custom", first, last) if first <= last else None
