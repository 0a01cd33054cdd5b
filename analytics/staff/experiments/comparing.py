"""Two variants compared within parts of the time, and between which bounds their difference lies.

Pure. In each part, both variants had the same number of slots in an order that was drawn, so under
no difference the sign of what was seen is that of a fair coin, whatever day or hour it was. The
interval is that of the means of all subsets of the parts: between two neighbours of these 2^n - 1
in their order lies the difference with the same probability 2^-n (J. A. Hartigan, "Using subsample
values as typical values", Journal of the American Statistical Association 64, 1969, 1303-1317). It
assumes nothing of how visits differ or come together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ALARMS", "Comparison", "Counted", "compare"]

ALARMS = 0.05
"""So often at most is a difference found where there is none, of all variants together."""

FOUND = 1.8
"""A difference of so many times the half of the interval is found in four of five cases or more, as
`bench/experiments.py` tries. By the t of 9 degrees of freedom (0.975 and 0.8) it would be 1.4; but
these intervals differ in width from one experiment to the next, and one that came out narrow by
chance names a difference that others miss."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The visits that began in a variant, and how many of them reached the goal."""

    visits: int
    reached: int

    @property
    def rate(self) -> float:
        """The share that reached it."""
        return self.reached / self.visits


@dataclass(frozen=True, slots=True)
class Comparison:
    """By how much the second variant's rate is above that of the first: as shares of visits, with
    the bounds of the interval, and the smallest difference that would most likely have shown."""

    difference: float
    low: float
    high: float
    step: float
    """What one visit more that reaches the goal makes of the rarer variant's rate."""

    @property
    def is_shown(self) -> bool:
        """Whether there is a difference."""
        return self.low > 0 or self.high < 0

    @property
    def would_show(self) -> float:
        """A difference found in four of five cases at least; that of one visit or more."""
        return max(FOUND * (self.high - self.low) / 2, self.step)


def compare(parts: Sequence[tuple[Counted, Counted]], comparisons: int = 1) -> Comparison:
    """Compare the variants of some parts, each with visits of both. Where there are more
    `comparisons` with the first variant, each gets its share of the false alarms (Bonferroni)."""
    weights, weighed = [], []
    for one, other in parts:
        # The same whichever of the two was which, as chance demands.
        weight = one.visits * other.visits / (one.visits + other.visits)
        weights.append(weight)
        weighed.append(weight * (other.rate - one.rate))
    means = sorted(_subset_means(weighed, weights))
    outside = math.floor(ALARMS / comparisons / 2 * 2 ** len(parts))
    if not outside:
        raise ValueError(f"{len(parts)} parts are too few")
    rarer = min(sum(one.visits for one, _ in parts), sum(other.visits for _, other in parts))
    whole = sum(weighed) / sum(weights)
    return Comparison(whole, means[outside - 1], means[-outside], 1 / rarer)


def _subset_means(weighed: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The mean of each subset but the empty one."""
    sums = [(0.0, 0.0)]
    for value, weight in zip(weighed, weights, strict=True):
        sums += [(total + value, of + weight) for total, of in sums]
    return [total / of for total, of in sums[1:]]
