"""The time that a report covers, and the time that it is compared with, in local days.

Counters are kept by UTC hour, and an hour belongs to the local day in which it begins. So days are
never split or counted twice, a day with a clock change has 23 or 25 hours, and in zones a half hour
off the day's edge is half an hour late.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from itertools import groupby

from analytics.staff import format as formats
from analytics.visits.store.calendar import first_hour

__all__ = ["CHOICES", "COMPARISONS", "DAY", "Period", "PeriodError", "choose", "compared", "custom"]
__all__ += ["around", "month_after"]

CHOICES: Mapping[str, str] = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7-days": "7 days",
    "30-days": "30 days",
    "this-month": "This month",
    "last-month": "Last month",
    "12-months": "12 months",
    "24-months": "24 months",
}

COMPARISONS: Mapping[str, str] = {
    "before": "the period before",
    "year": "the same days a year before",
    "none": "nothing",
    "from": "as many days from",
}

DAY = timedelta(days=1)
OF_MONTHS = {"12-months": 12, "24-months": 24}
MOST_AROUND = 28
WEEK = 7
WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
"""The one form of a date that our pages write; ISO 8601 has others too."""


class PeriodError(ValueError):
    """The days that were asked for are not a period; the message is a sentence for the reader."""


@dataclass(frozen=True)
class Period:
    """Local days from `first` to `last`, both included; `choice` is a key of CHOICES or custom."""

    choice: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many local days it has."""
        return (self.last - self.first).days + 1

    @property
    def is_month(self) -> bool:
        """Whether it is one calendar month that was chosen by its days."""
        whole = self.first.day == 1 and self.last + DAY == month_after(self.first)
        return whole and self.choice == "custom"

    @property
    def before(self) -> "Period":
        """What comes just before: as many days, or as much of as many months."""
        if months := OF_MONTHS.get(self.choice):
            return self._months_before(months)
        if self.is_month or self.choice in ("this-month", "last-month"):
            earlier = self._months_before(1)
            whole = self.choice != "this-month"
            return Period("custom", earlier.first, self.first - DAY if whole else earlier.last)
        length = timedelta(days=self.days)
        return Period(self.choice, self.first - length, self.last - length)

    @property
    def year_before(self) -> "Period":
        """The same days a year before."""
        return self._months_before(12)

    def _months_before(self, months: int) -> "Period":
        return Period(
            self.choice, _months_before(self.first, months), _months_before(self.last, months)
        )

    def hours(self, zone: tzinfo) -> range:
        """Every UTC hour that begins in the period, those still to come included."""
        return range(first_hour(self.first, zone), first_hour(self.last + DAY, zone))

    def hours_as_far(self, other: "Period", zone: tzinfo, now_hour: int) -> range:
        """The hours of `other`, cut at the time of day that this period has reached."""
        whole = other.hours(zone)
        if now_hour + 1 >= self.hours(zone).stop:
            return whole
        reached = max(0, now_hour + 1 - first_hour(self.last, zone))
        return range(whole.start, min(whole.stop, first_hour(other.last, zone) + reached))

    def without(self, left_out: Collection[date]) -> Iterator["Period"]:
        """What remains without some of its days, in parts of whole days, in order."""
        kept = [day for day in self.each_day() if day not in left_out]
        for _, run in groupby(enumerate(kept), lambda each: each[1].toordinal() - each[0]):
            days = [day for _, day in run]
            yield Period("custom", days[0], days[-1])

    def each_day(self) -> Iterator[date]:
        """Its days, in order."""
        for number in range(self.days):
            yield self.first + timedelta(days=number)


def around(day: date, *, last: date, earliest: date) -> tuple[Period, Period] | None:
    """The days after a day until `last`, and as many before it from `earliest` on: 28 at most, and
    whole weeks where there are so many, as weekdays differ. The day itself was half of each. None
    where there is no day after it or before it."""
    days = min(MOST_AROUND, (last - day).days, (day - earliest).days)
    if days < 1:
        return None
    length = (days - days % WEEK if days > WEEK else days) * DAY
    return Period("custom", day + DAY, day + length), Period("custom", day - length, day - DAY)


def choose(choice: str, today: date) -> Period:
    """The period that a key of CHOICES means today; raises KeyError for another word."""
    month = today.replace(day=1)
    first, last = {
        "today": (today, today),
        "yesterday": (today - DAY, today - DAY),
        "7-days": (today - timedelta(days=6), today),
        "30-days": (today - timedelta(days=29), today),
        "this-month": (month, today),
        "last-month": ((month - DAY).replace(day=1), month - DAY),
        "12-months": (_months_before(month, 11), today),
        "24-months": (_months_before(month, 23), today),
    }[choice]
    return Period(choice, first, last)


def custom(first: str, last: str, *, today: date, earliest: date) -> Period:
    """A period from two dates as a form sends them (2026-11-03); raises PeriodError."""
    from_day, to_day = _read(first, "from"), _read(last, "to")
    if from_day > to_day:
        raise PeriodError("The first day comes after the last day.")
    if to_day > today:
        raise PeriodError(f"The last day is still to come. Today is {formats.day(today)}.")
    if from_day < earliest:
        raise PeriodError(f"Nothing is kept from before {formats.day(earliest)}.")
    return Period("custom", from_day, to_day)


def compared(period: Period, how: str, start: str, *, today: date, earliest: date) -> Period | None:
    """What a period is compared with, by a key of COMPARISONS: None for nothing, or where nothing
    is kept from then. `start` is the first day of "from". Raises PeriodError."""
    if how == "none":
        return None
    if how == "from":
        first = _read(start, "compared from")
        if first > today:
            raise PeriodError(f"That day is still to come. Today is {formats.day(today)}.")
        last = first + (period.last - period.first)
        if last > today:
            raise PeriodError(f"There are no {period.days} days from {formats.day(first)} yet.")
        if first < earliest:
            raise PeriodError(f"Nothing is kept from before {formats.day(earliest)}.")
        return Period("custom", first, last)
    other = period.year_before if how == "year" else period.before
    return other if other.first >= earliest else None


def without_last_day(period: Period, other: Period, how: str) -> tuple[Period, Period]:
    """A period without its last day, and what that is compared with instead of `other`, which was
    chosen by `how`. Of months, as much of the earlier ones: they may be shorter."""
    cut = replace(period, last=period.last - DAY)
    if how == "year":
        return cut, cut.year_before
    if how == "before" and (period.choice in OF_MONTHS or period.choice == "this-month"):
        return cut, cut.before
    return cut, replace(other, last=other.last - DAY)


def month_after(day: date) -> date:
    """The first day of the month after the one that a day is in."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _read(text: str, which: str) -> date:
    try:
        if not WRITTEN.fullmatch(text.strip()):
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        raise PeriodError(f"Give the “{which}” day as a date, such as 2026-11-03.") from None


def _months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(years, month + 1, 1)
    last = month_after(first) - DAY
    return first.replace(day=min(day.day, last.day))
