"""The audit of a site that counts countries: it finds nothing, and names what would tell more of a
visitor than the country."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

import generator
from audit.browsers.chromium import Chromium
from audit.target import LocalSite
from tests.fixtures.whole_site import whole_site

from .planting import Violation
from .seeded_violations import OF_COUNTRIES
from .seeding import Findings, Loop, found_with

ROUTES = ("first visit", "accept", "paired run", "other paired run", "another visitor", "staff")


@pytest.fixture
def findings(loop: Loop, running: Chromium, tmp_path: Path) -> Findings:
    root = whole_site(tmp_path / "site")
    generator.build(root, root / "public")
    honest = LocalSite.read(root, root / "public")
    assert "countries" in honest.site.register.features
    return partial(found_with, loop, running, honest, tmp_path / "kept")


def test_nothing_differs_where_countries_are_counted(findings: Findings) -> None:
    assert findings(Violation("none", "", ROUTES)) == ()


@pytest.mark.parametrize("violation", OF_COUNTRIES, ids=lambda each: each.name.replace(" ", "-"))
def test_a_violation_is_named(findings: Findings, violation: Violation) -> None:
    found = findings(violation)
    assert violation.rule in {finding.rule for finding in found}, found
    assert all(finding.promise.startswith("P") and finding.mend for finding in found)
