"""The comparison: what was seen against what was declared, both ways. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from audit.observations import Observed
from audit.rules import (
    answers,
    arrivals,
    experiments,
    letters,
    pages,
    requests,
    retention,
    rows,
    server,
    storage,
    units,
    words,
)
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at, merged
from audit.rules.outcome import untold_of
from policy import Site
from policy.origins import Origin

RULES = (
    storage.findings,
    requests.findings,
    pages.findings,
    server.findings,
    rows.findings,
    retention.findings,
    letters.findings,
    answers.findings,
    arrivals.findings,
    experiments.findings,
    words.findings,
    units.findings,
)


def compare(site: Site, observed: Observed, *, complete: bool = True) -> tuple[Finding, ...]:
    """Every difference, each once. `complete` says that all journeys were to be made.

    What was declared and never seen is a difference only where everything could be looked at: else
    nobody knows whether it would have come.
    """
    declared = Declared.of(site, observed.pages)
    found = [finding for rule in RULES for finding in rule(declared, observed)]
    found.extend(_cut_short(observed))
    if complete and not untold_of(observed):
        found.extend(_never_seen(declared, observed))
    return merged(found)


def _cut_short(observed: Observed) -> Iterator[Finding]:
    """Journeys for which the site lacks what its visitors need."""
    for journey in observed.journeys:
        if journey.stop and journey.stop.lacking:
            message = f"the journey “{journey.name}” could not be finished: {journey.stop.why}"
            mend = "give visitors what the journey looks for, or mend the journey"
            finding = Finding("journey cut short", journey.name, message, "P4", mend)
            yield at(finding, journey, journey.snapshots[-1])


def _never_seen(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """What is declared, and no journey came by."""
    snapshots = [snapshot for journey in observed.journeys for snapshot in journey.snapshots]
    cookies = {cookie.name for snapshot in snapshots for cookie in snapshot.cookies}
    items = {(item.where, item.key) for snapshot in snapshots for item in snapshot.items}
    asked = [request for snapshot in snapshots for request in snapshot.requests]
    for name in declared.cookies.keys() - cookies:
        if observed.local or declared.cookies[name].purpose in declared.accepting:
            yield _absent("cookie", name, declared.browser_origin(name))
    for _, key in declared.storages.keys() - items:
        yield _absent("storage key", key, declared.browser_origin(key))
    if not observed.local:
        return
    for endpoint in declared.register.endpoints:
        if not any(endpoint.answers(request.method, request.path) for request in asked):
            yield _absent("address", endpoint.path, declared.origin("endpoint", endpoint.path))
    for exception in declared.register.exceptions:
        if not any(exception.covers(snapshot.page) for snapshot in snapshots):
            origin = declared.origin("exception", exception.name)
            yield _absent("exception", exception.name, origin)
    if not any(snapshot.letters for snapshot in snapshots):
        for connection in declared.register.connections:
            origin = declared.origin("connection", connection.name)
            yield _absent("connection", connection.name, origin)
    yield from server.never_filled(declared, observed)


def _absent(kind: str, name: str, origin: Origin | None) -> Finding:
    return Finding(
        rule="declared, never seen",
        subject=name,
        message=f"the {kind} {name} is declared, but no journey came by it",
        promise="P1",
        mend="remove it where build.py policy show has it, or mend what should set it",
        origin=origin,
    )
