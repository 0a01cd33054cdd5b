"""What an experiment could show, foreseen from the visits before it. Pure.

By the t of 9 degrees of freedom for the means of ten parts, as if visits came by themselves: where
days and hours differ as well, only a larger difference is found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.staff.experiments.comparing import FOUND
from analytics.staff.experiments.result import LEAST_GOALS
from policy.slots import GROUPS, Slots

__all__ = ["DAYS", "Before", "foreseen"]

DAYS = 28
"""What came in so many days before an experiment is what it is judged by."""

BOUNDS = {1: 2.27, 2: 2.72, 3: 2.97}
"""The half of the interval in standard errors, by how many wordings are compared with the first:
what t has at the share that `comparing.compare` leaves outside (25, 12 or 8 of 1,024)."""


@dataclass(frozen=True, slots=True)
class Before:
    """In the days before: the visits that began with the page, and the share of all visits of the
    site that reached the goal."""

    visits: int
    rate: float


def foreseen(slots: Slots, before: Before, least: int) -> str:
    """What it could show with as many visits, a sentence or two. `least` is the number of visits
    that each part of each wording must have."""
    if not before.visits:
        return f"No visit began here in the {DAYS} days before: nobody can say what it could show."
    days = slots.blocks * slots.block_hours / 24
    visits = before.visits / DAYS * days / len(slots.variants)
    known = (
        f"In the {DAYS} days before, {before.visits:,} visits began here, and"
        f" {100 * before.rate:.1f} % of all visits reached the goal. With as many, "
    )
    if visits / GROUPS < 2 * least:
        return known + (
            f"a wording may have fewer than {least} visits in some tenth of the time, and nothing"
            " would be told: let it take longer."
        )
    if visits * min(before.rate, 1 - before.rate) < 2 * LEAST_GOALS:
        what = "reach the goal" if before.rate < 0.5 else "miss the goal"
        return known + f"too few visits would {what} to tell the wordings apart."
    error = math.sqrt(2 * before.rate * (1 - before.rate) / visits)
    points = 100 * FOUND * BOUNDS[len(slots.variants) - 1] * error
    return known + (
        f"no difference under {points:.1f} points would be found in four of five trials, and where"
        " days and hours differ much only a larger one."
    )
