"""What an audit comes to: one of three results, which every report says alike. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from audit.observations import Journey, Observed, Untold

__all__ = ["Outcome", "outcome_of", "passed_over", "untold_of"]


class Outcome(IntEnum):
    """The three results. The number is the command's exit status."""

    NOTHING_DIFFERS = 0
    DIFFERS = 1
    COULD_NOT_TELL = 2

    @property
    def words(self) -> str:
        """As reports say it."""
        return self.name.lower().replace("_", " ")


def outcome_of(findings: Collection[object], untold: Collection[Untold]) -> Outcome:
    """A difference is one, however much more could not be told."""
    if findings:
        return Outcome.DIFFERS
    return Outcome.COULD_NOT_TELL if untold else Outcome.NOTHING_DIFFERS


def untold_of(observed: Observed) -> tuple[Untold, ...]:
    """Everything of which it could not be told whether it differs, and why."""
    untold = list(observed.missed)
    for journey in observed.journeys:
        untold.extend(Untold(each, journey.browser, journey.name) for each in journey.missed)
        if journey.stop and not _is_made_by_another(observed, journey):
            untold.append(Untold(journey.stop.why, journey.browser, journey.name))
        elif not journey.stop and not journey.snapshots:
            untold.append(Untold("nothing was looked at", journey.browser, journey.name))
    if not observed.journeys and not untold:
        untold.append(Untold("no journey was made"))
    return tuple(dict.fromkeys(untold))


def passed_over(observed: Observed) -> tuple[Untold, ...]:
    """What a browser has no feature for, and another looked at."""
    return tuple(
        Untold(journey.stop.why, journey.browser, journey.name)
        for journey in observed.journeys
        if journey.stop and _is_made_by_another(observed, journey)
    )


def _is_made_by_another(observed: Observed, journey: Journey) -> bool:
    """Whether it is the browser's own want that stopped it, and another browser made it whole."""
    if not (journey.stop and journey.stop.unable):
        return False
    return any(each.name == journey.name and not each.stop for each in observed.journeys)
