"""When pages come and go: days, and moments with an hour, in the site's time zone.

A day is a `date`. A moment is a `datetime` as clocks in the site's zone show it, whatever zone it
was written in, with its offset from UTC. Where a day stands for a moment, it is its beginning.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from generator.content.scalars import day_of_numbers, in_plain_characters

__all__ = ["as_day_or_moment", "beginning", "day_of", "end_of", "instant", "place_in_time", "told"]

_EXAMPLE = "write a date as year-month-day, like 2026-11-24, or with the hour: 2026-11-24 14:30"
_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_HOUR = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
_ZONE = r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_WRITTEN = re.compile(rf"{_DAY}(?:(?:[Tt]| +){_HOUR} *{_ZONE}?)?")


def as_day_or_moment(value: object, zone: ZoneInfo) -> datetime.date:
    """What is written: a day, or a moment. Raises ValueError with how it is written."""
    written = value.strip() if isinstance(value, str) else ""
    found = _WRITTEN.fullmatch(written)
    if not found:
        if plain := _WRITTEN.fullmatch(in_plain_characters(written)):
            raise ValueError(f"write it with the digits 0 to 9 and plain hyphens: {plain[0]}")
        raise ValueError(_EXAMPLE)
    day = day_of_numbers(*map(int, found.group(1, 2, 3)))
    if found[4] is None:
        return day
    hour, minute, second = (int(each or 0) for each in found.group(4, 5, 6))
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("the hours of a day are 00:00 to 23:59")
    at = datetime.datetime.combine(day, datetime.time(hour, minute, second))
    return _in_zone(at, zone) if found[7] is None else beginning(_ahead(at, found[7]), zone)


def _ahead(at: datetime.datetime, offset: str) -> datetime.datetime:
    """What clocks show that are so far ahead of UTC."""
    if offset == "Z":
        return at.replace(tzinfo=datetime.UTC)
    sign = -1 if offset[0] == "-" else 1
    minutes = int(offset[1:3]) * 60 + int(offset[3:].lstrip(":") or 0)
    if minutes > 14 * 60:
        raise ValueError("no zone is more than 14 hours from UTC")
    return at.replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=sign * minutes)))


def _in_zone(at: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The first moment at which clocks there show that."""
    moment = _fixed(at.replace(tzinfo=zone))
    try:
        shown = moment.astimezone(datetime.UTC).astimezone(zone)
    except OverflowError:  # No clock is put forward in the first or the last hours that there are.
        return moment
    if shown.replace(tzinfo=None) != at:
        there = f"{zone.key} puts its clocks forward: there is no {at:%H:%M} on that day"
        raise ValueError(f"{there}. Write {shown:%Y-%m-%d %H:%M}")
    return moment


def _fixed(moment: datetime.datetime) -> datetime.datetime:
    """The same, with its offset and without what its zone will do: it is kept, and compared."""
    return moment.replace(tzinfo=datetime.timezone(moment.utcoffset() or datetime.timedelta()))


@lru_cache(maxsize=100_000)  # Many pages have the same day, and each build asks for all.
def beginning(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    """The moment at which a day begins there; a moment is itself, as clocks show it there."""
    if isinstance(day, datetime.datetime):
        at = day
    else:
        at = datetime.datetime.combine(day, datetime.time(), zone)
    try:
        # Where clocks are put forward at midnight, the day begins an hour later.
        return _fixed(at.astimezone(datetime.UTC).astimezone(zone))
    except OverflowError:  # The first day of the year 1, and the last of 9999.
        return _fixed(at)


def end_of(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    """The last moment of a day; a moment is itself."""
    if isinstance(day, datetime.datetime):
        return day
    last = datetime.time.max.replace(microsecond=0)
    return _fixed(datetime.datetime.combine(day, last, zone))


def day_of(day: datetime.date) -> datetime.date:
    """The day of a moment; a day is itself."""
    return day.date() if isinstance(day, datetime.datetime) else day


def place_in_time(day: datetime.date | None) -> int | None:
    """A number by which days and moments can be put in order; None where there is neither."""
    if day is None:
        return None
    seconds = 0
    if isinstance(day, datetime.datetime):
        seconds = (day.hour * 60 + day.minute) * 60 + day.second
    return day.toordinal() * 86_400 + seconds


def told(day: datetime.date) -> str:
    """A day, or a moment to the minute, as those who write pages write it."""
    if isinstance(day, datetime.datetime):
        return day.replace(tzinfo=None).isoformat(" ", "minutes")
    return day.isoformat()


def instant(day: datetime.date, zone: ZoneInfo) -> str:
    """The moment, or the beginning of the day, for programs (RFC 3339), by UTC as far as there are
    days there."""
    at = beginning(day, zone)
    try:
        at = at.astimezone(datetime.UTC)
    except OverflowError:
        return at.isoformat()
    return f"{at.replace(tzinfo=None).isoformat()}Z"
