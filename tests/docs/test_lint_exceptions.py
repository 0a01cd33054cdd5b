"""Whoever switches a rule of the linter or the type checker off says why, on the same line."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fixtures.small_site import ROOT

FOLDERS = ("policy", "generator", "analytics", "audit", "bench", "deploy", "tests")
EXCEPTION = re.compile(r"# (?:noqa|type: ignore|pragma: no cover)\b(?P<rest>.*)")
WITH_REASON = re.compile(
    r"(?:: [A-Z0-9, ]+|\[[a-z, -]+\])"  # which rules
    r"(?:  \(.{2,}\)?|  # .{3,})"  # why
)


def test_every_exception_names_its_rule_and_its_reason():
    paths = [ROOT / "build.py", *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if (found := EXCEPTION.search(line)) and not WITH_REASON.match(found["rest"])
    ]
    assert wrong == []


def test_every_exception_in_pyproject_has_a_reason():
    """Each rule that is ignored stands on a line with its reason."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    rules = re.findall(r'^\s*"(?:[A-Z]+\d*)",(.*)$', text, re.MULTILINE)
    rules += re.findall(r'^"[^"]+" = \["[A-Z0-9]+"\](.*)$', text, re.MULTILINE)
    assert len(rules) >= 8
    assert all(re.fullmatch(r" +# .+", reason) for reason in rules)
