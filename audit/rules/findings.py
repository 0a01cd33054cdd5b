"""What the audit finds: one kind of difference between what was declared and what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from audit.observations import Journey, Snapshot
from policy.origins import Origin


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was seen."""

    browser: str
    journey: str
    step: str = ""
    page: str = ""
    picture: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.browser, self.journey, self.step) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `rule` names its kind, `subject` what it is about, `promise` P1 to P12.

    `origin` is where the register has the entry that it differs from; None where there is none.
    """

    rule: str
    subject: str
    message: str
    promise: str
    mend: str
    places: tuple[Place, ...] = ()
    origin: Origin | None = None


def at(finding: Finding, journey: Journey, snapshot: Snapshot | None = None) -> Finding:
    """The finding, seen at a snapshot of a journey, or in the journey as a whole."""
    place = Place(journey.browser, journey.name)
    if snapshot:
        place = Place(journey.browser, journey.name, snapshot.step, snapshot.page, snapshot.picture)
    return replace(finding, places=(place,))


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, with all the places where it was seen."""
    by_kind: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault((finding.rule, finding.subject, finding.message), []).append(finding)
    return tuple(_one(group) for _, group in sorted(by_kind.items()))


def _one(group: list[Finding]) -> Finding:
    return replace(group[0], places=tuple(dict.fromkeys(_places(group))))


def _places(group: list[Finding]) -> Iterator[Place]:
    for finding in group:
        yield from finding.places
