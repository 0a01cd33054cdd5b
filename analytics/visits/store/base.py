"""What a store of the counters can do, whichever database it speaks to."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from analytics.storage.store import Store, StoreError
from analytics.visits.model import Hour, Increment, Total

__all__ = ["Consents", "CounterStore", "StoreError"]

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Consents:
    """How many visitors agreed to a version of the register on a day, and took it back."""

    day: datetime.date
    version: int
    given: int
    withdrawn: int


class CounterStore(Store, Protocol):
    """The tables `counters` and `consents`. Hours are counted since 1970 (UTC), both ends included.

    Whatever writes returns once it is on the disk, or raises StoreError and has counted nothing.
    What is at rest may not tell which cells were counted together, nor in which order.
    """

    def add(
        self,
        hour: int,
        increments: Iterable[Increment],
        *,
        began: int | None = None,
        consent: tuple[datetime.date, int] | None = None,
    ) -> None:
        """Add to the cells of an hour; what continues, to those of the hour `began`; and one
        consent of a day to a version of the register. All of it, or nothing. Raises StoreError.

        No cell has more that continued than visits: what is more was not begun in it.
        """

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
        """The `limit` cells of a dimension with most views. Raises SQLAlchemyError."""

    def series(self, first_hour: int, last_hour: int) -> Sequence[Hour]:
        """Each hour in which anything was counted, oldest first. Raises SQLAlchemyError."""

    def consents(self) -> Sequence[Consents]:
        """The consents of each day, newest first. Raises SQLAlchemyError."""
