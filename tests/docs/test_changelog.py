"""CHANGELOG.md begins with the version that this is."""

from __future__ import annotations

import re
import tomllib

from audit.reports.result import tool_version
from tests.fixtures.small_site import ROOT

TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_newest_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    assert versions[0] == project["version"] == tool_version()
    assert versions == sorted(versions, key=lambda each: [*map(int, each.split("."))], reverse=True)


def test_each_version_says_what_is_added_changed_and_fixed():
    newest = TEXT.split("\n## ")[1]
    assert re.findall(r"^### (.*)$", newest, re.MULTILINE)[1:] == ["Added", "Changed", "Fixed"]
