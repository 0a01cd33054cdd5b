"""Which tables are folded together, as they are linked, and what is told of them. Pure.

A group has the pairs of two families of dimensions. What is told of a page stands beside what is
told of the page's language, which has its views too: so it is folded after that, in the same group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from analytics.visits.model import FAMILIES, FINER, LISTED, Dimension
from analytics.visits.store.cells import TABLES
from analytics.visits.store.folding import kept_alone, kept_parts
from analytics.visits.store.linked_folding import Cell, Effort, Linked, kept_linked

__all__ = ["GROUPS", "SINGLES", "WITHIN", "Folded", "Group", "fold", "kept_singles"]

Counts = Mapping[int, Mapping[Cell, int]]
"""By table: how often each cell was counted."""


@dataclass(frozen=True, slots=True)
class Group:
    """The tables of two families, by their numbers."""

    ones: tuple[Dimension, ...]
    others: tuple[Dimension, ...]
    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """What the tables of a group are folded by. `counts` are those of their count; `views` those of
    tables that are seen beside a page's. `links` are the tables within families. `told` are cells
    that were told before, `barred` those that must not be."""

    counts: Counts
    views: Counts = field(default_factory=dict)
    links: Counts = field(default_factory=dict)
    told: Mapping[int, Collection[Cell]] = field(default_factory=dict)
    barred: Mapping[int, Collection[Cell]] = field(default_factory=dict)


def _families() -> list[tuple[Dimension, ...]]:
    """Each dimension in one of them, but the page."""
    linked = {each for family in FAMILIES for each in family}
    paired = (each for each in LISTED if LISTED[each].paired and each != Dimension.PAGE)
    return [*FAMILIES, *((each,) for each in paired if each not in linked)]


def _with_page(family: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    return (*family, Dimension.PAGE) if Dimension.PAGE_LANGUAGE in family else family


def _tables(one: Iterable[Dimension], other: Iterable[Dimension]) -> Iterator[int]:
    """The pairs of one of some dimensions, and one of others."""
    ones, others = {*one}, {*other}
    for number, table in TABLES.items():
        a, b = table.one, table.other
        if b and ((a in ones and b in others) or (b in ones and a in others)):
            yield number


def _groups() -> Iterator[Group]:
    for one, other in combinations(_families(), 2):
        ones, others = (other, one) if Dimension.PAGE_LANGUAGE in other else (one, other)
        yield Group(ones, others, tuple(_tables(_with_page(ones), others)))
    for number, (a, b) in WITHIN.items():
        yield Group((a,), (b,), (number,))


WITHIN: Mapping[int, tuple[Dimension, Dimension]] = {
    number: (table.one, table.other)
    for family in map(_with_page, FAMILIES)
    for number in _tables(family, family)
    if (table := TABLES[number]).other
}
"""The tables that say which values of a family come together."""

GROUPS: tuple[Group, ...] = tuple(_groups())
"""Those within a family last: the others are folded by them."""

SINGLES: tuple[int, ...] = tuple(number for number, table in TABLES.items() if not table.other)


def fold(
    group: Group, given: Folded, least: int, effort: Effort | None = None
) -> dict[int, set[Cell]]:
    """The cells of each table that are told. Raises TooMuch."""
    effort = effort or Effort()
    is_apart = Dimension.PAGE_LANGUAGE in group.ones and len(group.tables) > 1
    there = [each for each in group.tables if each in given.counts]
    pages = [each for each in there if is_apart and Dimension.PAGE in _dimensions(each)]
    first = [each for each in there if each not in pages]
    kept = _fold(group, first, given, least, effort)
    if pages:
        beside = [each for each in first if Dimension.PAGE_LANGUAGE in _dimensions(each)]
        told = {each: kept[each] | {*given.told.get(each, ())} for each in beside}
        counts = {each: given.views.get(each, given.counts[each]) for each in beside}
        with_pages = Folded(
            {**counts, **{each: given.counts[each] for each in pages}},
            links=given.links,
            told={**given.told, **told},
            barred=given.barred,
        )
        ones = Group((Dimension.PAGE, Dimension.PAGE_LANGUAGE), group.others, group.tables)
        kept |= _fold(ones, [*pages, *beside], with_pages, least, effort, decided=beside)
    return kept


def _dimensions(number: int) -> tuple[Dimension, ...]:
    table = TABLES[number]
    return (table.one, table.other) if table.other else (table.one,)


def _fold(  # noqa: PLR0913, PLR0917  (what tables are folded by)
    group: Group,
    tables: Collection[int],
    given: Folded,
    least: int,
    effort: Effort,
    decided: Collection[int] = (),
) -> dict[int, set[Cell]]:
    if not tables:
        return {}
    turned = {each: TABLES[each].one not in group.ones for each in tables}
    at = {each: _at(each, is_turned=turned[each]) for each in tables}
    linked = Linked(
        {
            at[each]: {_turn(cell, turned[each]): n for cell, n in given.counts[each].items()}
            for each in tables
        },
        dict(_links(group, given.links)),
        {str(fine): str(coarse) for fine, coarse in FINER.items()},
        {
            (at[each], _turn(cell, turned[each]))
            for each in tables
            for cell in given.told.get(each, ())
        },
        {
            (at[each], _turn(cell, turned[each]))
            for each in tables
            for cell in given.barred.get(each, ())
        },
        {at[each] for each in decided},
    )
    kept = kept_linked(linked, least, effort)
    return {
        each: {_turn(cell, turned[each]) for cell in kept[at[each]]}
        for each in tables
        if each not in decided
    }


def _at(number: int, *, is_turned: bool) -> tuple[str, str]:
    one, other = _dimensions(number)
    return (other, one) if is_turned else (one, other)


def _turn(cell: Cell, is_turned: bool) -> Cell:
    return (cell[1], cell[0]) if is_turned else cell


def _links(
    group: Group, links: Counts
) -> Iterator[tuple[tuple[str, str], Mapping[int, Mapping[int, int]]]]:
    for number, (one, other) in WITHIN.items():
        for family in (group.ones, group.others):
            if one in family and other in family:
                ways: tuple[dict[int, dict[int, int]], ...] = ({}, {})
                for (a, b), count in links.get(number, {}).items():
                    if count:
                        ways[0].setdefault(a, {})[b] = count
                        ways[1].setdefault(b, {})[a] = count
                yield (one, other), ways[0]
                yield (other, one), ways[1]


def kept_singles(
    counts: Mapping[Dimension, Mapping[int, int]],
    parts: Mapping[tuple[Dimension, Dimension], Mapping[int, Collection[int]]],
    told: Mapping[Dimension, Collection[int]],
    least: int,
) -> dict[Dimension, set[int]]:
    """The values of each dimension that are told with all their measures. `parts` are, of a
    dimension and a coarser one, which values of the one each value of the other has; `told` are
    those that were told before, and of which nothing is left."""
    kept = {each: kept_alone(found, least) for each, found in counts.items()}
    before = {each: {*told.get(each, ())} - found.keys() for each, found in counts.items()}
    while any([_fold_parts(kept, before, counts, parts, least), _fold_more(kept, counts, least)]):
        pass
    return kept


def _fold_parts(
    kept: Mapping[Dimension, set[int]],
    before: Mapping[Dimension, set[int]],
    counts: Mapping[Dimension, Mapping[int, int]],
    parts: Mapping[tuple[Dimension, Dimension], Mapping[int, Collection[int]]],
    least: int,
) -> bool:
    folded = False
    for (fine, coarse), of in parts.items():
        if fine in counts and coarse in counts:
            counted = {
                value: {each: counts[fine][each] for each in found if counts[fine].get(each)}
                for value, found in of.items()
            }
            folded = kept_parts(kept[fine], kept[coarse], before[coarse], counted, least) or folded
    return folded


def _fold_more(
    kept: Mapping[Dimension, set[int]],
    counts: Mapping[Dimension, Mapping[int, int]],
    least: int,
) -> bool:
    """Fold so much more that a dimension lacks nothing, or two values and the least."""
    folded = False
    for dimension, found in counts.items():
        told = sorted(kept[dimension], key=lambda each: (found[each], each))
        lacking = [count for each, count in found.items() if each not in kept[dimension]]
        while lacking and told and (sum(lacking) < least or len(lacking) < 2):
            lacking.append(found[told[0]])
            kept[dimension].discard(told.pop(0))
            folded = True
    return folded
