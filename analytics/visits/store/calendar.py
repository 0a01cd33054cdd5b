"""Days, weeks and months of the site's time zone, each known by the first hour that begins in it.

Hours are counted since 1970 (UTC). An hour belongs to the local day in which it begins: so days are
never split or counted twice, a day with a clock change has 23 or 25 hours, and in zones a half hour
off the day's edge is half an hour late.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Calendar", "first_hour"]

DAY = datetime.timedelta(days=1)


@lru_cache(maxsize=4_096)
def first_hour(day: datetime.date, zone: datetime.tzinfo) -> int:
    """The first hour that begins in a local day."""
    # Midnight may not exist where clocks change at midnight; fold=0 is then the change itself.
    midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=zone)
    return -int(-midnight.timestamp() // 3600)


@dataclass(frozen=True)
class Calendar:
    """The days of `zone`. Weeks begin on Monday, and end with their month."""

    zone: datetime.tzinfo

    def date(self, hour: int) -> datetime.date:
        """The local day in which an hour begins."""
        return _date(self.zone, hour)

    def day(self, hour: int) -> int:
        """The first hour of the day that an hour is in."""
        return first_hour(self.date(hour), self.zone)

    def week(self, hour: int) -> int:
        """The first hour of its week, which is not before its month's."""
        day = self.date(hour)
        return first_hour(max(day - day.weekday() * DAY, day.replace(day=1)), self.zone)

    def month(self, hour: int) -> int:
        """The first hour of its month."""
        return _month(self.zone, hour)

    def after_day(self, hour: int) -> int:
        """The first hour of the day after the one that an hour is in."""
        return first_hour(self.date(hour) + DAY, self.zone)

    def after_week(self, hour: int) -> int:
        """The first hour after its week."""
        day = self.date(hour)
        end = day + (7 - day.weekday()) * DAY
        return min(first_hour(end, self.zone), self.after_month(hour))

    def after_month(self, hour: int) -> int:
        """The first hour after its month."""
        following = (self.date(hour).replace(day=1) + 31 * DAY).replace(day=1)
        return first_hour(following, self.zone)

    def whole(
        self, first: int, last: int, newest: int, starts: Callable[[int], int],
        after: Callable[[int], int],
    ) -> Iterator[int]:  # fmt: skip
        """Of the hours from `first` to `last`, the beginnings of the weeks or months that lie in
        them wholly, or as far as anything was counted (`newest`)."""
        start = starts(first)
        if start < first:
            start = after(first)
        while start <= min(last, newest):
            end = after(start)
            if end - 1 <= last or newest <= last:
                yield start
            start = end


@lru_cache(maxsize=4_096)
def _date(zone: datetime.tzinfo, hour: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(hour * 3_600, datetime.UTC).astimezone(zone).date()


@lru_cache(maxsize=4_096)
def _month(zone: datetime.tzinfo, hour: int) -> int:
    return first_hour(_date(zone, hour).replace(day=1), zone)
