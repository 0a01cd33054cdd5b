"""What other tools had counted before, in tables of its own: `imports`, `imported_days` and
`imported_cells`. It is never added to our own counters, and each import can be removed as a whole.

Of a day the whole site has visits and views. Of one dimension, each value has how often it was
counted; nothing is kept of two dimensions together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any, Literal

from sqlalchemy import Connection, Select, delete, func, insert, select

from analytics.visits.model import Dimension
from analytics.visits.store.base import CounterStore
from analytics.visits.store.calendar import first_hour

__all__ = ["DIMENSIONS", "Cell", "Day", "Import", "ImportRefused", "Imported", "Step", "end_of"]

Step = Literal["day", "week", "month"]
DAY = timedelta(days=1)
ROWS_AT_ONCE = 5_000

DIMENSIONS = (
    Dimension.PAGE,
    Dimension.ENTRY,
    Dimension.SOURCE,
    Dimension.BROWSER,
    Dimension.SYSTEM,
    Dimension.DEVICE,
)
"""Those that other tools have as well."""


class ImportRefused(ValueError):
    """An import that cannot be kept: why, and how to mend it."""

    def __init__(self, message: str, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Import:
    """What was taken over at once: from which tool, and the first and last of its days."""

    name: str
    tool: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """What a tool had counted of the whole site on a day."""

    day: date
    visits: int
    views: int
    tool: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """How often a value was counted on a day, or on the days with few visits of the week or month
    that begins on `first`."""

    step: Step
    first: date
    dimension: Dimension
    value: str
    times: int


class Imported:
    """The three tables, in the database of `counters`."""

    def __init__(self, counters: CounterStore) -> None:
        self._counters = counters
        tables = counters.database.tables.tables
        self._imports = tables["imports"]
        self._days, self._cells = tables["imported_days"], tables["imported_cells"]
        self._totals = tables["totals"]

    def all(self) -> Sequence[Import]:
        """Every import, by its first day. Raises SQLAlchemyError."""
        return [Import(*row) for row in self._read(self._all())]

    def own_days(self, first: date, last: date, zone: tzinfo) -> frozenset[date]:
        """The days on which we counted anything ourselves. Raises SQLAlchemyError."""
        with self._counters.database.engine.connect() as connection:
            return self._own_days(connection, first, last, zone)

    def add(self, made: Import, days: Sequence[Day], cells: Iterable[Cell], zone: tzinfo) -> None:
        """Keep an import, all of it or nothing. Raises ImportRefused where it shares its name or a
        day with another, or a day with our own counters, and StoreError."""

        def write(connection: Connection) -> None:
            self._check(connection, made, {each.day for each in days}, zone)
            row = {"name": made.name, "tool": made.tool, "first": made.first, "last": made.last}
            connection.execute(insert(self._imports), row)
            # In the order of their keys, so that rows tell nothing of that of the file.
            rows = [
                {"name": made.name, "day": day.day, "visits": day.visits, "views": day.views}
                for day in sorted(days)
            ]
            connection.execute(insert(self._days), rows)
            found = [
                {
                    "name": made.name, "step": each.step, "first": each.first,
                    "dimension": str(each.dimension), "value": each.value, "times": each.times,
                }
                for each in sorted(cells)
            ]  # fmt: skip
            for part in range(0, len(found), ROWS_AT_ONCE):
                connection.execute(insert(self._cells), found[part : part + ROWS_AT_ONCE])

        self._counters.write(write)

    def remove(self, name: str) -> int:
        """Delete all of an import; how many days it had. Raises StoreError."""

        def write(connection: Connection) -> int:
            for table in (self._imports, self._cells):
                connection.execute(delete(table).where(table.c.name == name))
            gone = delete(self._days).where(self._days.c.name == name)
            return connection.execute(gone).rowcount

        return self._counters.write(write)

    def days(self, first: date, last: date) -> Sequence[Day]:
        """The days from `first` to `last` that were imported, in order. Raises SQLAlchemyError."""
        table, tool = self._days.c, self._imports.c
        query = (
            select(table.day, table.visits, table.views, tool.tool)
            .join_from(self._days, self._imports, table.name == tool.name)
            .where(table.day.between(first, last))
            .order_by(table.day)
        )
        return [Day(*row) for row in self._read(query)]

    def values(self, dimension: Dimension, first: date, last: date) -> Mapping[str, int]:
        """How often each value of a dimension was counted in the days, weeks and months that lie
        wholly between `first` and `last`. Raises SQLAlchemyError."""
        table = self._cells.c
        query = (
            select(table.step, table.first, table.value, func.sum(table.times))
            .where(table.dimension == str(dimension), table.first.between(first, last))
            .group_by(table.step, table.first, table.value)
        )
        sums: Counter[str] = Counter()
        for step, begins, value, times in self._read(query):
            if end_of(step, begins) <= last:
                sums[value] += int(times)
        return sums

    def _read(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        with self._counters.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def _all(self) -> Select[Any]:
        table = self._imports.c
        query = select(table.name, table.tool, table.first, table.last)
        return query.order_by(table.first, table.name)

    def _check(self, connection: Connection, made: Import, days: set[date], zone: tzinfo) -> None:
        for other in (Import(*row) for row in connection.execute(self._all())):
            if other.name == made.name:
                raise ImportRefused(
                    f'there is an import "{made.name}" already',
                    f"say another --name, or remove it: build.py data import-remove {made.name}",
                )
        table = self._days.c
        query = select(table.day, table.name).where(table.day.between(made.first, made.last))
        shared = [(day, name) for day, name in connection.execute(query) if day in days]
        if shared:
            day, name = min(shared)
            raise ImportRefused(
                f'{len(shared)} of its days are in the import "{name}" already, the first is {day}',
                f"take other days (--from, --to), or remove it: build.py data import-remove {name}",
            )
        if own := self._own_days(connection, made.first, made.last, zone) & days:
            raise ImportRefused(
                f"{len(own)} of its days were counted here meanwhile, the first is {min(own)}",
                "import it again: days that were counted here are left out",
            )

    def _own_days(
        self, connection: Connection, first: date, last: date, zone: tzinfo
    ) -> frozenset[date]:
        hour = self._totals.c.hour
        hours = range(first_hour(first, zone), first_hour(last + DAY, zone))
        query = select(hour).where(hour.between(hours.start, hours.stop - 1))
        found = set(connection.execute(query).scalars())
        days = (first + number * DAY for number in range((last - first).days + 1))
        return frozenset(
            day
            for day in days
            if not found.isdisjoint(range(first_hour(day, zone), first_hour(day + DAY, zone)))
        )


def end_of(step: str, first: date) -> date:
    """The last day of a step that begins on a day. Weeks end on Sunday, and with their month."""
    if step == "day":
        return first
    month = (first.replace(day=1) + 31 * DAY).replace(day=1) - DAY
    return month if step == "month" else min(month, first + (6 - first.weekday()) * DAY)
