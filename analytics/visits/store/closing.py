"""What is taken out of `running` when a day or a month closes, and which of it is told.

What tables are folded by is read before their rows are taken: which values of a family come
together, what was told of a month's days, and which values have few visits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.model import FINER, LISTED, MEASURES, Dimension
from analytics.visits.store.cells import TABLES, number_of
from analytics.visits.store.closing_rows import (
    Cell,
    Cells,
    Closing,
    counts_of,
    hidden_of,
    rows_of,
    told_before,
    visits_by_value,
)
from analytics.visits.store.groups import GROUPS, SINGLES, WITHIN, Folded, Group, fold, kept_singles

__all__ = [
    "ACROSS",
    "AT_LAST",
    "Cell",
    "Cells",
    "Facts",
    "facts_of",
    "remove",
    "take",
    "told_of",
]

ACROSS = tuple(group for group in GROUPS if group.tables[0] not in WITHIN)
AT_LAST = (*WITHIN, *SINGLES)
"""What all others are folded by."""

VERSIONS = (Dimension.BROWSER_VERSION, Dimension.SYSTEM_VERSION)
"""No pair has one: its name says what it is a version of."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides what is told of some tables: by table, the rows that are to be taken; what
    each group is folded by; and of dimensions by themselves, what `kept_singles` asks."""

    rows: Mapping[int, Cells]
    groups: tuple[tuple[Group, Folded], ...]
    counts: Mapping[Dimension, Mapping[int, int]]
    parts: Mapping[tuple[Dimension, Dimension], Mapping[int, Collection[int]]]
    before: Mapping[Dimension, Collection[int]]


def facts_of(
    connection: Connection, closing: Closing, parts: Sequence[Collection[int]]
) -> list[Facts]:
    """Read those of some tables; each of the `parts` is of one of `ACROSS`, or of `AT_LAST`."""
    tables = {number for part in parts for number in part}
    groups = [_groups_of(part) for part in parts]
    links = {number for of in groups for group in of for number in _links_of(group)}
    rows = rows_of(connection, closing, tables)
    read = _Read(
        rows,
        told_before(connection, closing, tables),
        _barred(connection, closing, rows),
        counts_of(connection, closing, links),
        _parts_of(connection, closing) if tables & {*SINGLES} else {},
    )
    return [read.facts(part, of) for part, of in zip(parts, groups, strict=True)]


def _groups_of(tables: Collection[int]) -> list[Group]:
    across = next((each for each in ACROSS if {*tables} <= {*each.tables}), None)
    return [across] if across else [each for each in GROUPS if each.tables[0] in WITHIN]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of several tables, by their numbers."""

    rows: Mapping[int, Cells]
    before: Mapping[int, Collection[Cell]]
    barred: Mapping[int, Collection[Cell]]
    links: Mapping[int, Mapping[Cell, int]]
    parts: Mapping[tuple[Dimension, Dimension], Mapping[int, Collection[int]]]

    def facts(self, tables: Collection[int], groups: Iterable[Group]) -> Facts:
        """Those of some of them."""
        rows = {pair: self.rows[pair] for pair in tables}
        its = [(group, [pair for pair in group.tables if pair in rows]) for group in groups]
        singles = {TABLES[pair].one: pair for pair in SINGLES if pair in rows}
        return Facts(
            rows,
            tuple((group, self._folded(group, of)) for group, of in its if of),
            {
                each: {value: n for (value, _), n in _counted(pair, rows[pair]).items()}
                for each, pair in singles.items()
            },
            self.parts if singles else {},
            {each: {value for value, _ in self.before[pair]} for each, pair in singles.items()},
        )

    def _folded(self, group: Group, tables: Collection[int]) -> Folded:
        return Folded(
            {number: _counted(number, self.rows[number]) for number in tables},
            {number: _counted(number, self.rows[number], "views") for number in tables},
            {number: self.links[number] for number in _links_of(group)},
            {number: self.before[number] for number in tables},
            {number: self.barred[number] for number in tables},
        )


