"""When which variant of a page is served: by the clock alone, the same to everybody.

Time from an experiment's first hour on is cut into slots, and each block of slots has every variant
once (a randomized block design in time: a switchback experiment). The order in a block follows from
the declared seed, so whoever has the declaration can work it out, and nobody can change it later.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["GROUPS", "LEAST_VARIANTS", "OVER_HOURS", "Slot", "Slots"]

GROUPS = 10
"""The blocks of an experiment are counted in so many groups. Their differences are compared by all
2^10 ways in which they could have come out (`analytics.staff.experiments.comparing`)."""

LEAST_VARIANTS = 2

OVER_HOURS = 12
"""A visit that began in the last slot may go on for so long."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time with one variant: its block, that block's group, and its hours since 1970
    (UTC), of which `after` is the first that is not in it."""

    variant: str
    block: int
    group: int
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of an experiment on the page at the address `page`: `blocks` whole blocks, from
    `first_hour` (since 1970, UTC) on. What is left of its last day belongs to no slot."""

    name: str
    page: str
    goal: str
    variants: tuple[str, ...]
    seed: str
    first_hour: int
    slot_hours: int
    blocks: int

    @property
    def key(self) -> str:
        """What its counts are kept by: one that is drawn anew has none of those before."""
        return f"{self.name} {self.seed}"

    @property
    def block_hours(self) -> int:
        """How long every variant once takes."""
        return self.slot_hours * len(self.variants)

    @property
    def after(self) -> int:
        """The first hour that is in no slot any more."""
        return self.first_hour + self.blocks * self.block_hours

    @property
    def told_from(self) -> int:
        """The first hour in which no visit of the experiment goes on."""
        return self.after + OVER_HOURS

    @property
    def run(self) -> int:
        """How many blocks, one after the other, are counted in one group: a day of them at least,
        so that a group and a day do not tell the slot of anybody."""
        return math.ceil(24 / self.block_hours)

    @property
    def runs(self) -> int:
        """How many whole runs of blocks there are; each group needs one."""
        return self.blocks // self.run

    def order(self, block: int) -> tuple[str, ...]:
        """The variants in the order of a block's slots."""
        return _order(self.seed, block, self.variants)

    def at(self, hour: int) -> Slot | None:
        """The slot of an hour since 1970 (UTC); None before the first and after the last one."""
        if not self.first_hour <= hour < self.after:
            return None
        number = (hour - self.first_hour) // self.slot_hours
        block, place = divmod(number, len(self.variants))
        first = self.first_hour + number * self.slot_hours
        group = block // self.run % GROUPS
        return Slot(self.order(block)[place], block, group, first, first + self.slot_hours)

    def __iter__(self) -> Iterator[Slot]:
        for hour in range(self.first_hour, self.after, self.slot_hours):
            if slot := self.at(hour):
                yield slot


@lru_cache(maxsize=4096)
def _order(seed: str, block: int, variants: tuple[str, ...]) -> tuple[str, ...]:
    """By the digests (SHA-256) of seed, block and variant: any order is as likely as any other."""

    def digest(variant: str) -> bytes:
        return hashlib.sha256(f"{seed} {block} {variant}".encode()).digest()

    return tuple(sorted(variants, key=digest))
