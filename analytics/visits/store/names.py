"""Numbers that stand for names in the tables of totals.

A number is made of the name itself, so that it tells nothing about when the name came, and two
services that count apart give the same. Two names that would share one are told apart by a second
try, in the order of their coming, which happens once in 40 files of ten thousand names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b

from sqlalchemy import Connection

from analytics.visits.model import Dimension

__all__ = ["Names", "number_for"]

Name = tuple[Dimension, str]
"""A dimension, and the value's name."""

INSERT = "INSERT INTO names (dimension, name, number, month) VALUES (?, ?, ?, ?)"
LOOK_UP = "SELECT name, number, month FROM names WHERE dimension = ? AND name IN ({})"
TAKEN = "SELECT number FROM names WHERE dimension = ? AND number IN ({})"
TOUCH = "UPDATE names SET month = ? WHERE dimension = ? AND name IN ({})"


def number_for(dimension: str, name: str, attempt: int = 0) -> int:
    """From 1 to 2^31: four bytes in a row of SQLite."""
    digest = blake2b(f"{dimension}\0{name}\0{attempt}".encode(), digest_size=4).digest()
    return (int.from_bytes(digest) >> 1) + 1


class Names:
    """Those that were counted lately. Each was counted within the hour, so a cell holds it, and
    nobody has deleted it since."""

    def __init__(self) -> None:
        self._numbers: dict[Name, int] = {}
        self._hour = 0

    def forget(self) -> None:
        """After a change that was taken back, or of the hour."""
        self._numbers.clear()

    def at(self, hour: int) -> None:
        """Say which hour is counted now."""
        if hour != self._hour:
            self._hour = hour
            self.forget()

    def take(self, connection: Connection, month: int, wanted: Iterable[Name]) -> set[str]:
        """Give numbers to those that have none, and say that all were counted in the month before
        the hour `month`. The dimensions whose names were changed."""
        new: dict[Dimension, list[str]] = {}
        for dimension, name in sorted(set(wanted) - self._numbers.keys()):
            new.setdefault(dimension, []).append(name)
        changed = set()
        for dimension, names in new.items():
            rows = connection.exec_driver_sql(_for(LOOK_UP, names), (dimension, *names)).all()
            there = {name: number for name, number, _ in rows}
            missing = [name for name in names if name not in there]
            old = [name for name, _, last in rows if last < month]
            if missing:
                there |= _free(connection, dimension, missing)
                made = [(dimension, name, there[name], month) for name in missing]
                connection.exec_driver_sql(INSERT, made)
            if old:
                connection.exec_driver_sql(_for(TOUCH, old), (month, dimension, *old))
            if missing or old:
                changed.add(str(dimension))
            self._numbers |= {(dimension, name): number for name, number in there.items()}
        return changed

    def of(self, names: Iterable[Name]) -> Iterator[int]:
        """The numbers of those that were taken, and 0 for others."""
        return (self._numbers.get(name, 0) for name in names)


def _for(query: str, values: Collection[object]) -> str:
    return query.format(", ".join("?" for _ in values))


def _free(connection: Connection, dimension: str, names: Iterable[str]) -> dict[str, int]:
    """A number for each of some names, which no other name of the dimension has."""
    found: dict[str, int] = {}
    attempts = dict.fromkeys(names, 0)
    while attempts:
        tried = {name: number_for(dimension, name, at) for name, at in attempts.items()}
        numbers = sorted({*tried.values()})
        query = _for(TAKEN, numbers)
        taken = {*connection.exec_driver_sql(query, (dimension, *numbers)).scalars()}
        taken |= {*found.values()}
        for name, number in tried.items():
            attempts[name] += 1
            if number not in taken:
                found[name] = number
                taken.add(number)
        attempts = {name: at for name, at in attempts.items() if name not in found}
    return found
