"""SARIF 2.1.0, which code hosts show beside a change.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from audit.observations import Untold
from audit.reports.baseline import fingerprint
from audit.reports.result import Result, tool_version
from audit.rules.findings import Finding
from audit.rules.kinds import KINDS
from policy.origins import Origin

__all__ = ["as_sarif"]

ROOT = "SRCROOT"


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
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder of the sources."}}},
        "columnKind": "unicodeCodePoints",
        "properties": {"outcome": result.outcome.words, **result.facts},
        "results": [_result(finding, result) for finding in result.findings],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    report = {"version": "2.1.0", "$schema": schema, "runs": [run]}
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _driver() -> dict[str, Any]:
    rules = [
        {
            "id": _id(name),
            "name": "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", name)),
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": f"{text} What to do is said with each result, and in docs/audit.md."},
            "defaultConfiguration": {"level": "error"},
        }
        for name, text in KINDS.items()
    ]
    version = tool_version()
    return {
        "name": "Plainsite audit",
        "organization": "Plainsite",
        "version": version,
        "semanticVersion": version,
        "rules": rules,
    }


def _id(rule: str) -> str:
    return rule.replace(" ", "-")


def _notification(untold: Untold) -> dict[str, Any]:
    return {"level": "error", "message": {"text": f"could not be told: {untold}"}}


def _result(finding: Finding, result: Result) -> dict[str, Any]:
    places = finding.places[:10]
    physical = _physical(finding.origin, result.register_file)
    known = result.is_known(finding)
    state = {"baselineState": "unchanged" if known else "new"} if result.baseline else {}
    return {
        "ruleId": _id(finding.rule),
        "ruleIndex": list(KINDS).index(finding.rule),
        "level": "note" if known else "error",
        "partialFingerprints": {"plainsiteDifference/v2": fingerprint(finding)},
        **state,
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


def _physical(origin: Origin | None, file: str) -> dict[str, Any]:
    """Where the entry is declared: in the site's file, or in that of a feature. What no entry
    declares has no line in `file`; code hosts want a file all the same."""
    if origin is None:
        return {"artifactLocation": _place(file)}
    return {
        "artifactLocation": _place(origin.path),
        "region": {"startLine": origin.line},
    }


def _place(path: str) -> dict[str, str]:
    """A file as an address: of the sources, unless the path is a whole one."""
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(Path(path).as_posix()), "uriBaseId": ROOT}
