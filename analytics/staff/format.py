"""Numbers, times and days as the staff pages write them."""

from datetime import UTC, date, datetime, tzinfo

NARROW_SPACE = "\u202f"
MOST_NAMED = 60
"""Characters of what an address said that nobody understands."""


def number(value: int) -> str:
    """1234 -> 1,234"""
    return f"{value:,}"


def counted(value: int, one: str, more: str) -> str:
    """1 -> 1 visit; 1234 -> 1,234 visits"""
    return f"{number(value)} {one if value == 1 else more}"


def percent(share: float | None) -> str:
    """0.43 -> 43 %; a little more than nothing is not written as nothing; None -> a dash."""
    if share is None:
        return "–"
    if 0 < share < 0.005:
        return f"<{NARROW_SPACE}1{NARROW_SPACE}%"
    return f"{round(share * 100)}{NARROW_SPACE}%"


def size(change: float | None) -> str:
    """How big a change is, without its direction: -0.12 -> 12 %"""
    return percent(None if change is None else abs(change))


def size_in_points(change: float | None) -> str:
    """How big a change of a share is: -0.03 -> 3 points"""
    return "–" if change is None else counted(round(abs(change) * 100), "point", "points")


def duration(ms: float | None) -> str:
    """125000 -> 2 min 5 s; two units at most; None -> a dash."""
    if ms is None:
        return "–"
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    return f"{number(minutes // 60)} h {minutes % 60} min"


def whole_minutes(minutes: int) -> str:
    """30 -> 30 minutes; 720 -> 12 hours"""
    if minutes % 60:
        return counted(minutes, "minute", "minutes")
    return counted(minutes // 60, "hour", "hours")


def short_day(day: date) -> str:
    """Nov 3"""
    return f"{day:%b} {day.day}"


def day(day: date) -> str:
    """Nov 3, 2026"""
    return f"{short_day(day)}, {day.year}"


def days(first: date, last: date) -> str:
    """Nov 3 – Nov 9, 2026, with nothing said twice."""
    if first == last:
        return day(first)
    start = short_day(first) if first.year == last.year else day(first)
    return f"{start} – {day(last)}"


def hour(start: datetime) -> str:
    """2 pm; 2:30 pm in zones a half hour off"""
    minutes = f":{start:%M}" if start.minute else ""
    return f"{start.hour % 12 or 12}{minutes} {'am' if start.hour < 12 else 'pm'}"


def moment(at: int, zone: tzinfo) -> str:
    """Seconds since 1970 -> Nov 3, 2026, 2:05 pm"""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{day(local.date())}, {local.hour % 12 or 12}:{local:%M} {half}"


def shortened(text: str) -> str:
    """What an address said, as far as a sentence names it."""
    return text if len(text) <= MOST_NAMED else f"{text[:MOST_NAMED]}…"
