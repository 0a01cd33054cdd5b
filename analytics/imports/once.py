"""Visits that a file has a row for each hit of, each counted once."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from secrets import token_bytes

from analytics.imports.layouts import Wanted
from analytics.imports.sheets import Line
from policy.failures import Refusal

__all__ = ["MOST_VISITS", "Once"]

MOST_VISITS = 2_000_000
"""In memory, some 200 MB."""


class Once:
    """Which visits were met: as short digests, under a key that no other run has, in memory. Of
    days that are not wanted none is held, but of the one before: a visit of it may go on."""

    def __init__(self, wanted: Wanted) -> None:
        self._key = token_bytes(16)
        self._met: set[int] = set()
        self._wanted = wanted

    def is_first(self, line: Line, visit: str, day: date) -> bool:
        """Whether a visit is met for the first time; False on a day that is not wanted. Raises
        Refusal where there are too many."""
        if not self._wanted.is_near(day):
            return False
        digest = blake2b(visit.encode("utf-8", "replace"), digest_size=8, key=self._key).digest()
        number = int.from_bytes(digest)
        if number in self._met:
            return False
        if len(self._met) >= MOST_VISITS:
            message = (
                f"{line.file}:{line.number}: more than {MOST_VISITS:,} visits are in one import"
            )
            raise Refusal(
                message, "take some days at a time (--from, --to), each time with its own --name"
            )
        self._met.add(number)
        return True
