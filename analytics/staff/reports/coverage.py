"""Coverage -> the values of its page: of how many shown pages the report tells, and what it leaves
out. Pure: totals in, frozen values out."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

from analytics.visits.hours import start_of
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.daily import Refusals, Struck
from analytics.visits.store.site_hours import SiteHours

__all__ = ["Shown", "Unusual", "by_reason", "shown_by_day", "shown_by_page"]
__all__ += ["struck_days", "total", "unusual_hours", "views_by_day"]

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
    """How often pages were shown to people and to programs, and how many views were counted.
    Where an hour was struck, the `whole` is not counted."""

    people: int = 0
    programs: int = 0
    counted: int = 0
    whole: bool = True

    @property
    def share(self) -> float | None:
        """The part of what people were shown that was counted; None where nothing was shown, or
        not all was counted that is in reports: what was shown is known by the day alone.

        Pages that come back from a browser's memory are counted and not shown again.
        """
        return min(1.0, self.counted / self.people) if self.people and self.whole else None

    @property
    def is_behind(self) -> bool:
        """Whether more was counted than is noted as shown, so that a share would say nothing."""
        return self.whole and self.counted > self.people > 0


@dataclass(frozen=True, slots=True)
class Unusual:
    """An hour (since 1970, UTC) with far more views than this hour of the day usually has."""

    hour: int
    views: int
    usual: int


def views_by_day(counted: SiteHours, hours: range, zone: tzinfo) -> Mapping[date, int]:
    """The views that were counted on each local day of a period that has any hour counted."""
    views: dict[date, int] = {}
    calendar = Calendar(zone)
    hour = counted.first(hours)
    while hour is not None:
        end = calendar.after_day(hour)
        part = range(hour, min(end, hours.stop))
        views[calendar.date(hour)] = counted.between(part).views
        hour = counted.first(range(end, hours.stop))
    return views


def struck_days(struck: Iterable[Struck], zone: tzinfo) -> frozenset[date]:
    """The local days of which an hour is left out."""
    return frozenset(start_of(each.hour, zone).date() for each in struck)


def total(days: Iterable[tuple[date, Shown]]) -> Shown:
    """All whole days together on which pages were shown: what was counted before anybody noted what
    was shown is not compared."""
    known = [each for _, each in days if each.whole and (each.people or each.programs)]
    return Shown(
        sum(each.people for each in known),
        sum(each.programs for each in known),
        sum(each.counted for each in known),
    )


def shown_by_day(
    served: Iterable[tuple[date, str, str, int]],
    counted: Mapping[date, int],
    left_out: Collection[date] = (),
) -> tuple[tuple[date, Shown], ...]:
    """What was shown and counted on each day on which anything was, newest first. Of the days that
    are `left_out` an hour was struck."""
    sums = {day: Counter[str]() for day, views in counted.items() if views}
    for day, _, program, number in served:
        sums.setdefault(day, Counter())[program] += number
    return tuple(
        (day, Shown(each["no"], each["yes"], counted.get(day, 0), day not in left_out))
        for day, each in sorted(sums.items(), reverse=True)
    )


def shown_by_page(
    served: Iterable[tuple[date, str, str, int]],
    counted: Mapping[str, int],
    left_out: Collection[date] = (),
) -> tuple[tuple[str, Shown], ...]:
    """The same for each page, on all other days together, most shown to people first."""
    sums: dict[str, Counter[str]] = {}
    for day, page, program, number in served:
        if day not in left_out:
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


def _perhaps_unusual(views: Mapping[int, int]) -> Iterator[int]:
    """The hours that are not usual at a glance: of each hour of the day, four weeks are looked at
    in one, and usual where the most is near the least of these and of the four weeks before."""
    first, last = min(views, default=0), max(views, default=-1)
    for start in range(first, min(first + HOURS_A_DAY, last + 1)):
        of_days = range(start, last + 1, HOURS_A_DAY)
        numbers = [views.get(hour, 0) for hour in of_days]
        for at in range(0, len(numbers), DAYS_COMPARED):
            end = at + DAYS_COMPARED
            most, least = max(numbers[at:end]), min(numbers[max(0, at - DAYS_COMPARED) : end])
            if most >= FEWEST_VIEWS and most > TIMES * least:
                yield from (hour for hour in of_days[at:end] if hour in views)


def _is_usual(
    views: Mapping[int, int], hour: int, earlier: Iterable[int], unknown: Collection[int]
) -> bool:
    """Whether more than half of the earlier ones had nearly as many: then the median has, and need
    not be worked out. So it is for nearly all hours of two years."""
    left = DAYS_COMPARED // 2 + 1
    for each in earlier:
        if views.get(each, 0) * TIMES >= views[hour] and each not in unknown:
            left -= 1
            if not left:
                return True
    return False


def unusual_hours(
    views: Mapping[int, int], hours: range, struck: Iterable[Struck] = ()
) -> tuple[Unusual, ...]:
    """The hours of a period that are far above the same hour of the 28 days before, newest first.

    `views` are those of each hour, and reach so far before the period. The median tells what is
    usual, so that one flood does not hide the next. Nothing is known of hours that were `struck`.
    """
    unknown = {each.hour for each in struck}
    first = min(views, default=0)
    found = []
    for hour in sorted(_perhaps_unusual(views), reverse=True):
        if hour not in hours or views[hour] < FEWEST_VIEWS:
            continue
        earlier = [hour - HOURS_A_DAY * days for days in range(1, DAYS_COMPARED + 1)]
        if _is_usual(views, hour, earlier, unknown):
            continue
        known = [views.get(each, 0) for each in earlier if each >= first and each not in unknown]
        if len(known) < FEWEST_DAYS:
            continue
        usual = statistics.median(known)
        if views[hour] > TIMES * max(usual, 1):
            found.append(Unusual(hour, views[hour], round(usual)))
    return tuple(found)
