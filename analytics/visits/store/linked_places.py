"""Where visits of a cell may stand, in tables that are linked, and which could be exchanged. Pure.

What is known of two things at a time does not always say what else a visit of a cell has: a source
of which some visits came by a campaign is of two channels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

__all__ = ["At", "Case", "Cell", "Linked", "Place", "Places", "Visit", "values_of"]

Cell = tuple[int, int]
At = tuple[str, str]
"""A table: a dimension of one family, and one of the other."""

Place = tuple[At, Cell]
Side = tuple[int, int | None]
"""A visit's value of a dimension, and of the one that it is a part of, if there is one."""

Case = tuple[Side, Side]

MOST_TRIED = 40
"""So many other cells are tried, the smallest first: nearly always one of the first will do."""

FAR = 10**12


@dataclass(frozen=True, slots=True)
class Linked:
    """How often each cell of the tables of two families was counted, and, for two dimensions of a
    family, how often each value of the one with each of the other. `coarser` is the dimension that
    one's values are parts of. What was `told` before cannot be folded; what is `barred` is not
    told. Of tables that are `decided`, no more is told than that."""

    counts: Mapping[At, Mapping[Cell, int]]
    links: Mapping[tuple[str, str], Mapping[int, Mapping[int, int]]] = field(default_factory=dict)
    coarser: Mapping[str, str] = field(default_factory=dict)
    told: Collection[Place] = frozenset()
    barred: Collection[Place] = frozenset()
    decided: Collection[At] = frozenset()


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a cell: its values of each dimension of both families. Where it is `certain`,
    there is one of each of these `cases`; else it is one of them, and nobody knows which."""

    place: Place
    cases: tuple[Case, ...]
    certain: bool


class Places:
    """The cells of linked tables, and the visits in them."""

    def __init__(self, tables: Linked) -> None:
        self._tables = tables
        self.counts = {
            (at, cell): count
            for at, cells in tables.counts.items()
            for cell, count in cells.items()
        }
        self.sides = tuple(sorted({at[side] for at in tables.counts}) for side in (0, 1))
        self._coarse = {
            each: coarse
            for dimensions in self.sides
            for each in dimensions
            if (coarse := tables.coarser.get(each)) in dimensions
        }
        self._visits: dict[Place, Visit] = {}
        self._changes: dict[tuple[str, int, Side, Side], list[tuple[str, set[int]]]] = {}
        self._counted: dict[At, list[Place]] = defaultdict(list)
        for place in sorted(self.counts, key=lambda each: (self.counts[each], each)):
            if self.counts[place]:
                self._counted[place[0]].append(place)

    def alike(self, side: int, dimension: str, value: int) -> tuple[int, str, int | None] | None:
        """What all values have in common that a visit can have in place of one another, with no
        change of another dimension of the family; None where that is not certain."""
        coarse = self._coarse.get(dimension)
        if coarse is None:
            return (side, dimension, None) if len(self.sides[side]) == 1 else None
        whole = [*self._links(dimension, coarse, value)]
        return (side, dimension, whole[0]) if len(whole) == 1 else None

    def visit(self, place: Place) -> Visit:
        """One of a cell, with all that it may have."""
        found = self._visits.get(place)
        if found is None:
            cases = tuple(product(self._side(place, 0), self._side(place, 1)))
            certain = tuple(case for case in cases if self._is_certain(place, case))
            found = Visit(place, certain or cases, bool(certain) or len(cases) == 1)
            self._visits[place] = found
        return found

    def _side(self, place: Place, side: int) -> list[Side]:
        """What the values of one family may be of a visit of a cell."""
        coarse = self._coarse.get(place[0][side])
        if coarse is None:
            return [(place[1][side], None)]
        return [(place[1][side], each) for each in sorted(self._beside(place, side, coarse))]

    def _links(self, one: str, other: str, value: int) -> Mapping[int, int]:
        return self._tables.links.get((one, other), {}).get(value, {})

    def _beside(self, place: Place, side: int, dimension: str) -> dict[int, int]:
        """The values of another dimension of the family that visits of a cell may have, and of how
        many of them at most."""
        found = {}
        for value, most in self._links(place[0][side], dimension, place[1][side]).items():
            there = _with(place, side, dimension, value)
            across = self.counts.get(there, 0) if there[0] in self._tables.counts else FAR
            across = FAR if there in self._tables.told else across
            if (at_most := min(most, across)) > 0:
                found[value] = at_most
        return found

    def _is_certain(self, place: Place, case: Case) -> bool:
        """Whether a visit of the cell has these values, since too few have any other."""
        without = 0
        for side in (0, 1):
            coarse, value = self._coarse.get(place[0][side]), case[side][1]
            if coarse is not None and value is not None:
                beside = self._beside(place, side, coarse)
                without += sum(beside.values()) - beside[value]
        return self.counts[place] > without

    def changed(self, mine: str, side: int, one: Side, other: Side) -> list[tuple[str, set[int]]]:
        """The dimensions in which two visits differ, that have each other's values of a family, and
        the values that they may have. Where both are parts of one value, only the parts change."""
        key = mine, side, one, other
        found = self._changes.get(key)
        if found is None:
            found = self._changes[key] = self._changed(mine, side, one, other)
        return found

    def _changed(self, mine: str, side: int, one: Side, other: Side) -> list[tuple[str, set[int]]]:
        found = [(mine, {one[0], other[0]})]
        top, coarse = (mine, (one[0], other[0])), self._coarse.get(mine)
        if coarse is not None and one[1] is not None and other[1] is not None:
            if one[1] == other[1]:
                return found
            top = coarse, (one[1], other[1])
            found.append((coarse, {one[1], other[1]}))
        for each in self.sides[side]:
            if each not in {mine, coarse}:
                its = [{*self._links(top[0], each, value)} for value in top[1]]
                if its[0] != its[1] or len(its[0]) != 1:
                    found.append((each, its[0] | its[1]))
        return found

    def partners(self, place: Place, its: Place, case: Case) -> Iterator[Visit]:
        """Visits that one in `its` cell, and by that in a place, could be exchanged with, so that
        it would not be in the place any more."""
        tried = 0
        for each in self._counted[its[0]]:
            if each[1][0] == its[1][0] or each[1][1] == its[1][1]:
                continue
            partner = self.visit(each)
            if partner.cases and all(
                self._leaves(place, its, its_case) for its_case in partner.cases
            ):
                yield partner
                tried += 1
                if tried > MOST_TRIED:
                    return

    def _leaves(self, place: Place, its: Place, other: Case) -> bool:
        """Whether a visit with the values of another is not in a place any more."""
        return all(
            (other[side][0] if place[0][side] == its[0][side] else other[side][1]) != place[1][side]
            for side in (0, 1)
        )

    def anchors(self, place: Place) -> Iterator[tuple[Place, tuple[Case, ...], bool]]:
        """Cells whose visits are in this one, with what they may be, and whether all of it is
        certain: finer ones, and the cell itself."""
        for side in (0, 1):
            for fine, coarse in self._coarse.items():
                if coarse != place[0][side]:
                    continue
                for value in sorted(self._beside(place, side, fine)):
                    finer = _with(place, side, fine, value)
                    if not self.counts.get(finer):
                        continue
                    its = self.visit(finer)
                    cases = tuple(each for each in its.cases if each[side][1] == place[1][side])
                    if cases and (its.certain or len(cases) == len(its.cases)):
                        yield finer, cases, its.certain
        visit = self.visit(place)
        yield place, visit.cases, visit.certain


def values_of(place: Place) -> tuple[tuple[int, str, int], tuple[int, str, int]]:
    """Its side, dimension and value, of each."""
    (one, other), (a, b) = place
    return (0, one, a), (1, other, b)


def _with(place: Place, side: int, dimension: str, value: int) -> Place:
    """The place with another dimension of a family, and its value."""
    (one, other), (a, b) = place
    return ((dimension, other), (value, b)) if side == 0 else ((one, dimension), (a, value))
