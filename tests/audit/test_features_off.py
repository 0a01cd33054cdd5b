"""The audit of a site that turns features off asks for none of what they have.

Where nearly all journeys are left, `bench/features_off.py` makes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.journeys.routes import ROUTES, routes_of
from policy import read_site
from tests.fixtures.whole_site import CASES, whole_site
from tests.generator.test_build_faults import change, parts

from .test_publishing import invoke

JOURNEYS = {
    "all-but-forms": 10,
    "audiences": 33,
    "countries": 34,
    "everything": 5,
    "forms": 28,
    "search": 34,
    "staff": 31,
    "visits": 13,
}
"""How many are left of the 34 where the feature of that name is off."""

SHORT = [case for case in CASES if JOURNEYS[case.stem] < 20]


def without(root: Path, case: Path) -> Path:
    """The whole site in `root`, which is returned, without what the case turns off."""
    whole_site(root)
    for what, text in parts(case):
        change(root, what, text)
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"no {case.stem}")
def test_journeys_are_those_of_what_is_on(tmp_path: Path, case: Path) -> None:
    register = read_site(without(tmp_path / "site", case)).register
    assert len(routes_of(register, local=True, routes=ROUTES)) == JOURNEYS[case.stem]


@pytest.mark.parametrize("case", SHORT, ids=lambda case: f"no {case.stem}")
def test_what_is_left_is_as_declared(tmp_path: Path, chromium: str, case: Path) -> None:
    """Each journey that can still be made is; forms may be for a purpose of the site's own."""
    root = without(tmp_path / "site", case)
    words = ["--root", str(root), "audit", "--browser", "chromium", "--idle", "0"]
    told = invoke([*words, "--output", str(tmp_path / "told")])
    assert told.exit_code == 0, told.output
    assert f"Nothing differs from the register: {JOURNEYS[case.stem]} journeys" in told.output
