"""What is said of an experiment, and when: nothing but its end before it is over. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analytics.staff.experiments.comparing import Comparison, Counted, compare
from analytics.visits.store.trials import Trial
from policy.slots import GROUPS, Slots

__all__ = ["Result", "Tested", "result_of"]


LEAST_GOALS = 10
"""Where fewer visits of a variant reached the goal, or fewer did not, the parts hardly differ, and
their bounds say nothing of what another one would have shown."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A variant with what was counted of it, and how it compares with the first."""

    variant: str
    counted: Counted
    against_first: Comparison | None = None

    @property
    def tells(self) -> bool:
        """Whether enough visits reached the goal, and enough did not."""
        reached = self.counted.reached
        return min(reached, self.counted.visits - reached) >= LEAST_GOALS


@dataclass(frozen=True, slots=True)
class Result:
    """All variants, the first one first; none where a part had too few visits."""

    tested: tuple[Tested, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it comes to, one for each variant but the first."""
        if not self.tested:
            return ()
        first, *others = self.tested
        return tuple(
            _sentence(each.variant, first.variant, each.against_first)
            if each.against_first
            else _too_few(each.variant, first.variant)
            for each in others
        )


def result_of(slots: Slots, trials: Iterable[Trial], least: int) -> Result:
    """The result of an experiment that is over. Nothing is told where a part of the time had fewer
    than `least` visits of a variant."""
    counted = {(each.part, each.variant): Counted(each.visits, each.reached) for each in trials}
    by_variant = [
        [counted.get((part, name), Counted(0, 0)) for part in range(GROUPS)]
        for name in slots.variants
    ]
    if any(each.visits < least for parts in by_variant for each in parts):
        return Result(())
    first, *others = by_variant
    as_it_is, *tested = (
        Tested(name, _whole(parts)) for name, parts in zip(slots.variants, by_variant, strict=True)
    )
    compared = [
        replace(each, against_first=compare(list(zip(first, parts, strict=True)), len(others)))
        if each.tells and as_it_is.tells
        else each
        for each, parts in zip(tested, others, strict=True)
    ]
    return Result((as_it_is, *compared))


def _whole(parts: Sequence[Counted]) -> Counted:
    return Counted(sum(each.visits for each in parts), sum(each.reached for each in parts))


def _sentence(variant: str, first: str, found: Comparison) -> str:
    if found.low > 0:
        return f"“{variant}” is better than “{first}” by {_between(found.low, found.high)}."
    if found.high < 0:
        return f"“{first}” is better than “{variant}” by {_between(-found.high, -found.low)}."
    would = _points(found.would_show)
    return (
        f"No difference between “{first}” and “{variant}” that this could show: one of {would}"
        " points would have been found in four of five trials."
    )


def _too_few(variant: str, first: str) -> str:
    return (
        f"Nothing can be said of “{variant}” and “{first}”: of each, {LEAST_GOALS} visits at least"
        " must have reached the goal, and as many must not."
    )


def _between(low: float, high: float) -> str:
    if (least := _points(low)) == _points(high):
        return f"about {least} points"
    return f"{least} to {_points(high)} points"


def _points(share: float) -> str:
    points = 100 * share
    return f"{points:.1f}" if points >= 0.1 else f"{points:.1g}"
