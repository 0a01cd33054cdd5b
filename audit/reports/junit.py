"""JUnit's XML, which build servers show as tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from audit.observations import Journey
from audit.reports.result import Result
from audit.rules.findings import Finding

__all__ = ["as_junit"]

Element = ElementTree.Element


def as_junit(result: Result) -> str:
    """A test for each journey of each browser, with its time. It fails where it saw a difference,
    once, whatever number it saw; what could not be told is a test beside it, in error. What belongs
    to no journey is a test by itself; what the baseline has is said, and fails nothing."""
    suite = Element("testsuite", name="Plainsite audit")
    suite.set("timestamp", result.at.isoformat(timespec="seconds"))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in {"outcome": result.outcome.words, **result.facts}.items():
        ElementTree.SubElement(properties, "property", name=name, value=value)
    for journey in result.observed.journeys:
        suite.extend(_cases(result, journey))
    suite.extend(_everywhere(result))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("time", f"{sum(each.seconds for each in result.observed.journeys):.3f}")
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase[{kind}]"))))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, "unicode") + "\n"
    )


def _cases(result: Result, journey: Journey) -> Iterator[Element]:
    seen = list(_of(result.findings, journey.browser, journey.name))
    case = _case(result, journey.browser, journey.name, seen, seconds=journey.seconds)
    untold = [each.why for each in result.untold if each.place == _place(journey)]
    if journey.stopped and not untold and case.find("failure") is None:
        ElementTree.SubElement(case, "skipped", message=journey.stopped)
    yield case
    if untold:
        yield _error(journey.browser, f"{journey.name}: what could not be told", untold)


def _everywhere(result: Result) -> Iterator[Element]:
    alone = [finding for finding in result.findings if not finding.places]
    yield _case(result, "all", "declared and seen", alone)
    made = {_place(journey) for journey in result.observed.journeys}
    untold = [str(each) for each in result.untold if each.place not in made]
    if untold:
        yield _error("all", "what could not be told", untold)


def _case(
    result: Result, group: str, name: str, findings: list[Finding], *, seconds: float = 0
) -> Element:
    case = Element("testcase", classname=group, name=name, time=f"{seconds:.3f}")
    new = [finding for finding in findings if not result.is_known(finding)]
    if new:
        more = f", and {len(new) - 1} more" if len(new) > 1 else ""
        failure = ElementTree.SubElement(case, "failure", message=new[0].message + more)
        failure.text = "\n\n".join(map(_told, new))
    known = [finding.message for finding in findings if result.is_known(finding)]
    if known:
        output = ElementTree.SubElement(case, "system-out")
        output.text = "\n".join(f"known: {each}" for each in known)
    return case


def _told(finding: Finding) -> str:
    declared = f"\ndeclared in {finding.origin}" if finding.origin else ""
    return f"{finding.message}\n{finding.mend}{declared}"


def _error(group: str, name: str, untold: list[str]) -> Element:
    case = Element("testcase", classname=group, name=name, time="0.000")
    more = f", and {len(untold) - 1} more" if len(untold) > 1 else ""
    error = ElementTree.SubElement(case, "error", message=f"could not be told: {untold[0]}{more}")
    error.text = "\n".join(untold)
    return case


def _place(journey: Journey) -> tuple[str, str]:
    return journey.browser, journey.name


def _of(findings: Iterable[Finding], browser: str, journey: str) -> Iterable[Finding]:
    for finding in findings:
        if any((place.browser, place.journey) == (browser, journey) for place in finding.places):
            yield finding
