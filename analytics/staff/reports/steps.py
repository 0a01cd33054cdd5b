"""The parts of a period that its chart has bars for: hours, days, weeks or months."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from analytics.staff import format as formats
from analytics.staff.reports.periods import DAY, Period, month_after
from analytics.visits.hours import comes_twice, start_of
from analytics.visits.store.calendar import first_hour

__all__ = ["INTERVALS", "MOST_BARS", "Step", "drawn_as", "steps_of"]

INTERVALS: Mapping[str, str] = {"hour": "Hours", "day": "Days", "week": "Weeks", "month": "Months"}
"""From fine to coarse."""

MOST_BARS = 124
"""More bars than this are thinner than the gaps between them on a telephone."""

USUAL_DAYS = 92
"""Of a longer period, months are drawn unless something else is asked for."""


@dataclass(frozen=True)
class Step:
    """One bar of the chart, as UTC hours since 1970; `start` is its name in files. One that is
    `cut` is a week or month of which the period has a part."""

    hours: range
    label: str
    title: str
    start: str = ""
    cut: bool = False


def drawn_as(period: Period, asked: str, *, by_hour: bool = True) -> str:
    """The interval that is drawn where `asked` is wanted: "" is what fits. It is coarser where
    there would be too many bars, or where hours are not kept."""
    usual = "hour" if period.days == 1 else "day" if period.days <= USUAL_DAYS else "month"
    wanted = asked or usual
    names = list(INTERVALS)
    for name in names[names.index(wanted) :]:
        too_many = period.days / {"hour": 1 / 24, "day": 1, "week": 7, "month": 28}[name]
        if too_many <= MOST_BARS and (name != "hour" or by_hour):
            return name
    return names[-1]


def steps_of(period: Period, interval: str, zone: tzinfo) -> tuple[Step, ...]:
    """The period in parts that together are exactly its hours."""
    if interval == "hour":
        return tuple(_hours(period.hours(zone), zone))
    if interval == "day":
        return tuple(_day(day, zone) for day in period.each_day())
    after = _after_week if interval == "week" else month_after
    name = _week_name if interval == "week" else _month_name
    return tuple(_parts(period, zone, after, name))


def _hours(hours: range, zone: tzinfo) -> Iterator[Step]:
    several = len(hours) > 25
    for hour in hours:
        start = start_of(hour, zone)
        # On the day with 25 hours one hour comes twice, told apart by the zone's name.
        label = formats.hour(start)
        title = f"{label} {start:%Z}" if comes_twice(start) else label
        if several:
            label = f"{start:%a} {label}"
            title = f"{formats.short_day(start.date())}, {title}"
        yield Step(range(hour, hour + 1), label, title, start.isoformat(timespec="minutes"))


def _day(day: date, zone: tzinfo) -> Step:
    hours = range(first_hour(day, zone), first_hour(day + DAY, zone))
    title = f"{day:%a}, {formats.day(day)}"
    return Step(hours, formats.short_day(day), title, day.isoformat())


def _after_week(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def _week_name(start: date, last: date) -> tuple[str, str]:
    return formats.short_day(start), formats.days(start, last)


def _month_name(start: date, last: date) -> tuple[str, str]:
    whole = start.day == 1 and last + DAY == month_after(start)
    return f"{start:%b}", f"{start:%B %Y}" if whole else formats.days(start, last)


def _parts(
    period: Period,
    zone: tzinfo,
    after: Callable[[date], date],
    name: Callable[[date, date], tuple[str, str]],
) -> Iterator[Step]:
    start = period.first
    while start <= period.last:
        following = after(start)
        end = min(following, period.last + DAY)
        label, title = name(start, end - DAY)
        begins = start == period.first and _begins_late(start, after)
        hours = range(first_hour(start, zone), first_hour(end, zone))
        yield Step(hours, label, title, start.isoformat(), cut=begins or end < following)
        start = end


def _begins_late(start: date, after: Callable[[date], date]) -> bool:
    """Whether its week or month began before it."""
    return after(start - DAY) != start
