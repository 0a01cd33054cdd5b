"""Hits -> the cells that they add to: each dimension by itself, and each pair of them.

Pure. A table is known by a number: that of its dimension times 100, and for a pair plus that of the
second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from operator import attrgetter, mul

from analytics.visits.model import LISTED, MEASURES, PAIRS, TIMES, Dimension, Increment, count_of

__all__ = ["MOVED", "NOTHING", "TABLES", "Alike", "Table", "added_by", "number_of"]

NOTHING = (0,) * len(MEASURES)
CONTINUED = MEASURES.index("continued")


@dataclass(frozen=True, slots=True)
class Table:
    """A dimension, or a pair, as it is counted. Of the measures of the list, those that are `moved`
    are counted in the hour in which the visit began."""

    one: Dimension
    other: Dimension | None
    measures: tuple[str, ...]
    moved: tuple[bool, ...]
    by_month: bool
    by_day: bool

    @property
    def count(self) -> str:
        """The measure that says how often a value was counted."""
        return count_of(self.measures)


def number_of(one: Dimension, other: Dimension | None = None) -> int:
    """The number of a table."""
    return LISTED[one].number * 100 + (LISTED[other].number if other else 0)


def _tables() -> Iterator[tuple[int, Table]]:
    for one, listed in LISTED.items():
        if one != Dimension.ALL:
            yield (
                number_of(one),
                Table(one, None, listed.measures, _moved(one), False, listed.by_day),
            )
    for one, other in PAIRS:
        a, b = LISTED[one], LISTED[other]
        both = tuple(name for name in MEASURES if name in a.measures and name in b.measures)
        if LISTED[_says(one, other)].measures == TIMES:
            both = TIMES  # How often something was done, such as a form left, in such visits.
        yield (
            number_of(one, other),
            Table(
                one,
                other,
                both,
                _moved(_says(one, other)),
                a.by_month or b.by_month,
                a.by_day or b.by_day,
            ),
        )


def _moved(dimension: Dimension) -> tuple[bool, ...]:
    return tuple(name in LISTED[dimension].of_its_visit for name in MEASURES)


def _says(one: Dimension, other: Dimension) -> Dimension:
    """Which of two says how much a hit adds to them together. What has fewer measures says more: a
    page was seen, or a goal reached, whatever the visit did."""
    return other if len(LISTED[other].measures) <= len(LISTED[one].measures) else one


MOVED = _moved(Dimension.ALL)
"""Those of the whole site."""

TABLES = dict(_tables())


@cache
def _pair(one: Dimension, other: Dimension) -> tuple[int, bool, bool, tuple[bool, ...]] | None:
    """Of two increments of a hit: their table, whether they stand the other way round in it, which
    of the two says how much, and which measures they share."""
    swapped = LISTED[other].number < LISTED[one].number
    first, second = (other, one) if swapped else (one, other)
    number = number_of(first, second)
    if one == other or number not in TABLES:
        return None
    second_says = _says(first, second) == other
    return number, swapped, second_says, tuple(name in TABLES[number].measures for name in MEASURES)


_amounts = attrgetter(*MEASURES)

Shape = tuple[tuple[Dimension, type[Increment]], ...]

NONE = -1
"""Where the second dimension is of a table that has one."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Tables of one kind to which a hit adds the same: what one of its increments `says`, of the
    measures that they have `shared`. Of each `tables` has the number, and where in the hit its
    first and its second are; `used` are all that are in any."""

    says: int
    shared: tuple[bool, ...]
    moved: tuple[bool, ...]
    by_month: bool
    by_day: bool
    tables: tuple[tuple[int, int, int], ...]
    used: tuple[int, ...]


@lru_cache(1 << 12)
def _alike(shape: Shape) -> Sequence[Alike]:
    """The tables of increments of these dimensions and kinds, which come together."""
    found: dict[tuple[int, tuple[bool, ...], tuple[bool, ...], bool, bool], list[Place]] = {}
    for place, says, shared in (*_singles(shape), *_pairs(shape)):
        table = TABLES[place[0]]
        key = says, shared, table.moved, table.by_month, table.by_day
        found.setdefault(key, []).append(place)
    return [Alike(*key, tuple(places), _used(places)) for key, places in found.items()]


Place = tuple[int, int, int]
"""A table's number, and where its first and its second are among the increments of a hit."""


def _singles(shape: Shape) -> Iterator[tuple[Place, int, tuple[bool, ...]]]:
    for at, (dimension, _) in enumerate(shape):
        if dimension != Dimension.ALL:
            yield (number_of(dimension), at, NONE), at, (True,) * len(MEASURES)


def _pairs(shape: Shape) -> Iterator[tuple[Place, int, tuple[bool, ...]]]:
    for (at, (one, kind)), (to, (other, other_kind)) in combinations(enumerate(shape), 2):
        if kind is other_kind and (pair := _pair(one, other)) is not None:
            number, swapped, second_says, shared = pair
            first, second = (to, at) if swapped else (at, to)
            yield (number, first, second), to if second_says else at, shared


def _used(places: Iterable[Place]) -> tuple[int, ...]:
    return tuple(sorted({at for _, *both in places for at in both} - {NONE}))


def added_by(increments: Iterable[Increment]) -> Iterator[tuple[Alike, Sequence[int]]]:
    """What a hit adds to the cells of which tables, but that of the whole site: its measures, as in
    `MEASURES`. Nothing is left out."""
    single = [*increments]
    amounts = [_amounts(each) for each in single]
    for alike in _alike(tuple((each.dimension, type(each)) for each in single)):
        added = tuple(map(mul, amounts[alike.says], alike.shared))
        if added != NOTHING:
            yield alike, added