def told_of(facts: Facts, least: int) -> dict[int, Collection[Cell]]:
    """By table: the cells that are told. This may take seconds, and reads nothing."""
    told: dict[int, Collection[Cell]] = {}
    for group, folded in facts.groups:
        told |= fold(group, folded, least)
    kept = kept_singles(facts.counts, facts.parts, facts.before, least)
    return told | {number_of(each): {(value, 0) for value in of} for each, of in kept.items()}


def remove(connection: Connection, closing: Closing, tables: Collection[int]) -> None:
    """Take the rows of some tables out of `running`."""
    pairs = ", ".join(map(str, sorted(tables))) or "NULL"
    connection.exec_driver_sql(f"DELETE FROM running WHERE {closing.taken} AND pair IN ({pairs})")


def take(connection: Connection, closing: Closing, tables: Collection[int]) -> Mapping[int, Cells]:
    """Take the rows of some tables out of `running`."""
    rows = rows_of(connection, closing, tables)
    remove(connection, closing, tables)
    return rows


def _counted(pair: int, rows: Cells, measure: str = "") -> dict[Cell, int]:
    at = MEASURES.index(measure or TABLES[pair].count)
    return {cell: amounts[at] for cell, amounts in rows.items()}


def _links_of(group: Group) -> list[int]:
    """The tables within families by which the tables of a group are folded."""
    families = {*group.ones, *group.others}
    families |= {Dimension.PAGE} if Dimension.PAGE_LANGUAGE in families else set()
    return [
        number
        for number, dimensions in WITHIN.items()
        if families.issuperset(dimensions) and len(families) > 2
    ]


def _barred(
    connection: Connection, closing: Closing, rows: Mapping[int, Cells]
) -> dict[int, set[Cell]]:
    """By table: the cells that must not be told. Those that hide others on a day; and in tables
    that are not counted in visits, those of values that have few of these: a lone visit may have
    seen a page ten times."""
    found = hidden_of(connection, closing, rows)
    seen = {
        number: [(side, number_of(each)) for side, each in enumerate(_sides(number))
                 if LISTED[each].count == "visits"]
        for number in rows
        if TABLES[number].count != "visits" and TABLES[number].other
    }  # fmt: skip
    visits = visits_by_value(connection, closing, {each for of in seen.values() for _, each in of})
    for number, sides in seen.items():
        for side, of in sides:
            few = (cell for cell in rows[number] if visits[of].get(cell[side], 0) < closing.least)
            found[number].update(few)
    return found


def _sides(number: int) -> Iterable[Dimension]:
    table = TABLES[number]
    return (table.one, table.other) if table.other else (table.one,)


def _parts_of(
    connection: Connection, closing: Closing
) -> dict[tuple[Dimension, Dimension], dict[int, set[int]]]:
    """Of a dimension and a coarser one, which values of the one each value of the other has."""
    found: dict[tuple[Dimension, Dimension], dict[int, set[int]]] = {}
    paired = {
        (fine, coarse): number_of(*sorted((fine, coarse), key=lambda each: LISTED[each].number))
        for fine, coarse in FINER.items()
        if fine not in VERSIONS
    }
    counts = counts_of(connection, closing, {*paired.values()})
    for fine, coarse in FINER.items():
        if fine in VERSIONS:
            found[fine, coarse] = _versions(connection, fine, coarse)
            continue
        number = paired[fine, coarse]
        of: dict[int, set[int]] = {}
        for cell, count in counts[number].items():
            part, whole = cell if TABLES[number].one == fine else cell[::-1]
            if count:
                of.setdefault(whole, set()).add(part)
        found[fine, coarse] = of
    return found


def _versions(connection: Connection, fine: Dimension, coarse: Dimension) -> dict[int, set[int]]:
    """A version is called by the name that it is a version of, and a number."""
    query = "SELECT name, number FROM names WHERE dimension = ?"
    wholes = {row.name: row.number for row in connection.exec_driver_sql(query, (coarse,))}
    of: dict[int, set[int]] = {}
    for name, number in connection.exec_driver_sql(query, (fine,)):
        whole = wholes.get(name, wholes.get(name.rpartition(" ")[0]))
        if whole is not None:
            of.setdefault(whole, set()).add(number)
    return of
