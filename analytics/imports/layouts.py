"""What a table of an export is: which tool wrote it, and how its rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

from analytics.imports.sheets import Line, Sheet
from analytics.imports.values import NotRead, day_of, number_of
from analytics.visits.model import Dimension
from policy import Faults

__all__ = ["Column", "Layout", "Seen", "Sum", "Told", "Value", "Wanted", "Whole", "by_day"]
__all__ += ["by_value", "find", "not_taken", "reading"]


@dataclass(frozen=True, slots=True)
class Whole:
    """What a row says of the whole site on a day; it `adds` where several rows are of one day.
    With fewer than no visits, it takes back what a row before it said."""

    day: date
    visits: int
    views: int
    adds: bool = False

    @property
    def takes_back(self) -> bool:
        """Whether it is what another row told, which was too much."""
        return self.visits < 0


@dataclass(frozen=True, slots=True)
class Value:
    """What a row says of one value of a dimension on a day, in the tool's own words. Tables of
    which each tells a `part` of the values may be of the same days; without one, it is all."""

    day: date
    dimension: Dimension
    text: str
    times: int
    part: str = ""

    @property
    def takes_back(self) -> bool:
        """As of a day."""
        return self.times < 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row says that is not taken, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What a row says that all rows add up to: visits, or how often values were counted."""

    times: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The days from `first` to `last`, as `zone` has them."""

    zone: tzinfo
    first: date
    last: date

    def is_near(self, day: date) -> bool:
        """Whether it is one of them, or the one before: a visit of that may go on."""
        return day <= self.last and (self.first - day).days <= 1


Told = Whole | Value | Seen | Sum
Reader = Callable[[Line], Iterable[Told]]
Column = tuple[str, ...]
"""What a column may be called."""


@dataclass(frozen=True)
class Layout:
    """What a table is `about`, and what reads a row of it; without one, `why` it is not
    taken."""

    about: str
    reader: Callable[[Wanted], Reader] | None = None
    why: str = ""


Recognise = Callable[[Sheet], Layout | None]


def find(columns: Iterable[str], wanted: Mapping[str, Column]) -> Mapping[str, str] | None:
    """Which columns stand for what is wanted; None where one is missing."""
    there = set(columns)
    found = {
        role: next((name for name in names if name in there), "") for role, names in wanted.items()
    }
    return found if all(found.values()) else None


def by_day(about: str, columns: Mapping[str, str]) -> Layout:
    """A row for each day, with the columns of its day, visits and views."""

    def read(line: Line) -> Iterator[Told]:
        with reading(line, columns["day"]):
            day = day_of(line[columns["day"]])
        amounts = []
        for name in ("visits", "views"):
            with reading(line, columns[name]):
                amounts.append(number_of(line[columns[name]]))
        yield Whole(day, amounts[0], amounts[1])

    return Layout(about, lambda _: read)


def by_value(about: str, dimension: Dimension, columns: Mapping[str, str]) -> Layout:
    """Rows of days and values, with the columns of the day, the value and how often."""

    def read(line: Line) -> Iterator[Told]:
        with reading(line, columns["day"]):
            day = day_of(line[columns["day"]])
        with reading(line, columns["times"]):
            yield Value(day, dimension, line[columns["value"]], number_of(line[columns["times"]]))

    return Layout(about, lambda _: read)


def not_taken(about: str, why: str) -> Layout:
    """A table of which nothing is taken."""
    return Layout(about, None, why)


class reading:  # noqa: N801  (used as a function is)
    """Around the reading of a field: what is wrong with it is told at its line."""

    def __init__(self, line: Line, column: str) -> None:
        self._line, self._column = line, column

    def __enter__(self) -> None:
        if self._line.uneven:
            fields, columns = len(self._line.fields), len(self._line.columns)
            message = f"there are {fields} fields, and the header has {columns}"
            raise Faults([self._line.fault(message, "export it again, or mend this row")])

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NotRead):
            raise Faults([self._line.fault(error.message, error.hint, self._column)]) from None
