"""Coverage -> the values of its page: of how many shown pages the report tells, and what it leaves
out. Pure: totals in, frozen values out."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from analytics.visits.model import Hour
from analytics.visits.store.daily import Refusals

__all__ = ["Shown", "Unusual", "by_reason", "shown_by_day", "shown_by_page"]
__all__ += ["total", "unusual_hours", "views_by_day"]

HOURS_A_DAY = 24
DAYS_COMPARED = 28
"""How far back an hour is compared with the same hour of other days."""

FEWEST_DAYS = 7
"""With fewer earlier days nobody knows what is usual."""

TIMES = 8
FEWEST_VIEWS = 100
"""An hour is marked with this many times its usual views, and at least so many: an email to
everybody may bring five times the usual, and ten views where there is one mean nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How often pages were shown to people and to programs, and how many views were counted."""

    people: int = 0
    programs: int = 0
    counted: int = 0

    @property
    def share(self) -> float | None:
        """The part of what people were shown that was counted; None where nothing was shown.

        Pages that come back from a browser's memory are counted and not shown again.
        """
        return min(1.0, self.counted / self.people) if self.people else None


@dataclass(frozen=True, slots=True)
class Unusual:
    """An hour (since 1970, UTC) with far more views than this hour of the day usually has."""

    hour: int
    views: int
    usual: int


def views_by_day(rows: Iterable[Hour], hours: range, zone: tzinfo) -> Mapping[date, int]:
    """The views that were counted on each local day of a period."""
    views: Counter[date] = Counter()
    for row in rows:
        if row.hour in hours:
            views[datetime.fromtimestamp(row.hour * 3600, UTC).astimezone(zone).date()] += row.views
    return views


def total(days: Iterable[tuple[date, Shown]]) -> Shown:
    """All days together on which pages were shown: what was counted before anybody noted what was
    shown is not compared."""
    known = [each for _, each in days if each.people or each.programs]
    return Shown(
        sum(each.people for each in known),
        sum(each.programs for each in known),
        sum(each.counted for each in known),
    )


def _shown(served: Iterable[tuple[date, str, str, int]], counted: int) -> Shown:
    sums: Counter[str] = Counter()
    for _, _, program, number in served:
        sums[program] += number
    return Shown(sums["no"], sums["yes"], counted)


def shown_by_day(
    served: Sequence[tuple[date, str, str, int]], counted: Mapping[date, int]
) -> tuple[tuple[date, Shown], ...]:
    """What was shown and counted on each day on which anything was, newest first."""
    days = {row[0] for row in served} | {day for day, views in counted.items() if views}
    return tuple(
        (day, _shown((row for row in served if row[0] == day), counted.get(day, 0)))
        for day in sorted(days, reverse=True)
    )


def shown_by_page(
    served: Iterable[tuple[date, str, str, int]], counted: Mapping[str, int]
) -> tuple[tuple[str, Shown], ...]:
    """The same for each page, most shown to people first."""
    sums: dict[str, Counter[str]] = {}
    for _, page, program, number in served:
        sums.setdefault(page, Counter())[program] += number
    found = [
        (page, Shown(each["no"], each["yes"], counted.get(page, 0))) for page, each in sums.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each[1].people, each[0])))


def by_reason(refusals: Iterable[Refusals]) -> tuple[tuple[str, int], ...]:
    """The refusals of a period by their reason, most first."""
    sums: Counter[str] = Counter()
    for each in refusals:
        sums[each.reason] += each.refused
    return tuple(sorted(sums.items(), key=lambda each: (-each[1], each[0])))


def unusual_hours(rows: Iterable[Hour], hours: range) -> tuple[Unusual, ...]:
    """The hours of a period that are far above the same hour of the 28 days before, newest first.

    `rows` reach so far before the period. The median tells what is usual, so that one flood does
    not hide the next.
    """
    views = {row.hour: row.views for row in rows}
    first = min(views, default=0)
    found = []
    for hour in sorted(views, reverse=True):
        if hour not in hours or views[hour] < FEWEST_VIEWS:
            continue
        earlier = [hour - HOURS_A_DAY * days for days in range(1, DAYS_COMPARED + 1)]
        known = [views.get(each, 0) for each in earlier if each >= first]
        if len(known) < FEWEST_DAYS:
            continue
        usual = statistics.median(known)
        if views[hour] > TIMES * max(usual, 1):
            found.append(Unusual(hour, views[hour], round(usual)))
    return tuple(found)
