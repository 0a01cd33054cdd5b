"""What is far from its usual. Pure: numbers of days in, findings out.

A day is compared with the same weekday of the eight weeks before. The median of these is what is
usual, so that one odd day does not hide the next. Far is what is all of this: twice the usual or
more, or half or less; 30 more or less; and, as a ratio, further than six times what the days of
these weeks differ from the usual of their weekday by themselves. That is their median deviation,
made to be that of a normal distribution, and at least what mere chance does to a count.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log, sqrt
from typing import TypeVar

__all__ = ["DAYS_READ", "FEWEST", "LEAST", "Far", "OfDay", "days_walked", "far", "far_on"]
__all__ += ["newly_far", "news", "same_days"]

Key = TypeVar("Key", bound=Hashable)

OfDay = Callable[[date], int | None]
"""Gives the number of a day; None where nobody knows it."""

WEEKS = 8
FEWEST = 4
"""With fewer earlier days nobody knows what is usual."""

TIMES = 2
LEAST = 30
SPREADS = 6
NORMAL = 1.4826
"""A normal distribution has so many of its median deviations for one standard deviation."""

DAYS_TOLD = 7
"""What was told lasts while it is far in the same direction again within the six days after."""

DAYS_WALKED = 2 * DAYS_TOLD
"""From so many days it is worked out what was told, the one that is judged included."""

DAYS_READ = 7 * WEEKS + DAYS_TOLD + DAYS_WALKED - 1
"""How many days decide, the one that is judged included: each of those that are walked has its own
eight weeks, so that it comes out as it did in its own email."""


@dataclass(frozen=True)
class Far:
    """A number, and what is usual instead."""

    count: int
    usual: float

    @property
    def is_more(self) -> bool:
        """Whether it is above the usual."""
        return self.count > self.usual


def same_days(day: date) -> Iterator[date]:
    """The same weekday of the weeks before, the newest first."""
    for weeks in range(1, WEEKS + 1):
        yield day - timedelta(weeks=weeks)


def days_walked(day: date) -> Sequence[date]:
    """The days from which it is worked out what was told, the one that is judged last."""
    return [day - timedelta(days=back) for back in reversed(range(DAYS_WALKED))]


def news(
    days: Sequence[date],
    far_of: Callable[[date], Mapping[Key, Far]],
    told_of: Callable[[date, Mapping[Key, Far]], Collection[Key]],
) -> Mapping[Key, Far]:
    """What is far on the last of the days and was not told: what lasts is told once.

    `far_of` gives what is far on a day, and `told_of` which of what is new the email of that day
    has room for. What it left out is as new on the day after.
    """
    lasts: dict[tuple[Key, bool], date] = {}
    new: dict[Key, Far] = {}
    for day in days:
        found = far_of(day)
        told = {(key, each.is_more): each for key, each in found.items()}
        known = {way for way in told if (day - lasts.get(way, date.min)).days < DAYS_TOLD}
        new = {key: each for (key, is_more), each in told.items() if (key, is_more) not in known}
        known |= {(key, new[key].is_more) for key in told_of(day, new)}
        lasts |= dict.fromkeys(known, day)
    return new


def newly_far(day: date, of_day: OfDay) -> Far | None:
    """What is far on a day, where an email tells all that is, and was not told before."""
    if far_on(day, of_day) is None:
        return None

    def far_of(each: date) -> Mapping[str, Far]:
        found = far_on(each, of_day)
        return {"": found} if found else {}

    return news(days_walked(day), far_of, lambda _, new: new).get("")


def far_on(day: date, of_day: OfDay) -> Far | None:
    """What is far on a day, whether it was before or not."""
    count = of_day(day)
    if count is None:
        return None
    earlier = _known(same_days(day), of_day)
    if far(count, earlier) is None:
        return None
    return far(count, earlier, _spread(day, of_day))


def far(count: int, earlier: Sequence[int], spread: float = 0) -> Far | None:
    """A number that is far from earlier ones; None where it is not, or nobody knows. `spread` is
    what such numbers differ by themselves, as the logarithm of a ratio."""
    if len(earlier) < FEWEST:
        return None
    usual = statistics.median(earlier)
    least, most = sorted((count, usual))
    if most - least < LEAST or most < TIMES * least:
        return None
    by_chance = 1 / sqrt(usual + 1)
    is_far = _distance(count, usual) > SPREADS * max(spread, by_chance)
    return Far(count, usual) if is_far else None


def _spread(day: date, of_day: OfDay) -> float:
    """What the days before differ from the usual of their weekday."""
    deviations: list[float] = []
    for back in range(7):
        numbers = _known(same_days(day - timedelta(days=back)), of_day)
        usual = statistics.median(numbers) if numbers else 0
        deviations += [_distance(each, usual) for each in numbers]
    return NORMAL * statistics.median(deviations) if deviations else 0


def _known(days: Iterator[date], of_day: OfDay) -> Sequence[int]:
    found = (of_day(each) for each in days)
    return [each for each in found if each is not None]


def _distance(one: float, other: float) -> float:
    return abs(log((one + 1) / (other + 1)))
