"""JUnit's XML, which build servers show as tests."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from audit.observations import Journey
from audit.reports.result import Result
from audit.rules.findings import Finding

__all__ = ["as_junit"]


def as_junit(result: Result) -> str:
    """A test for each journey of each browser. It fails where it saw a difference, and is in error
    where it could not tell. What belongs to no journey is a test by itself."""
    suite = ElementTree.Element("testsuite", name="Plainsite audit")
    suite.set("timestamp", result.at.isoformat(timespec="seconds"))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in {"outcome": result.outcome.words, **result.facts}.items():
        ElementTree.SubElement(properties, "property", name=name, value=value)
    for journey in result.observed.journeys:
        case = ElementTree.SubElement(
            suite, "testcase", classname=journey.browser, name=journey.name
        )
        for finding in _of(result.findings, journey.browser, journey.name):
            _failure(case, finding)
        untold = [each.why for each in result.untold if each.place == _place(journey)]
        for why in untold:
            ElementTree.SubElement(case, "error", message=f"could not be told: {why}")
        if journey.stopped and not untold:
            ElementTree.SubElement(case, "skipped", message=journey.stopped)
    _everywhere(suite, result)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase[{kind}]"))))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, "unicode") + "\n"
    )


def _everywhere(suite: ElementTree.Element, result: Result) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname="all", name="declared and seen")
    for finding in result.findings:
        if not finding.places:
            _failure(case, finding)
    made = {_place(journey) for journey in result.observed.journeys}
    for each in result.untold:
        if each.place not in made:
            ElementTree.SubElement(case, "error", message=f"could not be told: {each}")


def _place(journey: Journey) -> tuple[str, str]:
    return journey.browser, journey.name


def _failure(case: ElementTree.Element, finding: Finding) -> None:
    declared = f"\ndeclared in {finding.origin}" if finding.origin else ""
    failure = ElementTree.SubElement(case, "failure", message=finding.message)
    failure.text = f"{finding.mend}{declared}"


def _of(findings: Iterable[Finding], browser: str, journey: str) -> Iterable[Finding]:
    for finding in findings:
        if any((place.browser, place.journey) == (browser, journey) for place in finding.places):
            yield finding
