"""What is published of the counters, as the rows of one table. Its columns are described in
docs/figures.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from analytics.visits.hours import start_of
from analytics.visits.model import MEASURES
from analytics.visits.store.base import CounterStore
from analytics.visits.store.calendar import Calendar, first_hour
from analytics.visits.store.published import Published, published

__all__ = ["COLUMNS", "Asked", "AskedError", "Row", "rows_of"]

EPOCH = date(1970, 1, 2)
"""Hours are counted from the day before: of it and what lies before nothing is kept."""

COLUMNS = (
    "step", "day", "hour", "dimension", "value", "by", "by_value", "told", *MEASURES,
)  # fmt: skip

Row = tuple[str | int | date | datetime | None, ...]
"""The values of the columns, None for what is not kept or is of no second thing."""


class AskedError(ValueError):
    """Days that cannot be asked for: why."""


@dataclass(frozen=True)
class Asked:
    """What lies on the days from `first` to `last` of `zone`, as far as it has ended: yesterday
    still runs, as a visit of it may go on. Raises AskedError where there are none."""

    first: date
    last: date
    zone: tzinfo
    now_hour: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise AskedError("The first day comes after the last day.")

    @property
    def hours(self) -> tuple[int, int]:
        """From which hour, to before which."""
        calendar = Calendar(self.zone)
        ended = calendar.day(calendar.day(self.now_hour) - 1)
        first = first_hour(max(self.first, EPOCH), self.zone)
        last = first_hour(max(self.last, EPOCH), self.zone)
        return first, ended if last >= ended else calendar.after_day(last)


def rows_of(counters: CounterStore, asked: Asked) -> Iterator[Sequence[Row]]:
    """The rows, in parts of some thousands. Raises SQLAlchemyError."""
    calendar = Calendar(asked.zone)
    for part in published(counters, calendar, *asked.hours):
        yield [_row(each, calendar) for each in part]


def _row(each: Published, calendar: Calendar) -> Row:
    hour = start_of(each.first, calendar.zone) if each.step == "hour" else None
    by = (str(each.other), each.other_value) if each.other else (None, None)
    told = "count" if each.is_count else "all"
    return (
        each.step, calendar.date(each.first), hour, str(each.dimension), each.value, *by, told,
        *each.amounts,
    )  # fmt: skip
