"""Hours as people name them, `2026-11-26T14` where the site is at home, and as counters do: whole
hours since 1970, UTC.

Each hour has one name and each name stands for one hour at most. In a zone that is half an hour
off, the name has the minute at which the hour begins there (`2026-11-26T13:30`). Where clocks go
back, two hours would be called the same, and their names say how far from UTC they are
(`2026-11-01T01-07:00`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["NoSuchHour", "comes_twice", "hour_of", "name_of", "start_of"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
EXAMPLE = "write it so: 2026-11-26T14"


class NoSuchHour(ValueError):
    """A name that stands for no hour, or for two; `hint` says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def start_of(hour: int, zone: tzinfo) -> datetime:
    """When an hour begins, in local time; in UTC where no calendar or zone reaches so far."""
    start = EPOCH + hour * HOUR
    try:
        local = start.astimezone(zone)
    except OverflowError:
        return start
    # Long ago, places kept the time of their own meridian, to the second.
    return start if local.second else local


def comes_twice(start: datetime) -> bool:
    """Whether clocks show the time twice, as they are put back."""
    return start.replace(fold=0).utcoffset() != start.replace(fold=1).utcoffset()


def name_of(hour: int, zone: tzinfo) -> str:
    """The name by which `hour_of` finds it."""
    start = start_of(hour, zone)
    written = start.replace(tzinfo=None).isoformat(timespec="minutes")
    plain = written[:13] if written.endswith(":00") else written
    try:
        alone = _begins_at(start.replace(tzinfo=None), zone) == [start]
    except OverflowError:
        alone = False
    return plain if alone else plain + start.isoformat(timespec="minutes")[16:]


def hour_of(name: str, zone: tzinfo) -> int:
    """The hour of a name. Raises NoSuchHour."""
    if not NAME.fullmatch(name):
        raise NoSuchHour(f'"{name}" is no hour', EXAMPLE)
    try:
        written = datetime.fromisoformat(name)
        return _number(_instant(name, written, zone))
    except NoSuchHour:
        raise
    except (ValueError, OverflowError):
        raise NoSuchHour(f'"{name}" is no hour', EXAMPLE) from None


def _instant(name: str, written: datetime, zone: tzinfo) -> datetime:
    found = [written.astimezone(UTC)] if written.tzinfo else _instants(written, zone)
    if not found:
        later = name_of(_number(written.replace(tzinfo=zone).astimezone(UTC)), zone)
        raise NoSuchHour(f"{name} does not exist: clocks go forward", f"write {later}")
    whole = [each for each in found if each.minute == each.second == 0]
    if len(whole) > 1:
        first, second = (name_of(_number(each), zone) for each in whole)
        raise NoSuchHour(f"{name} comes twice: clocks go back", f"write {first} or {second}")
    if not whole:
        number = _number(found[0])
        first, second = name_of(number, zone), name_of(number + 1, zone)
        raise NoSuchHour(f"no hour begins at {name}", f"write {first} or {second}")
    return whole[0]


def _begins_at(wall: datetime, zone: tzinfo) -> list[datetime]:
    return [each for each in _instants(wall, zone) if each.minute == each.second == 0]


def _instants(wall: datetime, zone: tzinfo) -> list[datetime]:
    """When the clocks of a zone show a time: once, twice or never."""
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        each for each in found if each.astimezone(zone).replace(tzinfo=None, fold=0) == wall
    )


def _number(start: datetime) -> int:
    return (start - EPOCH) // HOUR
