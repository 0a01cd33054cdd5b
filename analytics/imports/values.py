"""Days and numbers as exports write them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

__all__ = ["NotRead", "day_of", "local_moment", "number_of"]

DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
"""2026-03-01, and 20260301."""

DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
"""1.3.2026: what is written with dots begins with the day."""

SLASHED = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}", re.ASCII)

WHOLE = re.compile(
    r"(\d+|\d{1,3}(?:([.,'’\u00a0\u202f ])\d{3})(?:\2\d{3})*)(?:[.,]0{1,2})?", re.ASCII
)
"""1234, 1,234, 1.234 and 1 234, with or without a last .0."""

MOST = 1 << 53
"""More visits a day than there can be; every program that reads JSON has numbers up to it."""


class NotRead(ValueError):
    """A field that is not what it should be: why, and how to mend it."""

    def __init__(self, message: str, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


def day_of(text: str) -> date:
    """The day that a field names. Raises NotRead."""
    if SLASHED.fullmatch(text):
        message = f'of "{text[:40]}" nobody can tell which is the month'
        raise NotRead(message, "export it again, with days such as 2026-03-01")
    try:
        if found := DAY.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := DOTTED.fullmatch(text):
            return date(*map(int, reversed(found.groups())))
    except ValueError:
        pass  # There is no such day.
    raise NotRead(f'"{text[:40]}" is no day', "write it as 2026-03-01")


def local_moment(text: str, zone: tzinfo) -> datetime:
    """A moment as `zone` has it, which is in UTC unless it says otherwise. Raises NotRead."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(zone)
    except (ValueError, OverflowError):
        hint = "write it as 2026-03-01T14:05:00Z"
        raise NotRead(f'"{text[:40]}" is no day and time', hint) from None


def number_of(text: str) -> int:
    """How many. Raises NotRead for what is no whole number from 0."""
    found = WHOLE.fullmatch(text)
    number = int(re.sub(r"\D", "", found[1])) if found else -1
    if not 0 <= number < MOST:
        raise NotRead(f'"{text[:40]}" is no whole number from 0', "export it again")
    return number
