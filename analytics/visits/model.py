"""What is counted: the one list of dimensions and measures.

The state machine fills them, the store adds them up, the report reads them. The columns that the
register declares are held to this list by a test. Adding one touches this list, what counts it,
and the register's entry for it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

__all__ = ["DIMENSIONS", "MEASURES", "Counts", "Dimension", "Hour", "Increment", "Total"]


class Dimension(StrEnum):
    """What is counted. `all` has one cell, the empty text; `missing` has what led to a page that
    there is not."""

    ALL = "all"
    PAGE = "page"
    ENTRY = "entry"
    SOURCE = "source"
    CHANNEL = "channel"
    CAMPAIGN = "campaign"
    MISSING = "missing"
    BROWSER = "browser"
    SYSTEM = "system"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The measures of one cell. They add up, over hours as over services that count apart.

    `continued` is how many visits went on to a second page, counted in the hour in which they
    began: no cell has more of them than visits. `engaged_ms` is in milliseconds.
    """

    visits: int = 0
    views: int = 0
    continued: int = 0
    engaged_ms: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in MEASURES})

    @property
    def bounce(self) -> float | None:
        """The share of visits that ended on their first page; None without visits."""
        if not self.visits:
            return None
        return (self.visits - self.continued) / self.visits

    @property
    def engaged_ms_a_visit(self) -> float | None:
        """Milliseconds; None without visits."""
        return self.engaged_ms / self.visits if self.visits else None

    @property
    def engaged_ms_a_view(self) -> float | None:
        """Milliseconds; None without views."""
        return self.engaged_ms / self.views if self.views else None


@dataclass(frozen=True, slots=True)
class Increment(Counts):
    """What a hit adds to one cell of one dimension."""

    dimension: Dimension
    cell: str


@dataclass(frozen=True, slots=True)
class Total(Counts):
    """What a cell adds up to over a period."""

    cell: str


@dataclass(frozen=True, slots=True)
class Hour(Counts):
    """What the whole site adds up to in one hour, counted in hours since 1970 (UTC)."""

    hour: int


MEASURES: tuple[str, ...] = tuple(field.name for field in fields(Counts))
DIMENSIONS = tuple(str(dimension) for dimension in Dimension)
