"""The report, for people (terminal, HTML) and for programs (JSON, SARIF, JUnit)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from audit.observations import Observed
from audit.rules.findings import Finding
from policy import Site

_HERE = Path(__file__).parent

RULES = {
    "box ticked beforehand": "A box that agrees to something was ticked when the page came.",
    "cookie otherwise": "A cookie differs from its declaration.",
    "cookie set elsewhere": "An address set a cookie that it is not declared to set.",
    "cookie without consent": "A cookie was kept before its purpose was agreed to, or after.",
    "data in an address": "A browser sent data behind the question mark of an address.",
    "declared, never seen": "Something is declared, and no journey came by it.",
    "fingerprinting": "A script read what tells one browser from another.",
    "forbidden by policy": "A page tried what the content security policy forbids.",
    "identifier": "Two browsers that did the same kept different bytes.",
    "journey cut short": "A journey that visitors make could not be finished.",
    "kept too long": "The server keeps a row for longer than is declared.",
    "letter to somebody else": "A letter went to an address that the visitor did not give.",
    "letter without a ground": "A letter was sent that no act of its receiver allows.",
    "no way to withdraw": "A page has no link to where a choice is withdrawn.",
    "privacy page": "The privacy page does not say what the register declares.",
    "question": "The question was asked where it must not be, or not where it must.",
    "request elsewhere": "A page asked another site for something.",
    "request without consent": "A request was sent before its purpose was agreed to, or after.",
    "security header": "A security header is not the one that follows from the register.",
    "storage otherwise": "A storage key differs from its declaration.",
    "storage without consent": "Something was stored before its purpose was agreed to, or after.",
    "stored without consent": "The server keeps rows for a purpose that nobody agreed to.",
    "trace of a visitor": "Something of a visitor is in a file or log that must not hold it.",
    "undeclared Set-Cookie": "An answer set a cookie otherwise than any that is declared.",
    "undeclared column": "A database has a column that is not declared.",
    "undeclared connection": "A script can send by a way that is not declared.",
    "undeclared cookie": "A browser keeps a cookie that is not declared.",
    "undeclared field": "A form asks for what is not declared.",
    "undeclared header": "An answer carried a header that is not declared.",
    "undeclared log line": "The service wrote a line to its log that is not declared.",
    "undeclared request": "A browser sent something to an address that is not declared.",
    "undeclared storage": "A browser keeps something that is not declared.",
    "undeclared table": "A database has a table that is not declared.",
    "unequal buttons": "To reject is not as easy as to accept.",
}
"""Every kind of finding, in a sentence."""


@dataclass(frozen=True)
class Result:
    """An audit that is done. `commit` is the version of the site's sources, if it is known."""

    site: Site
    observed: Observed
    findings: tuple[Finding, ...]
    at: datetime.datetime
    commit: str = ""

    @property
    def snapshots(self) -> int:
        """How many snapshots were looked at."""
        return sum(len(journey.snapshots) for journey in self.observed.journeys)

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        journeys = len({journey.name for journey in self.observed.journeys if journey.snapshots})
        browsers = " and ".join(f"{n.capitalize()} {v}" for n, v in self.observed.browsers)
        seen = f"{journeys} journeys, {self.snapshots} snapshots, {browsers or 'no browser'}"
        if not self.findings:
            return f"Nothing differs from the register: {seen}."
        count = len(self.findings)
        things = "1 thing differs" if count == 1 else f"{count} things differ"
        return f"{things} from the register: {seen}."


def as_text(result: Result) -> str:
    """What the terminal shows: each finding, where it was seen, its promise and how to mend it."""
    lines = []
    for finding in result.findings:
        lines.append(f"{finding.promise}: {finding.message}")
        shown = [str(place) for place in finding.places[:3]]
        more = len(finding.places) - len(shown)
        if shown:
            lines.append(f"  seen: {'; '.join(shown)}{f'; and {more} more' if more else ''}")
        lines.append(f"  mend: {finding.mend}\n")
    lines.extend(f"not looked at: {each}" for each in result.observed.skipped)
    return "\n".join([*lines, result.verdict])


