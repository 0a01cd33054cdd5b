"""SARIF 2.1.0, which code hosts show beside a change.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from typing import Any

from audit.observations import Untold
from audit.reports.result import Result, tool_version
from audit.rules.findings import Finding
from audit.rules.kinds import KINDS
from policy.origins import Origin

__all__ = ["as_sarif"]

REGISTER = {"artifactLocation": {"uri": "site/policy.toml"}}
"""Of what no entry declares: there is no line of it, and code hosts want a file."""


def as_sarif(result: Result) -> str:
    """The report. What could not be told makes the execution one that did not succeed."""
    run = {
        "tool": {"driver": _driver()},
        "invocations": [
            {
                "executionSuccessful": not result.untold,
                "exitCode": int(result.outcome),
                "exitCodeDescription": result.verdict,
                "endTimeUtc": result.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "toolExecutionNotifications": [_notification(each) for each in result.untold],
            }
        ],
        "properties": {"outcome": result.outcome.words, **result.facts},
        "results": [_result(finding) for finding in result.findings],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    report = {"version": "2.1.0", "$schema": schema, "runs": [run]}
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _driver() -> dict[str, Any]:
    rules = [
        {"id": name.replace(" ", "-"), "shortDescription": {"text": text}}
        for name, text in KINDS.items()
    ]
    return {"name": "Plainsite audit", "version": tool_version(), "rules": rules}


def _notification(untold: Untold) -> dict[str, Any]:
    return {"level": "error", "message": {"text": f"could not be told: {untold}"}}


def _result(finding: Finding) -> dict[str, Any]:
    places = finding.places[:10]
    physical = _physical(finding.origin)
    return {
        "ruleId": finding.rule.replace(" ", "-"),
        "level": "error",
        "message": {"text": f"{finding.message}. To mend it: {finding.mend}."},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [{"fullyQualifiedName": str(place)}],
            }
            for place in places
        ]
        or [{"physicalLocation": physical}],
    }


def _physical(origin: Origin | None) -> dict[str, Any]:
    """Where the entry is declared: in the site's file, or in that of a feature."""
    if origin is None:
        return REGISTER
    return {
        "artifactLocation": {"uri": origin.path},
        "region": {"startLine": origin.line},
    }
