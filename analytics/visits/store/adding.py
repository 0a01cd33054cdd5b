"""Hits -> rows: what one commit writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import add as sum_of
from typing import TypeVar

from sqlalchemy import Connection

from analytics.storage.catalog import lock
from analytics.visits.model import MEASURES, Dimension
from analytics.visits.store.addition import Addition
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import CONTINUED, MOVED, TABLES, Alike, added_by
from analytics.visits.store.names import Name, Names
from analytics.visits.store.ordering import Group, Ordering
from analytics.visits.store.reached import bounded, reaches
from analytics.visits.store.remembered import draw_for
from analytics.visits.store.trials import Tried, add_tried
from analytics.visits.store.writing import CONSENTS, RUNNING, TOTALS, Sums, add, continue_

__all__ = ["Adding", "groups_of"]

Part = tuple[Alike, int, Sequence[int]]
"""Tables to which a hit adds, the first hour of the step, and how much."""

Hit = tuple[Sequence[Name], Sequence[Part]]
"""The names of a hit, and all to which it adds."""

RunningKey = tuple[str, int, int, int, int]
"""A step, the first hour of that, the number of a table, and those of its two names."""

Key = TypeVar("Key")
RowKey = TypeVar("RowKey", bound=tuple[str | int, ...])


class Adding:
    """What the writer of a file remembers from one commit to the next."""

    def __init__(self, calendar: Calendar) -> None:
        self.names, self.ordering = Names(), Ordering()
        self._calendar = calendar

    def add(self, connection: Connection, taken: Iterable[Addition]) -> None:
        """Write what was taken, in the caller's transaction."""
        taken = [*taken]
        if any(reaches(one) for each in taken for one in each.increments):
            lock(connection)  # What was counted before decides.
        hits: list[Hit] = []
        totals: dict[int, list[int]] = {}
        given: dict[tuple[str, int], list[int]] = {}
        tried: list[Tried] = []
        for addition in bounded(connection, taken, self._calendar):
            tried += addition.tried
            if addition.given is not None:
                day, version, *answers = addition.given
                _add(given, (day.isoformat(), version), answers)
            for hour, amounts in _of_the_site(addition):
                _add(totals, hour, amounts)
            names = [(one.dimension, one.cell) for one in addition.increments]
            hits.append((names, self._parts(addition)))
        touched = {Group("consents", ("day",), (day,)) for day, _ in given}
        lock(connection)
        if totals:
            draw_for(connection, min(totals))
        touched |= add_tried(connection, tried)
        add(connection, CONSENTS, [(*key, *answers) for key, answers in sorted(given.items())])
        _bound_withdrawn(connection, given)
        _write(connection, TOTALS, {(at,): of for at, of in totals.items()})
        self.ordering.changed(connection, touched | self._write_hits(connection, hits))

    def _parts(self, addition: Addition) -> list[Part]:
        found = []
        for alike, added in added_by(addition.increments):
            for hour, amounts in _by_hour(addition, added, alike.moved):
                first = self._calendar.day(hour) if alike.by_day else hour
                first = self._calendar.month(hour) if alike.by_month else first
                found.append((alike, first, amounts))
        return found

    def _write_hits(self, connection: Connection, hits: Iterable[Hit]) -> set[Group]:
        hits = [hit for hit in hits if hit[1]]
        if not hits:
            return set()
        newest = max(first for _, parts in hits for _, first, _ in parts)
        month = self._calendar.after_month(newest)
        self.names.at(newest)
        wanted = {names[at] for names, parts in hits for alike, _, _ in parts for at in alike.used}
        changed = self.names.take(connection, month, wanted)
        rows = self._rows(hits)
        groups = {key[:3] if key[0] == "month" else key[:2] for key in rows}
        touched = {Group("names", ("dimension",), (each,)) for each in changed}
        touched |= {Group("running", RUNNING.key[: len(each)], each) for each in groups}
        _write(connection, RUNNING, rows)
        return touched

    def _rows(self, hits: Iterable[Hit]) -> dict[RunningKey, Sequence[int]]:
        """What the hits add up to. Each adds to a hundred rows."""
        rows: dict[RunningKey, Sequence[int]] = {}
        for names, parts in hits:
            numbers = [*self.names.of(names), 0]  # The last is that of no name.
            for alike, first, amounts in parts:
                step = "month" if alike.by_month else "hour"
                for pair, one, other in alike.tables:
                    key = step, first, pair, numbers[one], numbers[other]
                    before = rows.get(key)
                    rows[key] = amounts if before is None else tuple(map(sum_of, before, amounts))
        return rows


