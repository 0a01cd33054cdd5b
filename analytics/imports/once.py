"""Visits that a file has a row for each hit of, each counted once: as its earliest row tells it.

No export says that its rows are in the order of time. So a visit is told as soon as a row of it is
met; where an earlier one follows, what was told is taken back, and told anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import blake2b
from secrets import token_bytes

from analytics.imports.layouts import Told, Value, Wanted, Whole
from analytics.imports.sheets import Line
from analytics.visits.model import Dimension
from policy.failures import Refusal

__all__ = ["MOST_VISITS", "Of", "Once"]

MOST_VISITS = 2_000_000
"""In memory, some 300 MB."""

Of = tuple[tuple[Dimension, str], ...]
"""What a visit is, in the tool's own words."""

BITS = 32
"""Of a number of what visits are; there are no more of these than visits."""


class Once:
    """Which visits were met, and when: as short digests, under a key that no other run has, in
    memory. Of days that are not wanted none is held, but of the one before: a visit of it may go
    on."""

    def __init__(self, wanted: Wanted) -> None:
        self._key = token_bytes(16)
        self._met: dict[int, int] = {}
        self._of: list[Of] = []
        self._numbers: dict[Of, int] = {}
        self._wanted = wanted

    def hit(self, line: Line, visit: str, moment: datetime, of: Of) -> Iterator[Told]:
        """What a row adds, and what it takes back, as the earliest of its visit that was met;
        nothing on a day that is not wanted. Raises Refusal where there are too many visits."""
        if not self._wanted.is_near(moment.date()):
            return
        digest = blake2b(visit.encode("utf-8", "replace"), digest_size=8, key=self._key).digest()
        number, seconds = int.from_bytes(digest), int(moment.timestamp())
        before = self._met.get(number)
        if before is not None and before >> BITS <= seconds:
            return
        if before is not None:
            begun = datetime.fromtimestamp(before >> BITS, self._wanted.zone).date()
            yield from told(begun, self._of[before & ((1 << BITS) - 1)], -1)
        elif len(self._met) >= MOST_VISITS:
            message = (
                f"{line.file}:{line.number}: more than {MOST_VISITS:,} visits are in one import"
            )
            raise Refusal(
                message, "take some days at a time (--from, --to), each time with its own --name"
            )
        self._met[number] = seconds << BITS | self._number(of)
        yield from told(moment.date(), of, 1)

    def _number(self, of: Of) -> int:
        if of not in self._numbers:
            self._numbers[of] = len(self._of)
            self._of.append(of)
        return self._numbers[of]


def told(day: date, of: Iterable[tuple[Dimension, str]], times: int) -> Iterator[Told]:
    """A visit that began on a day."""
    yield Whole(day, visits=times, views=0, adds=True)
    for dimension, text in of:
        yield Value(day, dimension, text, times)
