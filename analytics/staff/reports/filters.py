"""Filters: a report of what has one value of a dimension, or of two. The address names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.staff import format as formats
from analytics.visits.model import LISTED, Dimension, pair_of
from analytics.visits.store.cells import TABLES, Table, number_of
from analytics.visits.store.query import Kept, kept

__all__ = ["MOST_FILTERS", "PAIRED", "Filter", "FilterError", "left_of", "measures_of", "read"]
__all__ += ["table_of"]

PAIRED = frozenset(dimension for dimension, listed in LISTED.items() if listed.paired)
"""Those that can be filtered by."""

MOST_FILTERS = 2
"""Of two at once the headline is kept, as of each pair; of three nothing is."""

TWO = "Two filters at once would need what was counted of three things together."


class FilterError(ValueError):
    """The address names no filter; the message is a sentence for the reader."""


@dataclass(frozen=True)
class Filter:
    """All that has the value `cell` of `dimension`."""

    dimension: Dimension
    cell: str

    @property
    def title(self) -> str:
        """What a value of the dimension is called."""
        listed = LISTED[self.dimension]
        return listed.one or listed.heading

    @property
    def has_tab(self) -> bool:
        """Whether what has it is shown in a tab of its own."""
        return self.dimension in (Dimension.PAGE, Dimension.GOAL)

    def __str__(self) -> str:
        return f"{self.dimension}:{self.cell}"


def read(texts: Sequence[str]) -> tuple[Filter, ...]:
    """The filters of an address, each as `source:Google`. Raises FilterError."""
    found = tuple(_read(text) for text in texts if text)
    if len(found) > MOST_FILTERS:
        raise FilterError("What was counted of three things together is not kept: remove a filter.")
    if len({each.dimension for each in found}) < len(found):
        raise FilterError("A report has one filter of a kind.")
    return found


def _read(text: str) -> Filter:
    name, _, cell = text.partition(":")
    if name not in PAIRED or not cell:
        said = f"There is no filter “{formats.shortened(text)}”. A line of a panel leads to one."
        raise FilterError(said)
    return Filter(Dimension(name), cell)


def table_of(filters: Sequence[Filter], panel: Dimension) -> Table | None:
    """Where the store has what the filters leave of a panel; None for the whole site by hour, and
    where it is not kept."""
    dimensions = [each.dimension for each in filters]
    if panel not in (*dimensions, Dimension.ALL):
        dimensions.append(panel)
    if len(dimensions) == 1:
        return TABLES.get(number_of(dimensions[0]))
    pair = pair_of(*dimensions) if len(dimensions) == 2 else None
    return TABLES[number_of(*pair)] if pair else None


def measures_of(filters: Sequence[Filter], panel: Dimension) -> tuple[str, ...]:
    """Those that are kept of what the filters leave of a panel; `ALL` is the headline."""
    table = table_of(filters, panel)
    if table is None:
        return () if filters else LISTED[panel].measures
    return table.measures


def left_of(filters: Sequence[Filter], panel: Dimension) -> Kept:
    """What the filters leave of a panel, and why that is not all of it."""
    if not filters:
        return Kept("exact")
    if len(filters) == 1:
        return kept(filters[0].dimension, panel)
    first, second = filters
    if panel == Dimension.ALL:
        return kept(first.dimension, second.dimension)
    return Kept("not kept", TWO)
