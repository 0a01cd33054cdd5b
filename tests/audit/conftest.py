"""What the tests of the audit share."""

from __future__ import annotations

import pytest

import audit.any_site.visit
import audit.browsers.chromium
import audit.browsers.firefox_visitor
import audit.browsers.visitor
import audit.journeys.journey_run
from tests.fixtures.patience import PATIENCE

WAITING = (
    audit.any_site.visit,
    audit.browsers.chromium,
    audit.browsers.firefox_visitor,
    audit.journeys.journey_run,
)
"""Modules that wait for a page."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes at last has come, however busy the machine; a test of what never comes sets a time
    of its own."""
    for module in WAITING:
        monkeypatch.setattr(module, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(audit.browsers.visitor, "OBEDIENCE_SECONDS", PATIENCE)
