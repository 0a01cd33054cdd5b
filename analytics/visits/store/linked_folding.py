"""Which cells of two dimensions are told, of tables that may be linked. Pure.

The sums of rows and columns are known: they are the dimensions by themselves. And what is told of
channel and browser, less what is told of sources and browser, would be what is folded of the
sources. So tables of two families of dimensions are folded together: a cell under the least is
folded, and so many others with it that

- what a value's row or column lacks is nothing, or at least the least, unless all of it is less;
- each small cell could be one less, and nothing that is told in any of the tables would change: a
  visit in it and another one could have each other's values of one family, and whatever cells
  they would leave and come into by that are folded, or have the same values.

So whoever knows all that is told must think it possible that the visit is not in the cell. What
the store knows of two things at a time does not always say where else a visit stands; then each
place where it may stand is hidden.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import product

from analytics.visits.store.linked_places import (
    FAR,
    At,
    Case,
    Cell,
    Linked,
    Place,
    Places,
    Visit,
    values_of,
)

__all__ = ["Cell", "Effort", "Linked", "TooMuch", "kept_linked"]

UNKNOWN: Place = (("", ""), (0, 0))
"""No cell: it was not looked for yet."""

DEEPER = 4
"""How much dearer the ways are that are looked for where none was found."""

Way = Callable[[int], "set[Place] | None"]
"""What must be folded for something, by how much it may cost at most; None where it costs more."""

Line = tuple[str, str, str, int]
"""Whether it is a row or a column, the dimensions of its table, and its value."""


class TooMuch(Exception):
    """More exchanges of visits would have been tried than were asked for."""


@dataclass(slots=True)
class Effort:
    """How many exchanges of visits were tried to hide small cells, and the `most` that may be: some
    20 microseconds each. It is counted, and not timed, so that every process tells the same."""

    most: float = math.inf
    tried: int = 0

    def spend(self) -> None:
        """Try one more. Raises TooMuch."""
        self.tried += 1
        if self.tried > self.most:
            raise TooMuch(self.tried)


def kept_linked(tables: Linked, least: int, effort: Effort | None = None) -> dict[At, set[Cell]]:
    """The cells of each table that are told. Raises TooMuch."""
    folding = _Folding(tables, least, effort or Effort())
    folding.fill_up(folding.lines_of_folded())
    while folding.open():
        pass
    kept: dict[At, set[Cell]] = {at: set() for at in tables.counts}
    for at, cell in folding.kept - folding.fixed:
        kept[at].add(cell)
    return kept


class _Folding:
    """What is kept and what is folded, while the one becomes the other."""

    def __init__(self, tables: Linked, least: int, effort: Effort) -> None:
        self.tables, self.least, self.effort = tables, least, effort
        self.places = Places(tables)
        self.counts = self.places.counts
        self.fixed = {
            place for place in tables.told if place not in self.counts or place[0] in tables.decided
        }
        self.kept = self.fixed | {
            place
            for place, count in self.counts.items()
            if count >= least and place not in tables.barred and place[0] not in tables.decided
        }
        self.folded = set(self.counts) - self.kept
        self._whole = sum(self.counts.values())
        self._kept_at: dict[At, set[Cell]] = defaultdict(set)
        for at, cell in self.kept:
            self._kept_at[at].add(cell)
        # By side, dimension and value: how many cells are told; by table too: across what it is.
        self._told = Counter(key for place in self.kept for key in values_of(place))
        self._across: dict[tuple[At, int, int], set[int]] = defaultdict(set)
        self._alike: dict[tuple[int, str, int | None], list[int]] = defaultdict(list)
        self._members: dict[Line, list[Place]] = defaultdict(list)
        self._first_in_the_way: dict[tuple[At, Case, Case], Place | None] = {}
        for place in sorted(self.counts, key=lambda each: (self.counts[each], each)):
            for line in self._lines(place):
                self._members[line].append(place)
        for (at, cell), count in self.counts.items():
            for side in (0, 1) if count else ():
                self._across[at, side, cell[side]].add(cell[1 - side])
        for side, dimension, value in sorted(
            {key for place, count in self.counts.items() if count for key in values_of(place)}
        ):
            if (alike := self.places.alike(side, dimension, value)) is not None:
                self._alike[alike].append(value)

    def _is_quiet(self, place: Place) -> bool:
        """Whether nothing at all is told of a value of the cell, nor of another one like it: a
        visit could have that one, whatever else it has."""
        at, cell = place
        for side in (0, 1):
            alike = self.places.alike(side, at[side], cell[side])
            if alike is None or self._told[side, at[side], cell[side]]:
                continue
            here = {cell[1 - side]}
            for value in self._alike[alike]:
                is_quiet = value != cell[side] and not self._told[side, at[side], value]
                if is_quiet and self._across[at, side, value] - here:
                    return True
        return False

    def _lines(self, place: Place) -> Iterator[Line]:
        """The row and the column of a place."""
        (one, other), (a, b) = place
        yield "row", one, other, a
        yield "column", one, other, b

    def lines_of_folded(self) -> set[Line]:
        """Those that lack something."""
        return {line for place in self.folded for line in self._lines(place)}

    def _fold(self, place: Place) -> set[Line]:
        """Fold one; the lines that it changed."""
        self.kept.discard(place)
        self._kept_at[place[0]].discard(place[1])
        self._told.subtract(values_of(place))
        self.folded.add(place)
        return {*self._lines(place)}

    def fill_up(self, lines: set[Line]) -> None:
        """Have no line lack something that is less than the least. The order decides what is told,
        so it is that of the lines: every process tells the same."""
        waiting = sorted(lines)
        while waiting:
            line = heappop(waiting)
            while self._lack(line) < self.least and (ready := self._ready(line)):
                for each in self._fold(ready):
                    heappush(waiting, each)

    def _lack(self, line: Line) -> int:
        return sum(self.counts[each] for each in self._members[line] if each in self.folded)

    def _ready(self, line: Line) -> Place | None:
        """The smallest that is kept."""
        free = (each for each in self._members[line] if each in self.kept)
        return next((each for each in free if each not in self.fixed), None)

    def open(self) -> bool:
        """Fold more where a small cell could be told from the rest; whether that was so."""
        opened = False
        for place in sorted(self.folded):
            if place[0] in self.tables.decided:
                continue
            if 0 < self.counts[place] < self.least and not self._is_hidden(place):
                lines = self._open(place)
                opened = opened or bool(lines)
                self.fill_up(lines)
        return opened

    def _changed(self, at: At, one: Case, other: Case) -> Iterator[Place]:
        """What is told and would change if two visits had each other's values of a family."""
        self.effort.spend()
        rows, columns = (
            self.places.changed(at[side], side, one[side], other[side]) for side in (0, 1)
        )
        for a, of_a in rows:
            for b, of_b in columns:
                if kept := self._kept_at.get((a, b)):
                    for cell in product(of_a, of_b):
                        if cell in kept:
                            yield (a, b), cell

    def _in_the_way(self, at: At, one: Case, other: Case, most: int) -> set[Place] | None:
        """All of that; None where it costs more than `most` to fold it."""
        found, cost = set[Place](), 0
        for place in self._changed(at, one, other):
            if place not in found:
                found.add(place)
                cost += FAR if place in self.fixed else self.counts[place]
                if cost > most:
                    return None
        return found

    def _is_in_the_way(self, at: At, one: Case, other: Case) -> bool:
        """Whether there is any of that: one that was found is told for as long as it is kept."""
        key = at, one, other
        first = self._first_in_the_way.get(key, UNKNOWN)
        if first is UNKNOWN or (first is not None and first not in self.kept):
            first = next(self._changed(at, one, other), None)
            self._first_in_the_way[key] = first
        return first is not None

    def _is_free(self, case: Case, other: Visit) -> bool:
        """Whether a visit could have the values of another, with nothing more folded."""
        at = other.place[0]
        if other.certain:
            return not all(self._is_in_the_way(at, case, its) for its in other.cases)
        return not any(self._is_in_the_way(at, case, its) for its in other.cases)

    def _to_fold(self, case: Case, other: Visit, most: int) -> set[Place] | None:
        """What must be folded so that a visit could have the values of another."""
        ways = (partial(self._in_the_way, other.place[0], case, its) for its in other.cases)
        return self._cheapest(ways, most) if other.certain else self._all_of(ways, most)

    def _cheapest(self, ways: Iterable[Way], most: int) -> set[Place] | None:
        """The one of some ways that costs least, if that is not more than `most`."""
        best: set[Place] | None = None
        for way in ways:
            found = way(most)
            if found is not None and (best is None or self._order(found) < self._order(best)):
                best, most = found, self._cost(found)
        return best

    def _all_of(self, ways: Iterable[Way], most: int) -> set[Place] | None:
        """All of some ways, if that does not cost more than `most`."""
        union: set[Place] = set()
        left = most
        for way in ways:
            found = way(most)
            if found is None:
                return None
            left -= self._cost(found - union)
            if left < 0:
                return None
            union |= found
        return union

    def _cost(self, places: Collection[Place]) -> int:
        """How many visits would be told no more; FAR where one of them must be told."""
        if not self.fixed.isdisjoint(places):
            return FAR
        return sum(self.counts[each] for each in places)

    def _order(self, places: Collection[Place]) -> tuple[int, list[Place]]:
        return self._cost(places), sorted(places)

    def _is_hidden(self, place: Place) -> bool:
        return self._is_quiet(place) or any(
            self._is_hidden_by(place, its, cases, certain=certain)
            for its, cases, certain in self.places.anchors(place)
        )

    def _is_hidden_by(
        self, place: Place, its: Place, cases: tuple[Case, ...], *, certain: bool
    ) -> bool:
        hidden = (
            any(self._is_free(case, other) for other in self.places.partners(place, its, case))
            for case in cases
        )
        return bool(cases) and (any(hidden) if certain else all(hidden))

    def _open(self, place: Place) -> set[Line]:
        """Fold what costs least so that an exchange hides this one; the lines that changed."""
        ways = [partial(self._to_leave, place, *each) for each in self.places.anchors(place)]
        found, most = None, self.least
        # What costs little is found without looking at all that costs more.
        while found is None and most < self._whole:
            most = min(most * DEEPER, self._whole)
            found = self._cheapest(ways, most)
        return {line for each in sorted(found or ()) for line in self._fold(each)}

    def _to_leave(
        self, place: Place, its: Place, cases: tuple[Case, ...], certain: bool, most: int
    ) -> set[Place] | None:
        """What must be folded so that a visit in `its` cell could leave a place."""
        ways = (partial(self._to_exchange, place, its, case) for case in cases)
        if certain or not cases:
            return self._cheapest(ways, most)
        return self._all_of(ways, most)

    def _to_exchange(self, place: Place, its: Place, case: Case, most: int) -> set[Place] | None:
        """What must be folded so that a visit with some values could leave a place."""
        others = self.places.partners(place, its, case)
        return self._cheapest((partial(self._to_fold, case, each) for each in others), most)
