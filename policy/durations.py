"""Lengths of time as the register writes them: "30 days", "24 months", "60 seconds"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from policy.sentences import mark_number, sentence_of

Unit = Literal["seconds", "minutes", "hours", "days", "months"]
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "months": 31 * 86_400}
_LETTERS = {"seconds": "TS", "minutes": "TM", "hours": "TH", "days": "D", "months": "M"}
_WORDS: Mapping[Unit, tuple[str, str]] = {
    "seconds": mark_number("%(number)s second", "%(number)s seconds"),
    "minutes": mark_number("%(number)s minute", "%(number)s minutes"),
    "hours": mark_number("%(number)s hour", "%(number)s hours"),
    "days": mark_number("%(number)s day", "%(number)s days"),
    "months": mark_number("%(number)s month", "%(number)s months"),
}
PATTERN = r"^[1-9][0-9]{0,3} (seconds|minutes|hours|days|months)$"


@dataclass(frozen=True)
class Duration:
    """A number of seconds, minutes, hours, days or calendar months."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        one, many = _WORDS[self.unit]
        return sentence_of(one, many, self.number, number=self.number)

    @property
    def seconds(self) -> int:
        """Seconds; the longest that it can be, where months are counted."""
        return self.number * _SECONDS[self.unit]

    @property
    def days(self) -> int:
        """Whole days, rounded up."""
        return -(-self.seconds // 86_400)

    @property
    def iso(self) -> str:
        """As ISO 8601 writes it: "P180D", "PT12H"."""
        letters = _LETTERS[self.unit]
        return f"P{letters[:-1]}{self.number}{letters[-1]}"

    def before(self, moment: datetime.datetime) -> datetime.datetime:
        """That long before `moment`. A month back from the 31st is the last day of its month."""
        if self.unit != "months":
            return moment - datetime.timedelta(seconds=self.seconds)
        years, month = divmod(moment.year * 12 + moment.month - 1 - self.number, 12)
        following = datetime.date(years + month // 11, (month + 1) % 12 + 1, 1)
        last = (following - datetime.timedelta(days=1)).day
        return moment.replace(year=years, month=month + 1, day=min(moment.day, last))


def parse(value: Any, or_else: str = "12 hours") -> Duration:
    """Raises ValueError for anything but a number and a unit; it also names `or_else`."""
    if isinstance(value, Duration):
        return value
    if not (isinstance(value, str) and re.match(PATTERN, value)):
        raise ValueError(f'write it like "180 days", "24 months" or "{or_else}"')
    number, _, unit = value.partition(" ")
    return Duration(int(number), cast(Unit, unit))


def _or_session(value: Any) -> Any:
    return value if value == SESSION else parse(value, SESSION)


def _or_removed(value: Any) -> Any:
    return value if value == REMOVED else parse(value, REMOVED)


def _written(value: Duration | str) -> str:
    return f"{value.number} {value.unit}" if isinstance(value, Duration) else value


_SERIALIZED = PlainSerializer(_written, return_type=str)

SESSION: Literal["session"] = "session"
"""Until the browser closes."""

REMOVED: Literal["until the account is removed"] = "until the account is removed"

Lifetime = Annotated[
    Duration | Literal["session"],
    PlainValidator(_or_session),
    _SERIALIZED,
    WithJsonSchema({"type": "string", "pattern": f"{PATTERN}|^{SESSION}$"}),
]
"""How long a browser keeps a cookie."""

Length = Annotated[
    Duration,
    PlainValidator(parse),
    _SERIALIZED,
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
"""A length of time, whatever for."""

Keep = Annotated[
    Duration | Literal["until the account is removed"],
    PlainValidator(_or_removed),
    _SERIALIZED,
    WithJsonSchema({"type": "string", "pattern": f"{PATTERN}|^{REMOVED}$"}),
]
"""How long a row is kept."""
