"""Findings about what pages say: what was published, and the same to everybody (P4)."""

from __future__ import annotations

from collections.abc import Iterator

from audit.observations import Journey, Observed, Snapshot
from audit.page_words import plain
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from audit.rules.pages import CHOICES

OPENED = "open "
"""The steps after which a page is as it came: what a visitor did there may be answered in words."""

ALONE = ("narrow window", "scripts off")
"""Journeys whose pages show other parts of what is published."""

Kind = tuple[object, ...]


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every line that is not in the page as it was published, and every page that says something
    else to one visitor than to another who gave the same answer."""
    said: dict[Kind, dict[str, tuple[Journey, Snapshot]]] = {}
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            published = observed.words.get(snapshot.page)
            if published is None or snapshot.facts is None or _is_written(declared, snapshot.page):
                continue
            if any(plain(each) not in published for each in _lines(snapshot.facts.text)):
                message = f"{snapshot.page} says what is not in the page that was published"
                yield at(_finding(snapshot.page, message), journey, snapshot)
            elif kind := _kind(declared, observed, journey, snapshot):
                text = plain(snapshot.facts.text)
                said.setdefault(kind, {}).setdefault(text, (journey, snapshot))
    for ways in said.values():
        for journey, snapshot in list(ways.values())[1:]:
            message = f"{snapshot.page} says something else to one visitor than to another"
            yield at(_finding(snapshot.page, message), journey, snapshot)


def _is_written(declared: Declared, page: str) -> bool:
    """Whether scripts write on it by its purpose: the choices as they are, and what a declared
    exception is for."""
    choices = declared.languages.addresses(page, CHOICES)
    return page in choices or any(each.covers(page) for each in declared.register.exceptions)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from line.split("\t")


def _kind(
    declared: Declared, observed: Observed, journey: Journey, snapshot: Snapshot
) -> Kind | None:
    """Of which all say the same; None where the clock or a group decides."""
    tried = {page for page, _ in observed.variants}
    purposes = {cookie.purpose for cookie in declared.cookies.values() if cookie.name == "audience"}
    if snapshot.page in tried or snapshot.agreed & purposes or not snapshot.facts:
        return None
    if not snapshot.step.startswith(OPENED):
        return None
    answer = snapshot.agreed & (declared.answering | declared.accepting)
    alone = journey.name if journey.name in ALONE else ""
    return journey.browser, snapshot.page, answer, snapshot.facts.notice, alone


def _finding(page: str, message: str) -> Finding:
    mend = "let scripts show parts of a page as the visitor’s own answer is, and write nothing"
    return Finding("said otherwise", page, message, "P4", mend)
