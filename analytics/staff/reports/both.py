"""What two filters leave, as the panel of the one tells it with the other one as filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.staff.reports.filters import Filter, measures_of
from analytics.staff.reports.periods import Period
from analytics.staff.reports.reading import Reader
from analytics.visits.model import Dimension, Total, count_of

__all__ = ["Both", "read_both"]


@dataclass(frozen=True)
class Both:
    """What two filters leave of some days; nothing where it is too little to be told, or not kept,
    and why. `short` is whether the period has more days."""

    days: Period
    total: Total = field(default_factory=lambda: Total(""))
    is_withheld: bool = False
    why: str = ""
    short: bool = False
    at_least: bool = False
    """Whether it may be of a part of the days alone."""

    of: Filter | None = None
    more: int = 0
    """So many more have the one filter `of`, and nothing tells whether they have both. Without one
    nobody can tell how many."""


def read_both(reader: Reader, period: Period, filters: Sequence[Filter]) -> Both:
    """Both panels tell the same number; what is left of the one may be less than of the other.
    Raises SQLAlchemyError."""
    by, of = filters
    told = reader.rows(period, (by,), of.dimension)
    if told.why:
        return Both(period, why=told.why)
    turned = reader.rows(period, (of,), by.dimension)
    total = next((row.total for row in told.rows if row.cell == of.cell), None)
    count = count_of(measures_of(filters, Dimension.ALL))
    rests = [
        (getattr(each.rest, count), one) for each, one in ((told, by), (turned, of)) if each.rest
    ]
    more, one = min(rests, key=lambda each: each[0], default=(0, None))
    return Both(
        told.days,
        total or Total(""),
        is_withheld=total is None,
        short=told.short,
        at_least=told.at_least and turned.at_least,
        of=one,
        more=more,
    )
