"""The audit of a site that turns features off asks for none of what they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from tests.fixtures.whole_site import CASES, whole_site
from tests.generator.test_build_faults import change, parts

JOURNEYS = {
    "all-but-forms": 7,
    "audiences": 22,
    "everything": 2,
    "forms": 18,
    "search": 23,
    "staff": 22,
    "visits": 9,
}
"""How many are left of the 23 where the feature of that name is off."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"no {case.stem}")
def test_what_is_left_is_as_declared(tmp_path: Path, chromium: str, case: Path) -> None:
    """Each journey that can still be made is; forms may be for a purpose of the site's own."""
    root = whole_site(tmp_path / "site")
    for what, text in parts(case):
        change(root, what, text)
    words = ["--root", str(root), "audit", "--browser", "chromium", "--idle", "0"]
    told = CliRunner().invoke(build.main, [*words, "--output", str(tmp_path / "told")])
    assert told.exit_code == 0, told.output
    assert f"Nothing differs from the register: {JOURNEYS[case.stem]} journeys" in told.output
