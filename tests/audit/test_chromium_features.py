"""What Chromium is started without is at least what Playwright starts it without."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Error, Playwright

from audit.browsers.chromium_features import PLAYWRIGHTS, without

TURNS_OFF = "--disable-features="
SAYS_ITS_ARGUMENTS = '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.said"\n'


def test_nothing_that_playwright_turns_off_is_on(playwright: Playwright, tmp_path: Path) -> None:
    """Chromium heeds the last such argument: ours, which must have all that the first has."""
    program = tmp_path / "chromium"
    program.write_text(SAYS_ITS_ARGUMENTS)
    program.chmod(0o755)
    with pytest.raises(Error):
        playwright.chromium.launch(executable_path=program, args=[without(*PLAYWRIGHTS)])
    said = program.with_suffix(".said").read_text().splitlines()
    its, ours = (line for line in said if line.startswith(TURNS_OFF))
    names = its.removeprefix(TURNS_OFF).split(",")
    assert [*PLAYWRIGHTS] == names, "PLAYWRIGHTS has what Playwright's chromiumSwitches.ts has"
    assert {*names} < {*ours.removeprefix(TURNS_OFF).split(",")}
