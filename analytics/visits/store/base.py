"""What a store of the counters can do, whichever database it speaks to."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from analytics.storage.store import Store, StoreError
from analytics.visits.model import Dimension, Hour, Increment, Total
from analytics.visits.store.query import Answer, NotKept, Query, Rows
from analytics.visits.store.site_hours import SiteHours
from analytics.visits.store.trials import Tried

__all__ = ["Consents", "CounterStore", "Reading", "StoreError"]

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Consents:
    """How many visitors agreed to a version of the register on a day, and took it back."""

    day: datetime.date
    version: int
    given: int
    withdrawn: int


class CounterStore(Store, Protocol):
    """The counters, and the consents. Hours are counted since 1970 (UTC), both ends included.

    Whatever writes returns once it is on the disk, or raises StoreError and has counted nothing.
    What is at rest may not tell which cells were counted together, nor in which order, but for as
    long as the register's window says.
    """

    def add(
        self,
        hour: int,
        increments: Iterable[Increment],
        *,
        began: int | None = None,
        consent: tuple[datetime.date, int] | None = None,
        tried: tuple[Tried, ...] = (),
    ) -> None:
        """Add a hit to the cells of an hour and to those of their pairs; what continues, to those
        of the hour `began`; one consent of a day to a version of the register; and what the hit is
        to experiments. All of it, or nothing. Raises StoreError.

        No cell has more that continued than visits: what is more was not begun in it.
        """

    def rows(self, query: Query) -> Answer:
        """What was counted, or why that is not kept. Raises SQLAlchemyError."""

    def coarsen(self, now: int) -> bool:
        """Take one step of making coarser what has ended by the hour `now`; whether there is
        another. A step is done wholly or not at all, so it may end after any. Raises StoreError."""

    def answered(
        self, day: datetime.date, version: int, *, given: int = 0, withdrawn: int = 0
    ) -> None:
        """Add to the consents of a day to a version of the register. Raises StoreError."""

    def write(self, work: Callable[[Connection], Done]) -> Done:
        """Do `work` in a transaction of its own, between two commits; what it returns.

        Raises StoreError.
        """

    def totals(
        self, dimension: str, first_hour: int, last_hour: int, limit: int
    ) -> Sequence[Total]:
        """The `limit` cells of a dimension that were counted most. Raises SQLAlchemyError."""

    def series(self, first_hour: int, last_hour: int) -> Sequence[Hour]:
        """Each hour in which anything was counted, oldest first. Raises SQLAlchemyError."""

    def by_hour(self, first_hour: int, last_hour: int) -> SiteHours:
        """The same as columns, which are added up. Raises SQLAlchemyError."""

    def mark(self) -> tuple[int, ...]:
        """Another one where something of what has ended has changed; empty before that is known.
        Raises SQLAlchemyError."""

    def consents(self) -> Sequence[Consents]:
        """The consents of each day, newest first. Raises SQLAlchemyError."""


class Reading:
    """Questions that are asked often, put into queries."""

    def rows(self, query: Query) -> Answer:
        """As `CounterStore.rows`."""
        raise NotImplementedError

    def totals(
        self, dimension: str, first_hour: int, last_hour: int, limit: int
    ) -> Sequence[Total]:
        """The `limit` cells of a dimension that were counted most, from `first_hour` to
        `last_hour`."""
        asked = Query(first=first_hour, last=last_hour, dimension=Dimension(dimension), limit=limit)
        return [row.total for row in _told(self.rows(asked)).rows]


def _told(answer: Answer) -> Rows:
    if isinstance(answer, NotKept):
        raise LookupError(answer.reason)
    return answer
