"""The audit of a site that turns features off asks for none of what they have."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

import build
from tests.fixtures.whole_site import SITES, whole_site
from tests.generator.test_build_faults import change, parts


def test_a_plain_site_is_as_declared(tmp_path: Path, chromium: str) -> None:
    """Nothing is kept, so there is little to see, and all of it is seen."""
    root = whole_site(tmp_path / "site")
    for what, text in parts(SITES / "without" / "everything.site"):
        change(root, what, text)
    words = ["--root", str(root), "audit", "--browser", "chromium", "--idle", "0.2"]
    told = CliRunner().invoke(build.main, [*words, "--output", str(tmp_path / "told")])
    assert told.exit_code == 0, told.output
    assert "Nothing differs from the register: 2 journeys" in told.output