def as_json(result: Result) -> str:
    """Everything, for a program that keeps it."""
    return _json(
        {
            "verdict": result.verdict,
            "at": result.at.isoformat(timespec="seconds"),
            "commit": result.commit,
            "register": result.site.register.version,
            "browsers": dict(result.observed.browsers),
            "journeys": [
                {
                    "name": journey.name,
                    "browser": journey.browser,
                    "snapshots": len(journey.snapshots),
                    "stopped": journey.stopped,
                }
                for journey in result.observed.journeys
            ],
            "skipped": list(result.observed.skipped),
            "findings": [
                {
                    "rule": finding.rule,
                    "subject": finding.subject,
                    "message": finding.message,
                    "promise": finding.promise,
                    "mend": finding.mend,
                    "places": [str(place) for place in finding.places],
                }
                for finding in result.findings
            ],
        }
    )


def as_sarif(result: Result) -> str:
    """SARIF 2.1.0 (OASIS), which code hosts show beside a change."""
    rules = [
        {"id": name.replace(" ", "-"), "shortDescription": {"text": text}}
        for name, text in RULES.items()
    ]
    results = [
        {
            "ruleId": finding.rule.replace(" ", "-"),
            "level": "error",
            "message": {"text": f"{finding.message}. To mend it: {finding.mend}."},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": "site/policy.toml"}},
                    "logicalLocations": [{"fullyQualifiedName": str(place)}],
                }
                for place in finding.places[:10]
            ],
        }
        for finding in result.findings
    ]
    driver = {"name": "Plainsite audit", "rules": rules}
    return _json(
        {
            "version": "2.1.0",
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "runs": [{"tool": {"driver": driver}, "results": results}],
        }
    )


def as_junit(result: Result) -> str:
    """JUnit's XML: a test for each journey of each browser; it fails where it saw a difference."""
    suite = ElementTree.Element("testsuite", name="Plainsite audit")
    for journey in result.observed.journeys:
        case = ElementTree.SubElement(
            suite, "testcase", classname=journey.browser, name=journey.name
        )
        if journey.stopped:
            ElementTree.SubElement(case, "skipped", message=journey.stopped)
        for finding in _of(result.findings, journey.browser, journey.name):
            ElementTree.SubElement(case, "failure", message=finding.message).text = finding.mend
    everywhere = [finding for finding in result.findings if not finding.places]
    case = ElementTree.SubElement(suite, "testcase", classname="all", name="declared and seen")
    for finding in everywhere:
        ElementTree.SubElement(case, "failure", message=finding.message).text = finding.mend
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase[failure]"))))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, "unicode") + "\n"
    )


def _of(findings: Iterable[Finding], browser: str, journey: str) -> Iterable[Finding]:
    for finding in findings:
        if any((place.browser, place.journey) == (browser, journey) for place in finding.places):
            yield finding


def as_html(result: Result) -> str:
    """A page by itself, with the screenshots beside it."""
    jinja = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pictures = [
        (f"{journey.browser.capitalize()}: {journey.name}, {snapshot.step}", snapshot.picture)
        for journey in result.observed.journeys
        for snapshot in journey.snapshots
        if snapshot.picture
    ]
    return jinja.get_template("report.html").render(result=result, rules=RULES, pictures=pictures)


WRITERS: dict[str, Callable[[Result], str]] = {
    "report.html": as_html,
    "report.json": as_json,
    "report.sarif": as_sarif,
    "report.xml": as_junit,
}


def write_reports(result: Result, folder: Path) -> None:
    """Write every report into `folder`, beside the screenshots."""
    for name, write in WRITERS.items():
        (folder / name).write_text(write(result), encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
