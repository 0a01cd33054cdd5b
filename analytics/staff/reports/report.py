"""Counters -> the values of a report. Pure: rows and a period in, frozen values out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from analytics.visits.model import LISTED, MEASURES, Counts, Dimension, Total
from analytics.visits.store.query import Row
from policy import Register
from policy.campaigns import NO_CAMPAIGN
from policy.sections import section_of

__all__ = ["KINDS", "Change", "Kind", "cells_of", "change", "has_line_for_each"]
__all__ += ["kinds_of", "points"]


@dataclass(frozen=True)
class Change:
    """A figure beside the one before it. `by` is a share of the earlier figure, or for shares the
    difference itself; None where there was nothing to compare with."""

    by: float | None
    better: bool | None


@dataclass(frozen=True)
class Kind:
    """What a panel shows: a dimension, and the count that its lines are ordered by."""

    dimension: Dimension
    title: str
    heading: str
    count: Callable[[Counts], int]
    count_heading: str
    detail: str


KINDS: tuple[Kind, ...] = tuple(
    Kind(
        dimension,
        listed.title,
        listed.heading,
        attrgetter(listed.count),
        listed.count_heading,
        listed.detail,
    )
    for dimension, listed in LISTED.items()
    if listed.title
)
"""A panel for each dimension of the one list that has a title."""

ENTRY_SECTIONS = replace(
    next(kind for kind in KINDS if kind.dimension == Dimension.ENTRY),
    title="Entry sections",
    heading="Section",
)


def kinds_of(register: Register) -> tuple[Kind, ...]:
    """The panels of a site: of what is counted there. Where the visit cookie names sections, visits
    began in one."""
    counted = {name for event in register.events for name in event.to}
    kinds = tuple(kind for kind in KINDS if kind.dimension in counted)
    if register.cookie("visit").part("entry").kind != "section":
        return kinds
    return tuple(ENTRY_SECTIONS if kind.dimension == "entry" else kind for kind in kinds)


def has_line_for_each(kind: Kind) -> bool:
    """Whether each row is a line of the panel: none is left out, or added to another."""
    return kind.dimension != Dimension.CAMPAIGN and _line_of(kind) is None


def cells_of(kind: Kind, rows: Iterable[Total | Row]) -> Iterable[Total | Row]:
    """The rows of a panel. What was counted by page before the site chose sections is added to the
    section of the page; visits without a campaign are none of a campaign's."""
    if kind.dimension == Dimension.CAMPAIGN:
        return [row for row in rows if row.cell != NO_CAMPAIGN]
    line_of = _line_of(kind)
    return _summed(rows, line_of) if line_of else rows


def _line_of(kind: Kind) -> Callable[[str], str] | None:
    """What names the line that a cell is added to; None where each has its own."""
    if kind.dimension in (Dimension.DEPTH, Dimension.ATTENTION):
        return lambda cell: cell.partition(" ")[0]
    # Compared by its title: a kind is made anew where its panel is shown otherwise.
    return section_of if kind.title == ENTRY_SECTIONS.title else None


def _summed(rows: Iterable[Total | Row], name_of: Callable[[str], str]) -> Iterable[Total]:
    sums: dict[str, tuple[Counts, int]] = {}
    for row in rows:
        name = name_of(row.cell)
        before, untold = sums.get(name, (Counts(), 0))
        sums[name] = before + row, untold + row.untold
    return [
        Total(cell, untold, **{name: getattr(sum, name) for name in MEASURES})
        for cell, (sum, untold) in sums.items()
    ]


def change(now: float | None, before: float | None) -> Change:
    """How much a figure changed, as a share of what it was: more is better."""
    if now is None or not before:
        return Change(None, None)
    return Change((now - before) / before, _better(now - before))


def points(now: float | None, before: float | None) -> Change:
    """How much a share changed: the difference of the two, as percentage points are counted. Less
    is better: it is that of visits which ended on their first page."""
    if now is None or before is None:
        return Change(None, None)
    return Change(now - before, _better(before - now))


def _better(more: float) -> bool | None:
    return None if more == 0 else more > 0
