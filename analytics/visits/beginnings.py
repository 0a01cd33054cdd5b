"""What a hit adds to its visit, where the page of the hit is not like the one that the visit began
with: that it went on, and what it reached, belong to the beginning. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from analytics.visits.model import LISTED, MEASURES, Begun, Dimension, Increment

__all__ = ["as_begun", "parted"]


def as_begun(
    increments: Sequence[Increment], at_entry: Callable[[], Mapping[Dimension, str]]
) -> tuple[Increment, ...]:
    """What a hit adds, with its measures of the visit in the cells in which that began: of
    dimensions that follow from a page, and may be others by now. Most hits add to no such measure,
    and nobody asks what was so `at_entry`."""
    if not any(getattr(each, name) for each in increments for name in _of_visit(each)):
        return tuple(increments)
    began = at_entry()
    if all(began.get(each.dimension, each.cell) == each.cell for each in increments):
        return tuple(increments)
    return (*_of_hit(increments), *_moved(increments, began))


def parted(increments: Sequence[Increment]) -> Iterator[tuple[Increment, ...]]:
    """What is counted together: what is of the hit, and what is of the beginning of its visit."""
    for begun in (False, True):
        if found := tuple(each for each in increments if isinstance(each, Begun) is begun):
            yield found


def _of_visit(each: Increment) -> tuple[str, ...]:
    return LISTED[each.dimension].of_its_visit


def _of_hit(increments: Sequence[Increment]) -> Iterator[Increment]:
    for each in increments:
        kept = {name: getattr(each, name) for name in MEASURES if name not in _of_visit(each)}
        yield Increment(each.dimension, each.cell, **kept)


def _moved(increments: Sequence[Increment], began: Mapping[Dimension, str]) -> Iterator[Increment]:
    for each in increments:
        cell = began.get(each.dimension, each.cell)
        yield Begun(each.dimension, cell, **{name: getattr(each, name) for name in _of_visit(each)})
