"""The report, for people (terminal, HTML) and for programs (JSON, SARIF, JUnit)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from audit.reports.baseline import fingerprint
from audit.reports.evidence import FOLDER, SUMS
from audit.reports.junit import as_junit
from audit.reports.result import Result, grouped, unknowns
from audit.reports.sarif import as_sarif
from audit.rules.kinds import KINDS

__all__ = ["WRITERS", "as_html", "as_json", "as_text", "forget_reports", "write_reports"]

_HERE = Path(__file__).parent


def as_text(result: Result) -> str:
    """What the terminal shows: each finding, where it was seen, its promise and how to mend it;
    then what could not be told, and why."""
    lines = []
    for finding in result.findings:
        known = "known: " if result.is_known(finding) else ""
        lines.append(known + f"{finding.promise}: {finding.message}".removeprefix(": "))
        if finding.places:
            lines.append(f"  seen: {_some([str(place) for place in finding.places])}")
        if finding.origin:
            lines.append(f"  declared: {finding.origin}")
        lines.append(f"  mend: {finding.mend}\n")
    for why, places in grouped(result.untold):
        lines.append(f"could not be told: {why}")
        if any(places):
            lines.append(f"  kept from going on: {_some(places)}")
    lines.extend(f"not looked at: {each}" for each in result.passed_over)
    return "\n".join([*lines, result.verdict])


def _some(places: list[str] | tuple[str, ...]) -> str:
    more = len(places) - 3
    return "; ".join(places[:3]) + (f"; and {more} more" if more > 0 else "")


def as_json(result: Result) -> str:
    """Everything, for a program that keeps it."""
    told: dict[str, Any] = {
        "outcome": result.outcome.words,
        "status": int(result.outcome),
        "verdict": result.verdict,
        "address": result.address,
        "at": result.at.isoformat(timespec="seconds"),
        "commit": result.commit,
        "register": {"version": result.register_version, "hash": result.register_hash},
        "tool": result.facts["tool"],
        "browsers": dict(result.observed.browsers),
        "journeys": [
            {
                "name": journey.name,
                "browser": journey.browser,
                "snapshots": len(journey.snapshots),
                "seconds": round(journey.seconds, 1),
                "stopped": journey.stopped,
            }
            for journey in result.observed.journeys
        ],
        "untold": [
            {"why": each.why, "browser": each.browser, "journey": each.journey}
            for each in result.untold
        ],
        "passed_over": list(result.passed_over),
        "findings": [
            {
                "rule": finding.rule,
                "fingerprint": fingerprint(finding),
                "known": result.is_known(finding),
                "subject": finding.subject,
                "message": finding.message,
                "promise": finding.promise,
                "mend": finding.mend,
                "declared": asdict(finding.origin) if finding.origin else None,
                "places": [str(place) for place in finding.places],
            }
            for finding in result.findings
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


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
    page = jinja.get_template("report.html")
    untold = unknowns(result.untold)
    return page.render(result=result, untold=untold, rules=KINDS, pictures=pictures)


WRITERS: dict[str, Callable[[Result], str]] = {
    "report.html": as_html,
    "report.json": as_json,
    "report.sarif": as_sarif,
    "report.xml": as_junit,
}


def forget_reports(folder: Path) -> None:
    """Delete an earlier audit's reports and evidence: none may be taken for this one's, should it
    fail."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    (folder / SUMS).unlink(missing_ok=True)
    for name in WRITERS:
        (folder / name).unlink(missing_ok=True)


def write_reports(result: Result, folder: Path) -> None:
    """Write every report into `folder`, beside the screenshots."""
    for name, write in WRITERS.items():
        (folder / name).write_text(write(result), encoding="utf-8")
