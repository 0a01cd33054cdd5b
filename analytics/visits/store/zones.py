"""A site that chooses another time zone: what was kept by its old days begins with its new ones.

A row says the hour in which its day, week or month began. In another zone that hour begins none,
and whoever asks for a month would not find it. So each is moved to the day, week or month of the
new zone that begins next to it: a past period stays what it was, some hours late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.store.calendar import Calendar
from analytics.visits.store.distinct import values_of
from analytics.visits.store.writing import COUNTERS, RARE, RUNNING, Sums, add

__all__ = ["Zones"]

TABLES = (COUNTERS, RARE, RUNNING)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A step that begins in the hour `first`, and the hour in which it should."""

    step: str
    first: int
    wanted: int


class Zones:
    """Moves what does not begin as the days of `calendar` do. `whole` is a table that has rows of
    every day that is kept: the others' are moved before."""

    def __init__(self, calendar: Calendar, whole: int) -> None:
        self._whole = whole
        self._all_fit = False
        weeks = (calendar.week, calendar.after_week)
        months = (calendar.month, calendar.after_month)
        self._bounds: dict[str, tuple[Callable[[int], int], Callable[[int], int]]] = {
            "day": (calendar.day, calendar.after_day),
            "week": weeks,
            "weeks": months,
            "month": months,
            "hidden": months,
        }

    def step(self, connection: Connection) -> bool:
        """Move one day, week or month; whether there was one."""
        misfit = None if self._all_fit else next(self._misfits(connection), None)
        if misfit is None:
            self._all_fit = True
            return False
        for sums in TABLES:
            _move(connection, sums, misfit)
        return True

    def _misfits(self, connection: Connection) -> Iterator[Misfit]:
        for step, (start, after) in self._bounds.items():
            of_whole = f"pair = {self._whole} AND step = '{step}'"
            places = (("running", f"step = '{step}'"), ("counters", of_whole), ("rare", of_whole))
            for table, where in places:
                for first in values_of(connection, "first", table, where):
                    begin, end = start(first), after(first)
                    if first != begin:
                        yield Misfit(step, first, min(begin, end, key=lambda at: abs(at - first)))


def _move(connection: Connection, sums: Sums, misfit: Misfit) -> None:
    table = sums.table
    where = f"step = '{misfit.step}' AND first = {misfit.first}"
    if table != "running":  # Its key begins with the step, that of the others with the pair.
        pairs = values_of(connection, "pair", table)
        where += f" AND pair IN ({', '.join(map(str, pairs)) or 'NULL'})"
    key = ", ".join(str(misfit.wanted) if name == "first" else name for name in sums.key)
    amounts = ", ".join(f"sum({name})" for name in sums.amounts)
    rows = connection.exec_driver_sql(
        f"SELECT {key}, {amounts} FROM {table} WHERE {where} GROUP BY {', '.join(sums.key)}"
    ).all()
    connection.exec_driver_sql(f"DELETE FROM {table} WHERE {where}")
    add(connection, sums, [tuple(row) for row in sorted(rows)])
