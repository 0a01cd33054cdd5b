"""The chart of a report: its bars, those that they are compared with, and what it cannot draw."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.staff.reports.asked import Asked
from analytics.staff.reports.chart import Chart, Measured, draw
from analytics.staff.reports.filters import measures_of, table_of
from analytics.staff.reports.history import NONE, History
from analytics.staff.reports.reading import Reader
from analytics.staff.reports.steps import INTERVALS, Step, drawn_as, steps_of
from analytics.visits.model import Counts, Dimension, count_of
from analytics.visits.store.calendar import Calendar, first_hour
from analytics.visits.store.site_hours import SiteHours

__all__ = ["Drawing", "OverTime"]


@dataclass(frozen=True)
class OverTime:
    """The chart, the interval of its bars, and sentences about what it does not show as asked.
    `rest` is so much of the headline that no bar has."""

    chart: Chart
    interval: str
    notes: tuple[str, ...] = ()
    rest: int = 0


@dataclass(frozen=True)
class Drawing:
    """What a chart is made of: of the whole site its hours; of a filter, what each step is asked
    for. `whole` is what the headline says, `struck` are the hours that were taken out, `history`
    and `history_before` what was imported of the period, and of what it is compared with, `began`
    when counting began, where that is within the latter."""

    reader: Reader
    asked: Asked
    by_hour: SiteHours
    whole: Counts
    now_hour: int
    struck: Collection[int]
    history: History = NONE
    history_before: History = NONE
    began: date | None = None

    def made(self) -> OverTime:
        """The chart. Raises SQLAlchemyError."""
        asked, interval = self.asked, self._interval()
        main = count_of(measures_of(asked.filters, Dimension.ALL))
        measured = self._measured(interval)
        while (
            asked.filters and not asked.interval and self._rest(measured, main) > self._half(main)
        ):
            # Most is of days on which this was rare: of weeks and months more is kept.
            coarser = list(INTERVALS)[list(INTERVALS).index(interval) + 1 :]
            if not coarser:
                break
            interval = coarser[0]
            measured = self._measured(interval)
        chart = draw(measured, main, "" if asked.filters else "views")
        rest = self._rest(measured, main) if asked.filters else 0
        return OverTime(chart, interval, tuple(_notes(asked, interval, measured, rest, main)), rest)

    def _month(self, hour: int) -> int:
        return Calendar(self.reader.zone).month(hour)

    def _half(self, main: str) -> float:
        return float(getattr(self.whole, main)) / 2

    def _rest(self, measured: Sequence[Measured], main: str) -> int:
        """So much of the headline is in no bar."""
        placed = sum(int(getattr(each.counts, main)) for each in measured)
        return int(getattr(self.whole, main)) - placed

    def _interval(self) -> str:
        table, period = table_of(self.asked.filters, Dimension.ALL), self.asked.period
        lately = period.first >= self.reader.today - timedelta(days=1)
        by_hour = (table is None or (lately and not table.by_day)) and not self.history
        return drawn_as(period, self.asked.interval, by_hour=by_hour)

    def _measured(self, interval: str) -> Sequence[Measured]:
        zone, other = self.reader.zone, self.asked.other
        steps = steps_of(self.asked.period, interval, zone)
        earlier = steps_of(other, interval, zone) if other else ()
        before = list(zip(earlier, self._counts(earlier, interval), strict=True))
        imported = self.history.of(steps, zone)
        # What another tool had counted is compared with nothing.
        apart = {
            old.hours.start
            for old, now in zip(earlier, steps, strict=False)
            if now.hours.start in imported
        } | self.history_before.of(earlier, zone).keys()
        if self.began:
            begun = first_hour(self.began, zone)
            apart |= {step.hours.start for step in earlier if step.hours.start < begun}
        return [
            Measured(
                step,
                counts,
                _own(*before[at], apart) if at < len(before) else None,
                before[at][0].title if at < len(before) else "",
                open=self.now_hour in step.hours,
                to_come=step.hours.start > self.now_hour,
                left_out=sum(hour in step.hours for hour in self.struck),
                imported=found.total if (found := imported.get(step.hours.start)) else None,
                imported_from=found.tools if found else "",
            )
            for at, (step, counts) in enumerate(
                zip(steps, self._counts(steps, interval), strict=True)
            )
        ]

    def _counts(self, steps: Sequence[Step], interval: str) -> Sequence[Counts]:
        if not self.asked.filters or not steps:
            return [self.by_hour.between(step.hours) for step in steps]
        if interval in ("hour", "day"):
            placed = self.reader.placed(steps, interval, self.asked.filters)
            return [placed.get(step.hours.start, Counts()) for step in steps]
        if interval == "month":
            # All at once; a month of which only a part is asked for has its own beginning.
            placed, month = self.reader.placed(steps, interval, self.asked.filters), self._month
            return [placed.get(month(step.hours.start), Counts()) for step in steps]
        return [self.reader.total(step.hours, self.asked.filters) for step in steps]


def _own(step: Step, counts: Counts, apart: Collection[int]) -> Counts | None:
    return None if step.hours.start in apart else counts


PARTS: Mapping[str, str] = {"hour": "an hour", "day": "a day", "week": "a week", "month": "a month"}


def _notes(
    asked: Asked, interval: str, measured: Sequence[Measured], rest: int, main: str
) -> Iterable[str]:
    wanted = asked.interval or drawn_as(asked.period, "")
    if wanted != interval:
        kept_by_day = wanted == "hour" and asked.filters
        why = "What is filtered is kept by day" if kept_by_day else "There would be too many bars"
        if wanted == "hour" and any(each.imported for each in measured):
            why = "What is imported is kept by day"
        if asked.filters and not asked.interval and wanted != "hour":
            why = f"On most {wanted}s this was rare"
        yield f"{why}: {INTERVALS[interval].lower()} are drawn, and not {wanted}s."
    if any(each.open for each in measured):
        yield f"The lighter bar is of {PARTS[interval]} that is not over yet."
    if interval in ("week", "month") and any(each.step.cut for each in measured[:1]):
        yield f"The first bar is of a part of {PARTS[interval]}."
    if rest > 0:
        yield (
            f"{rest:,} more {main} are in the figures above and in no bar: they are of"
            f" {'days' if interval in ('hour', 'day') else interval + 's'} on which this was rare."
        )
    if left_out := sum(each.left_out for each in measured):
        yield f"{left_out} {'hour is' if left_out == 1 else 'hours are'} struck out."
