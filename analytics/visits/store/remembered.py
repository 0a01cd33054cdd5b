"""Sums of what has ended, remembered until any of it changes.

Whatever changes what has ended draws another mark by chance, in the same transaction. So wherever
the mark stands that was there when something was read, the same would be read again: whichever
process closes days, and whatever a backup brings back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Protocol, TypeVar, cast

from sqlalchemy import Connection

__all__ = ["CHANGED", "HOURS_THAT_CHANGE", "Ended", "Mark", "Recall", "Remembered"]
__all__ += ["draw_first", "draw_for", "draw_mark", "mark_of"]

CHANGED = frozenset({"counters", "rare", "running"})
"""The tables that have what has ended; `running` has hours as well, which are not remembered."""

MOST_VALUES = 100_000
"""Of so many values sums are remembered: some 30 MB. The period that was asked for least lately
goes first."""

MARK_BITS = 62

HOURS_THAT_CHANGE = 48
"""Of the whole site, so many hours before that of the mark are not remembered: hits go to them, and
what continues them."""

Mark = tuple[int, ...]
Key = tuple[object, ...]


class Sized(Protocol):
    """Something that is remembered."""

    @property
    def size(self) -> int:
        """How many values it is like."""


Found = TypeVar("Found", bound=Sized)


@dataclass(frozen=True)
class Ended:
    """What values of a dimension add up to in a time, as far as that has ended: by its number the
    measures of each, and what is untold; and those of `all` values together, asked for or not."""

    sums: Mapping[int, Sequence[int]]
    whole: Sequence[int]
    at: int
    """Which of the measures says how often a value was counted."""

    @property
    def size(self) -> int:
        """How many values it has."""
        return len(self.sums)

    def count(self, value: int) -> int:
        """How often it was counted."""
        return self.sums[value][self.at] if value in self.sums else 0

    @cached_property
    def most_first(self) -> Sequence[int]:
        """The values, the most counted first."""
        return sorted(self.sums, key=self.count, reverse=True)

    @cached_property
    def _counted(self) -> int:
        return sum(1 for amounts in self.sums.values() if amounts[self.at])

    def counted_with(self, hours: Mapping[int, Sequence[int]]) -> int:
        """Of how many values anything was counted in that time, and some hours more."""
        new = (value for value, of in hours.items() if of[self.at] and not self.count(value))
        return self._counted + sum(1 for _ in new)


class Remembered:
    """What was read under the mark that was there last."""

    def __init__(self) -> None:
        self._lock, self._mark = Lock(), Mark()
        self._found: dict[Key, Sized] = {}

    def find(self, mark: Mark, key: Key) -> Sized | None:
        """What was kept under the same mark; None where nothing was, or there is no mark."""
        with self._lock:
            if mark != self._mark or key not in self._found:
                return None
            found = self._found[key] = self._found.pop(key)  # Now it is the latest.
            return found

    def keep(self, mark: Mark, found: Mapping[Key, Sized]) -> None:
        """Remember it until there is another mark."""
        with self._lock:
            if mark != self._mark:
                self._mark, self._found = mark, {}
            self._found |= found
            left = sum(each.size for each in self._found.values())
            while left > MOST_VALUES:
                left -= self._found.pop(next(iter(self._found))).size


class Recall:
    """What one question asks of what is remembered, in one transaction. What it has read besides is
    kept when the transaction is over, and was that of one moment."""

    def __init__(self, remembered: Remembered, connection: Connection) -> None:
        self._remembered = remembered
        self.mark, self.hour = mark_of(connection)
        self._read: dict[Key, Sized] = {}

    def ended(self, key: Key, read: Callable[[], Found]) -> Found:
        """What is remembered by the key, or is read now: each key has one kind of value."""
        found = self._read.get(key) or self._remembered.find(self.mark, key)
        if found is None:
            found = self._read[key] = read()
        return cast("Found", found)

    def keep(self) -> None:
        """Remember what was read; without a mark nobody knows for how long."""
        if self.mark and self._read:
            self._remembered.keep(self.mark, self._read)


def mark_of(connection: Connection) -> tuple[Mark, int | None]:
    """The mark that stands there, and its hour; empty and None without one."""
    rows = connection.exec_driver_sql("SELECT mark, hour FROM closings ORDER BY mark").all()
    return tuple(mark for mark, _ in rows), min((hour for _, hour in rows), default=None)


def draw_mark(connection: Connection, hour: int | None = None) -> None:
    """Say that something of what has ended changes with this transaction, in the `hour` of now.
    Where nobody says which that is, it is the hour of the mark before; without one, none is drawn,
    and nothing is remembered."""
    before = connection.exec_driver_sql("SELECT hour FROM closings ORDER BY hour").scalars().all()
    connection.exec_driver_sql("DELETE FROM closings")
    if hour is None and not before:
        return
    insert = "INSERT INTO closings (hour, mark) VALUES (?, ?)"
    drawn = before[-1] if hour is None else hour
    connection.exec_driver_sql(insert, (drawn, secrets.randbits(MARK_BITS)))


def draw_for(connection: Connection, hour: int) -> None:
    """Draw one where what is added to an hour of the site adds to what is remembered: a clock was
    set back, or a visit goes on that began long ago."""
    marked = connection.exec_driver_sql("SELECT hour FROM closings").scalars()
    if any(hour < each - HOURS_THAT_CHANGE for each in marked.all()):
        draw_mark(connection)


def draw_first(connection: Connection, hour: int) -> None:
    """Draw one where there is none: the database was made, or copied without what runs."""
    if connection.exec_driver_sql("SELECT count(*) FROM closings").scalar_one() == 0:
        draw_mark(connection, hour)