def _bound_withdrawn(
    connection: Connection, added: Mapping[tuple[str, int], Sequence[int]]
) -> None:
    """Of what was just added, no more is withdrawn than was given and is not yet withdrawn."""
    if not any(withdrawn for _, withdrawn in added.values()):
        return
    query = "SELECT sum(withdrawn) - sum(given) FROM consents"
    too_many = connection.exec_driver_sql(query).scalar() or 0
    for key, (_, withdrawn) in added.items():
        if (less := min(too_many, withdrawn)) > 0:
            less_withdrawn = "UPDATE consents SET withdrawn = withdrawn - ?"
            where = " WHERE day = ? AND version = ?"
            connection.exec_driver_sql(less_withdrawn + where, (less, *key))
            too_many -= less
    connection.exec_driver_sql("DELETE FROM consents WHERE given = 0 AND withdrawn = 0")


def groups_of(connection: Connection) -> list[Group]:
    """All rows whose order a service that was killed may have left."""
    running = connection.exec_driver_sql(
        "SELECT DISTINCT step, first FROM running WHERE step = 'hour'"
    ).all()
    named = connection.exec_driver_sql("SELECT DISTINCT dimension FROM names").scalars()
    by_month = [number for number, table in TABLES.items() if table.by_month]
    months = connection.exec_driver_sql(
        "SELECT DISTINCT first FROM running WHERE step = 'month'"
    ).scalars()
    return [
        *(Group("running", ("step", "first"), (step, first)) for step, first in running),
        *(
            Group("running", ("step", "first", "pair"), ("month", first, pair))
            for first in months
            for pair in by_month
        ),
        *(Group("names", ("dimension",), (name,)) for name in named),
    ]


def _of_the_site(addition: Addition) -> Iterator[tuple[int, Sequence[int]]]:
    for each in addition.increments:
        if each.dimension == Dimension.ALL:
            amounts = [getattr(each, name) for name in MEASURES]
            if any(amounts):
                yield from _by_hour(addition, amounts, MOVED)


def _by_hour(
    addition: Addition, amounts: Sequence[int], moved: Sequence[bool]
) -> Sequence[tuple[int, Sequence[int]]]:
    """What continues is counted where its visit began, so that the two can be compared."""
    if addition.began == addition.hour or not any(compress(amounts, moved)):
        return ((addition.hour, amounts),)
    parts = [*zip(amounts, moved, strict=True)]
    of_its_visit = [amount if moves else 0 for amount, moves in parts]
    rest = [0 if moves else amount for amount, moves in parts]
    if any(rest):
        return ((addition.began, of_its_visit), (addition.hour, rest))
    return ((addition.began, of_its_visit),)


def _add(sums: dict[Key, list[int]], key: Key, amounts: Sequence[int]) -> None:
    before = sums.get(key)
    if before is None:
        sums[key] = list(amounts)
    else:
        for at, amount in enumerate(amounts):
            if amount:
                before[at] += amount


def _write(
    connection: Connection,
    sums: Sums,
    rows: Mapping[RowKey, Sequence[int]],
) -> None:
    """Add to rows, or make them; what only continues makes none, as nothing began there."""
    whole, continued = [], []
    for key, amounts in sorted(rows.items()):
        if amounts[CONTINUED] and sum(amounts) == amounts[CONTINUED]:
            continued.append((*key, amounts[CONTINUED]))
        else:
            whole.append((*key, *amounts))
    add(connection, sums, whole)
    continue_(connection, sums, continued)
