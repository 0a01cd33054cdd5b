"""The audit of a site that turns features off asks for none of what they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from tests.fixtures.whole_site import SITES, whole_site
from tests.generator.test_build_faults import change, parts


@pytest.mark.parametrize(("feature", "journeys"), [("everything", 2), ("visits", 9)], ids=str)
def test_what_is_left_is_as_declared(
    tmp_path: Path, chromium: str, feature: str, journeys: int
) -> None:
    """Each journey that can still be made is; forms may be for a purpose of the site's own."""
    root = whole_site(tmp_path / "site")
    for what, text in parts(SITES / "without" / f"{feature}.site"):
        change(root, what, text)
    words = ["--root", str(root), "audit", "--browser", "chromium", "--idle", "0.2"]
    told = CliRunner().invoke(build.main, [*words, "--output", str(tmp_path / "told")])
    assert told.exit_code == 0, told.output
    assert f"Nothing differs from the register: {journeys} journeys" in told.output
