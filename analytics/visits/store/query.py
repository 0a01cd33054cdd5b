"""What can be asked of the counters, and what they answer.

`kept` is the one table of what a filter leaves of a panel: the docs, the report and the tests read
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from analytics.visits.model import LISTED, MEASURES, Counts, Dimension, Hour, Total, pair_of
from analytics.visits.store.cells import TABLES, number_of

__all__ = ["Answer", "Interval", "Kept", "NotKept", "Query", "Row", "Rows", "filter_table", "kept"]


class Interval(StrEnum):
    """How the rows of an answer part its period."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was counted from the hour `first` to the hour `last` (since 1970, UTC; both included).

    A row for each value of `dimension`, the most counted first; or, with an `interval`, a row for
    each hour, day or month, oldest first. `filters` are values of other dimensions that all of it
    must have. `limit` is the most rows; with `values`, there are rows of these alone. What the rest
    is does not depend on either.
    """

    first: int
    last: int
    dimension: Dimension = Dimension.ALL
    interval: Interval | None = None
    filters: tuple[tuple[Dimension, str], ...] = ()
    limit: int | None = None
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Counts):
    """What one value adds up to, or one interval, which begins in the hour `start`.

    `untold`: so many of its visits (views, of a dimension without visits) are those of days on
    which the value was rare, of which nothing but that is kept. Only its `measures` are kept: any
    other is 0 here, and says nothing.
    """

    cell: str = ""
    start: int = 0
    untold: int = 0
    measures: tuple[str, ...] = MEASURES

    @property
    def total(self) -> Total:
        """What its value adds up to."""
        amounts = {name: getattr(self, name) for name in MEASURES}
        return Total(self.cell, self.untold, self.measures, **amounts)

    def measure(self, name: str) -> int | None:
        """How much is told of one measure; None where nothing of it is kept."""
        return self.total.measure(name)

    @property
    def bounce(self) -> float | None:
        """As `Total.bounce`."""
        return self.total.bounce

    @property
    def engaged_ms_a_visit(self) -> float | None:
        """As `Total.engaged_ms_a_visit`, in milliseconds."""
        return self.total.engaged_ms_a_visit

    @property
    def engaged_ms_a_view(self) -> float | None:
        """As `Total.engaged_ms_a_view`, in milliseconds."""
        return self.total.engaged_ms_a_view

    @property
    def hour(self) -> Hour:
        """What its interval adds up to, as that of the hour in which it begins."""
        return Hour(self.start, **{name: getattr(self, name) for name in MEASURES})


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer. `rest` is what no row has: values that were rare when their day or month closed,
    or would be if it closed now. None where nobody can tell, as values of the dimension do not add
    up to the whole.

    `measures` are those that are kept of what was asked: any other is 0 in each row, and says
    nothing. Of a value that was rare, some is kept by week or month alone: no shorter interval has
    it. `more` is how many values were counted that no row was asked for, where not some `values`
    were, and `beyond` what these add up to.
    """

    rows: tuple[Row, ...]
    rest: Counts | None = None
    measures: tuple[str, ...] = MEASURES
    more: int = 0
    beyond: Counts = Counts()  # noqa: RUF009  (a value that nothing changes)


@dataclass(frozen=True, slots=True)
class NotKept:
    """It cannot be answered, as nothing that could tell it is kept. `reason` is a sentence."""

    reason: str


Answer = Rows | NotKept


@dataclass(frozen=True, slots=True)
class Kept:
    """What a filter by one dimension leaves of the panel of another: all of it ("exact"), or views
    and time alone, or how often something was done alone, or nothing; and why."""

    what: Literal["exact", "views only", "times only", "not kept"]
    reason: str = ""


UNPAIRED = "“{0}” is counted by itself, and with nothing else."
NO_VISITS = (
    "The visit cookie does not hold which pages were seen, so a page has views, and no visits."
)
NO_VIEWS = "What became of forms is counted by how often it happened, and with no visits or views."
NOTHING_SHARED = "“{0}” and “{1}” are not counted in the same measure."
TWO_FILTERS = "Two filters at once would need what was counted of three things together."
BY_HOUR = "What is told apart is kept by day."
BY_MONTH = "“{0}” and “{1}” are told apart together in whole months only, and the period has none."


def kept(by: Dimension, panel: Dimension) -> Kept:
    """What a filter by a value of `by` leaves of the panel `panel`; `ALL` is the headline."""
    for each in (by, panel):
        if not LISTED[each].paired and each != Dimension.ALL:
            return Kept("not kept", UNPAIRED.format(LISTED[each].title))
    if panel not in (by, Dimension.ALL) and pair_of(by, panel) is None:
        return Kept("not kept", UNPAIRED.format(LISTED[by].title))
    measures = _measures(by, panel)
    if "visits" in measures:
        return Kept("exact")
    if "views" in measures:
        return Kept("views only", NO_VISITS)
    if measures:
        return Kept("times only", NO_VIEWS)
    return Kept("not kept", NOTHING_SHARED.format(LISTED[by].title, LISTED[panel].title))


def _measures(by: Dimension, panel: Dimension) -> tuple[str, ...]:
    """Those of what is counted of both."""
    if panel in (by, Dimension.ALL):
        return LISTED[by].measures
    pair = pair_of(by, panel)
    return TABLES[number_of(*pair)].measures if pair else ()


def filter_table() -> Iterator[tuple[Dimension, Dimension, Kept]]:
    """Filter, panel, and what is kept, for every two dimensions."""
    for by in LISTED:
        for panel in LISTED:
            if Dimension.ALL != by != panel:
                yield by, panel, kept(by, panel)
