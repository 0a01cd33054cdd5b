"""Dates in all the ways in which Hugo and Jekyll read them: what a clock showed, and where."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["Written", "in_addresses", "read_written"]


@dataclass(frozen=True, slots=True)
class Written:
    """`at` is what a clock showed, in `zone` where somebody named it; without an hour it is the
    beginning of the day. `rest` is what could not be read."""

    at: datetime.datetime
    has_hour: bool = False
    zone: datetime.tzinfo | None = None
    rest: str = ""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>(?:{'|'.join(_MONTHS)})[a-z]*)\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_OF_MONTH = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_DAYS = (
    r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})(?![0-9])",
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])",
    rf"{_WEEKDAY}{_OF_MONTH}[\s-]+{_MONTH},?[\s-]+(?P<year>[0-9]{{4}})(?![0-9])",
    rf"{_WEEKDAY}{_MONTH}\s+{_OF_MONTH},?\s+(?P<year>[0-9]{{4}})(?![0-9:])",
)
_DAY = tuple(re.compile(each, re.IGNORECASE) for each in _DAYS)
_YEAR_LAST = re.compile(
    rf"{_WEEKDAY}{_MONTH}\s+{_OF_MONTH}\s+(?P<time>[0-9:]+)(?P<zone>\s+[\w+-]+)?\s+"
    r"(?P<year>[0-9]{4})",
    re.IGNORECASE,
)
"""As `date` writes it: Mon Jan 2 15:04:05 MST 2006."""

_HOUR = re.compile(
    r"(?:[t,]?\s*(?:at\s+)?)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9])", re.IGNORECASE)
_ZONE_NAME = re.compile(r"[a-z]+(?:/[a-z_]+)*", re.IGNORECASE)
_SAID_TWICE = re.compile(r"\s*\(?(?:[a-z /_]*|[+-][0-9]{2,4})\)?(?:\s+m=\S+)?", re.IGNORECASE)
"""What may stand behind an offset: the name of its zone, and what Go adds."""

_ZONES = {
    **{"UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MET": 1},
    **{"CEST": 2, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "SGT": 8, "HKT": 8},
    **{"AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11},
    **{"NZST": 12, "NZDT": 13, "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5},
    **{"EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9},
    **{"AKDT": -8, "HST": -10},
}
"""Hours that clocks are ahead of UTC, by the names that Ruby and mail know (RFC 5322, 4.3)."""

_EPOCH = re.compile(r"[0-9]{9,10}")


@lru_cache(maxsize=10_000)
def _read(text: str) -> Written | None:
    if _EPOCH.fullmatch(text):
        at = datetime.datetime.fromtimestamp(int(text), datetime.UTC)
        return Written(at.replace(tzinfo=None), has_hour=True, zone=datetime.UTC)
    if found := _YEAR_LAST.fullmatch(text):
        text = (
            f"{found['day']} {found['name']} {found['year']} {found['time']}{found['zone'] or ''}"
        )
    found = next((each for pattern in _DAY if (each := pattern.match(text))), None)
    if found is None:
        return None
    named = found.groupdict()
    month = int(named.get("month") or _MONTHS.index(named["name"][:3].lower()) + 1)
    try:
        day = datetime.datetime(int(named["year"]), month, int(named["day"]))  # noqa: DTZ001  (a day)
    except ValueError:
        return None
    rest = text[found.end() :].strip()
    return _with_hour(day, rest) if rest else Written(day)


def read_written(written: object) -> Written | None:
    """What is written; None where it is no date."""
    return _read(" ".join(str(written).split()))


def in_addresses(at: datetime.datetime) -> dict[str, str]:
    """What patterns of addresses can say of a moment, by the words of Jekyll and those of Hugo."""
    week_year, week, weekday = at.isocalendar()
    month, day = calendar.month_name[at.month], calendar.day_name[at.weekday()]
    return {
        **{"year": f"{at:%Y}", "short_year": f"{at:%y}", "w_year": str(week_year)},
        **{"month": f"{at:%m}", "i_month": str(at.month), "week": f"{week:02}"},
        **{"short_month": month[:3], "long_month": month, "monthname": month},
        **{"day": f"{at:%d}", "i_day": str(at.day), "y_day": f"{at:%j}"},
        **{"yearday": str(at.timetuple().tm_yday), "w_day": str(weekday)},
        **{"weekday": str(weekday % 7), "short_day": day[:3], "long_day": day, "weekdayname": day},
        **{"hour": f"{at:%H}", "minute": f"{at:%M}", "second": f"{at:%S}"},
    }


def _with_hour(day: datetime.datetime, text: str) -> Written:
    """The moment on that day, as far as it can be read."""
    found = _HOUR.match(text)
    passed = _passed(found) if found else None
    if found is None or passed is None:
        return Written(day, rest=text)
    try:
        at = day + passed
    except OverflowError:
        return Written(day, rest=text)
    zone, rest = _zone(text[found.end() :].strip())
    return Written(at, has_hour=True, zone=zone, rest=rest)


def _passed(found: re.Match[str]) -> datetime.timedelta | None:
    """How much of the day has passed then; None where no clock shows that. The last moment of a day
    may be written 24:00, and a leap second is the next minute (ISO 8601, RFC 3339)."""
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if half := (found["half"] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    is_midnight = hour == 24 and not (minute or second)
    if (hour > 23 and not is_midnight) or minute > 59 or second > 60:
        return None
    return datetime.timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(text: str) -> tuple[datetime.tzinfo | None, str]:
    """The zone that a text names, and what of it could not be read."""
    if not text:
        return None, ""
    if found := _OFFSET.match(text):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        behind = text[found.end() :]
        if minutes > 14 * 60:
            return None, text
        ahead = datetime.timedelta(minutes=minutes if found[1] == "+" else -minutes)
        return datetime.timezone(ahead), "" if _SAID_TWICE.fullmatch(behind) else behind.strip()
    found = _ZONE_NAME.match(text)
    zone = _named(found[0]) if found else None
    if found is None or zone is None:
        return None, text
    return zone, text[found.end() :].strip()


def _named(name: str) -> datetime.tzinfo | None:
    hours = _ZONES.get(name.upper())
    if hours is not None:
        return datetime.timezone(datetime.timedelta(hours=hours))
    try:
        return ZoneInfo(name) if "/" in name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
