"""Findings about pages that stand in several wordings: the clock alone may say which one is served.

Every answer with such a page is looked at, whoever asked, in whatever journey: one that has another
wording than that of its slot depends on the visitor, or on nothing that was declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from audit.observations import Answer, Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from policy.experiments import Experiment

__all__ = ["findings", "is_tried"]

SECOND = 1.0
"""An answer may leave so long after the clock was read for it."""


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every answer in another wording than its slot's, and wordings of a page that are the same."""
    yield from _without_a_file(declared, observed)
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            for answer in snapshot.answers:
                served = observed.variants.get((answer.path, answer.digest))
                if served and served.isdisjoint(_due(declared, answer)):
                    yield at(_otherwise(answer, served), journey, snapshot)


def _without_a_file(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Wordings of an experiment that was on, all of whose files are those of another one: each slot
    would be served the same, and no answer could differ from what is due."""
    for each in declared.site.experiments.experiments:
        files = {name: set[str]() for name in each.variants}
        for (page, digest), wordings in observed.variants.items():
            for name in wordings & files.keys() if page == each.page else ():
                files[name].add(digest)
        if all(files.values()) and _is_on(declared, each, _answers(observed)):
            for one, other in combinations(each.variants, 2):
                if files[one] == files[other]:
                    message = f"{each.page} has the same file for “{one}” and “{other}”"
                    mend = "let each slot have words of its own: policy/manifest.py"
                    yield Finding("wording by visitor", each.page, message, "P4", mend)


def is_tried(declared: Declared, observed: Observed) -> bool:
    """Whether any answer with the page of an experiment left while that was on."""
    answers = _answers(observed)
    return any(_is_on(declared, each, answers) for each in declared.site.experiments.experiments)


def _answers(observed: Observed) -> tuple[Answer, ...]:
    return tuple(
        answer
        for journey in observed.journeys
        for snapshot in journey.snapshots
        for answer in snapshot.answers
    )


def _is_on(declared: Declared, each: Experiment, answers: Iterable[Answer]) -> bool:
    slots = each.slots(declared.zone)
    return any(each.page == answer.path and slots.at(int(answer.at // 3600)) for answer in answers)


def _due(declared: Declared, answer: Answer) -> frozenset[str]:
    """The wordings that may be served then: one, or two where one has just ended."""
    due = set()
    for moment in (answer.at, answer.at - SECOND):
        here = [each for each in declared.site.experiments.experiments if each.page == answer.path]
        slots = (each.slots(declared.zone).at(int(moment // 3600)) for each in here)
        first = here[-1].variants[0] if here else ""
        due.add(next((slot.variant for slot in slots if slot), first))
    return frozenset(due)


def _otherwise(answer: Answer, served: frozenset[str]) -> Finding:
    names = " or ".join(sorted(served))
    message = f"{answer.path} is answered with the wording “{names}”, which is not that of its slot"
    mend = "let the clock alone choose: analytics/web/static_files.py"
    return Finding("wording by visitor", answer.path, message, "P4", mend)
