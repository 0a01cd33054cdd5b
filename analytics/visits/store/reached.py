"""No goal, and no step of a funnel, is reached by more visits than began on its day.

The visit cookie says what its visit reached already. One that is sent again as it was before says
less than is true; a visit whose day has been closed is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from analytics.visits.model import Dimension, Increment
from analytics.visits.store.addition import Addition
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import number_of

__all__ = ["bounded", "reaches"]

REACHED = (Dimension.GOAL, Dimension.FUNNEL)
BEGUN = "SELECT coalesce(sum(visits), 0) FROM totals WHERE hour >= ? AND hour < ?"
HELD = (
    "SELECT coalesce(sum(visits), 0) FROM running JOIN names ON running.value = names.number"
    " WHERE running.step = 'hour' AND running.first = ? AND running.pair = ?"
    " AND names.dimension = ? AND names.name = ?"
)


def bounded(
    connection: Connection, taken: Iterable[Addition], calendar: Calendar
) -> Iterator[Addition]:
    """What is taken in one transaction, in its order, without what no visit can have reached."""
    begun: Counter[int] = Counter()
    held: Counter[tuple[int, Dimension, str]] = Counter()
    for addition in taken:
        if new := sum(one.visits for one in addition.increments if one.dimension == Dimension.ALL):
            begun[calendar.day(addition.hour)] += new
        if not any(reaches(one) for one in addition.increments):
            yield addition
            continue
        day, end = calendar.day(addition.began), calendar.after_day(addition.began)
        closed = day < calendar.day(calendar.day(addition.hour) - 1)
        room = 0 if closed else begun[day] + _sum(connection, BEGUN, day, end)
        increments = []
        for one in addition.increments:
            if reaches(one):
                key = day, one.dimension, one.cell
                pair = number_of(one.dimension)
                before = held[key] + _sum(connection, HELD, day, pair, one.dimension, one.cell)
                if before + one.visits > room:
                    one = replace(one, visits=0)  # noqa: PLW2901  (what there is no room for)
                held[key] += one.visits
            increments.append(one)
        yield replace(addition, increments=tuple(increments))


def reaches(one: Increment) -> bool:
    """Whether it is one that is bounded."""
    return bool(one.visits) and one.dimension in REACHED


def _sum(connection: Connection, query: str, *values: int | str) -> int:
    return int(connection.exec_driver_sql(query, values).scalar_one())
