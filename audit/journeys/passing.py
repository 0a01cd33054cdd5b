"""When to look at what is kept: shortly before and after the end of each time that is declared."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from policy import Register
from policy.durations import Duration

__all__ = ["moments"]

HOUR, DAY = 3_600, 86_400
DAYS_AFTER = 3
"""A day has ended everywhere by then, and the hourly deletion has run."""
HOURS_AFTER = 2


def moments(register: Register, began: float) -> tuple[float, ...]:
    """In seconds since 1970, in the order in which they come."""
    found = {each for keep in _lengths(register) for each in _around(keep, began)}
    return tuple(sorted(each for each in found if each > began))


def _lengths(register: Register) -> Iterator[Duration]:
    for table in register.tables:
        if isinstance(table.keep, Duration):
            yield table.keep
        if table.sooner:
            yield table.sooner.keep


def _around(keep: Duration, began: float) -> tuple[float, float]:
    end = _end(keep, began)
    if keep.unit in ("days", "months"):
        return end - DAY, end + DAYS_AFTER * DAY
    return end - HOUR, end + HOURS_AFTER * HOUR


def _end(keep: Duration, began: float) -> float:
    """When a row of this moment is over. Calendar months are found from behind, as they are
    counted when a row is deleted."""
    start = datetime.datetime.fromtimestamp(began, datetime.UTC)
    end = start + datetime.timedelta(seconds=keep.seconds)
    while keep.before(end - datetime.timedelta(days=1)) >= start:
        end -= datetime.timedelta(days=1)
    return end.timestamp()
