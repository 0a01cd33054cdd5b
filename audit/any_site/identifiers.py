"""What an answer gives each visitor another of, and gets back from them: a number in an ETag. Pure.

A page that is made anew each time may have another ETag each time, and a site of several machines
one for each. Who is told apart has the same one each time, and nobody else has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from audit.observations import Journey, Observed
from audit.rules.findings import Finding, at

__all__ = ["identifier_findings"]

SENT_BACK = ("etag", "last-modified")
FEWEST = 3
"""Visitors of one browser, each of whom was given it at least twice."""

Address = tuple[str, str, str, str]


def identifier_findings(observed: Observed) -> Iterator[Finding]:
    """Each header by which a visitor is known again, once for each who was given it."""
    given: defaultdict[Address, list[tuple[Journey, list[str]]]] = defaultdict(list)
    for journey in observed.journeys:
        for (origin, path, name), values in _given(journey).items():
            given[journey.browser, origin, path, name].append((journey, values))
    for (_, origin, path, name), all_given in given.items():
        again = [(journey, values) for journey, values in all_given if len(values) > 1]
        own = {values[0] for _, values in again if len({*values}) == 1}
        if len(again) >= FEWEST and len(own) == len(again):
            for journey, _ in again:
                place = path if origin == journey.origin else f"{origin}{path}"
                message = f"each visitor is given another {name} with {place}, and sends it back"
                mend = "give all of them the same: one that is made of the bytes"
                yield at(Finding("identifier", place, message, "", mend), journey)


def _given(journey: Journey) -> dict[tuple[str, str, str], list[str]]:
    found: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for snapshot in journey.snapshots:
        for answer in snapshot.headers:
            for name, value in answer.values:
                if name in SENT_BACK:
                    found[answer.origin, answer.path, name].append(value)
    return found
