"""Hits -> rows: what one commit writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import TypeVar

from sqlalchemy import Connection

from analytics.storage.catalog import lock
from analytics.visits.model import MEASURES, Dimension
from analytics.visits.store.addition import Addition
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import CONTINUED, MOVED, TABLES, Cell, cells_of
from analytics.visits.store.names import Name, Names
from analytics.visits.store.ordering import Group, Ordering
from analytics.visits.store.reached import bounded, reaches
from analytics.visits.store.remembered import draw_for
from analytics.visits.store.trials import Tried, add_tried
from analytics.visits.store.writing import CONSENTS, RUNNING, TOTALS, Sums, add, continue_

__all__ = ["Adding", "groups_of"]

CellKey = tuple[str, int, Cell]
"""A step, the first hour of that, and a cell."""

CellSums = dict[CellKey, list[int]]
Key = TypeVar("Key")


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
        cells: CellSums = {}
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
            for cell, amounts in cells_of(addition.increments):
                self._add_cell(cells, addition, cell, amounts)
        touched = {Group("consents", ("day",), (day,)) for day, _ in given}
        lock(connection)
        if totals:
            draw_for(connection, min(totals))
        touched |= add_tried(connection, tried)
        add(connection, CONSENTS, [(*key, *answers) for key, answers in sorted(given.items())])
        _bound_withdrawn(connection, given)
        _write(connection, TOTALS, {(at,): of for at, of in totals.items()})
        self.ordering.changed(connection, touched | self._write_cells(connection, cells))

    def _add_cell(
        self, cells: CellSums, addition: Addition, cell: Cell, amounts: Sequence[int]
    ) -> None:
        table = TABLES[cell[0]]
        for hour, part in _by_hour(addition, amounts, table.moved):
            first = self._calendar.day(hour) if table.by_day else hour
            first = self._calendar.month(hour) if table.by_month else first
            _add(cells, ("month" if table.by_month else "hour", first, cell), part)

    def _write_cells(self, connection: Connection, cells: CellSums) -> set[Group]:
        if not cells:
            return set()
        newest = max(first for _, first, _ in cells)
        month = self._calendar.after_month(newest)
        self.names.at(newest)
        names = {key: _named(key) for key in cells}
        wanted = {name for both in names.values() for name in both if name}
        changed = self.names.take(connection, month, wanted)
        rows: dict[tuple[str | int, ...], list[int]] = {}
        groups: set[tuple[str | int, ...]] = set()
        for key, amounts in cells.items():
            step, first, (pair, _, _) = key
            value, other = (self.names.of(*name) if name else 0 for name in names[key])
            rows[step, first, pair, value, other] = amounts
            groups.add((step, first) if step == "hour" else (step, first, pair))
        touched = {Group("names", ("dimension",), (each,)) for each in changed}
        touched |= {Group("running", RUNNING.key[: len(each)], each) for each in groups}
        _write(connection, RUNNING, rows)
        return touched


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


def _named(key: CellKey) -> tuple[Name, Name | None]:
    pair, one, other = key[2]
    table = TABLES[pair]
    return (table.one, one), (table.other, other) if table.other else None


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
    rows: Mapping[tuple[str | int, ...], Sequence[int]],
) -> None:
    """Add to rows, or make them; what only continues makes none, as nothing began there."""
    whole, continued = [], []
    for key, amounts in sorted(rows.items()):
        if sum(amounts) == amounts[CONTINUED]:
            continued.append((*key, amounts[CONTINUED]))
        else:
            whole.append((*key, *amounts))
    add(connection, sums, whole)
    continue_(connection, sums, continued)
