"""The time that a report covers. People choose local days; counters are kept by UTC hour.

An hour belongs to the local day in which it begins. So days are never split or counted twice,
a day with a clock change has 23 or 25 hours, and in zones a half hour off the day's edge is half
an hour late.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from analytics.staff import format as formats

__all__ = ["CHOICES", "Period", "PeriodError", "Step", "choose", "custom"]

CHOICES: Mapping[str, str] = {
    "today": "Today",
    "7-days": "7 days",
    "30-days": "30 days",
    "12-months": "12 months",
}

# More bars than this are thinner than the gaps between them on a telephone.
MOST_DAYS_DRAWN = 92


class PeriodError(ValueError):
    """The days that were asked for are not a period; the message is a sentence for the reader."""


@dataclass(frozen=True)
class Step:
    """One bar of the chart: an hour, a day or a month, as UTC hours since 1970."""

    hours: range
    label: str
    title: str


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
    def before(self) -> "Period":
        """The period to compare with: the same months a year ago, or as many days just before."""
        if self.choice == "12-months":
            return Period(self.choice, _a_year_before(self.first), _a_year_before(self.last))
        length = timedelta(days=self.days)
        return Period(self.choice, self.first - length, self.last - length)

    def hours(self, zone: tzinfo) -> range:
        """Every UTC hour that begins in the period, those still to come included."""
        return range(_first_hour(self.first, zone), _first_hour(_next(self.last), zone))

    def hours_before(self, zone: tzinfo, now_hour: int) -> range:
        """The hours of `before`, cut at the time of day that this period has reached."""
        last_day = _first_hour(self.last, zone)
        reached = max(0, now_hour + 1 - last_day)
        earlier = self.before.hours(zone)
        cut = min(earlier.stop, _first_hour(self.before.last, zone) + reached)
        ended = now_hour + 1 >= self.hours(zone).stop
        return earlier if ended else range(earlier.start, cut)

    @property
    def step_name(self) -> str:
        """What one step is: hour, day or month."""
        if self.days == 1:
            return "hour"
        return "day" if self.days <= MOST_DAYS_DRAWN else "month"

    def steps(self, zone: tzinfo) -> tuple[Step, ...]:
        """The period in equal parts that together are exactly its hours."""
        if self.step_name == "hour":
            return tuple(_hour_steps(self.hours(zone), zone))
        if self.step_name == "day":
            return tuple(_day_step(day, zone) for day in _each_day(self.first, self.last))
        return tuple(_month_steps(self.first, self.last, zone))


def choose(choice: str, today: date) -> Period:
    """The period that a key of CHOICES means today; raises KeyError for another word."""
    first = {
        "today": today,
        "7-days": today - timedelta(days=6),
        "30-days": today - timedelta(days=29),
        "12-months": _eleven_months_before(today),
    }[choice]
    return Period(choice, first, today)


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


def _read(text: str, which: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise PeriodError(f"Give the “{which}” day as a date, such as 2026-11-03.") from None


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _eleven_months_before(day: date) -> date:
    """The first of the month that makes twelve months with this one."""
    return day.replace(year=day.year - (day.month < 12), month=day.month % 12 + 1, day=1)


def _a_year_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def _first_hour(day: date, zone: tzinfo) -> int:
    """The first UTC hour that begins in the local day."""
    # Midnight may not exist where clocks change at midnight; fold=0 is then the change itself.
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return -int(-midnight.timestamp() // 3600)


def _each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _hour_steps(hours: range, zone: tzinfo) -> Iterator[Step]:
    for hour in hours:
        start = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone)
        # On the day with 25 hours one hour comes twice, told apart by the zone's name.
        twice = start.replace(fold=0).utcoffset() != start.replace(fold=1).utcoffset()
        label = formats.hour(start)
        yield Step(range(hour, hour + 1), label, f"{label} {start:%Z}" if twice else label)


def _day_step(day: date, zone: tzinfo) -> Step:
    hours = range(_first_hour(day, zone), _first_hour(_next(day), zone))
    return Step(hours, formats.short_day(day), f"{day:%a}, {formats.day(day)}")


def _month_steps(first: date, last: date, zone: tzinfo) -> Iterator[Step]:
    start = first
    while start <= last:
        following = (start.replace(day=1) + timedelta(days=31)).replace(day=1)
        end = min(following, _next(last))
        whole = start.day == 1 and end == following
        title = f"{start:%B %Y}" if whole else formats.days(start, end - timedelta(days=1))
        hours = range(_first_hour(start, zone), _first_hour(end, zone))
        yield Step(hours, f"{start:%b}", title)
        start = end
