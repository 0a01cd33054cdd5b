"""What the tests of the audit share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import audit.any_site.visit
import audit.browsers.chromium
import audit.browsers.firefox_visitor
import audit.browsers.visitor
import audit.instance
import audit.journeys.journey_run
import audit.journeys.local_routes
from audit.browsers.chromium import Chromium
from tests.fixtures.patience import PATIENCE

from .seeding import Loop

WAITING = (
    audit.any_site.visit,
    audit.browsers.chromium,
    audit.browsers.firefox_visitor,
    audit.journeys.journey_run,
    audit.journeys.local_routes,
)
"""Modules that wait for a page, or for a letter."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes at last has come, however busy the machine; a test of what never comes sets a time
    of its own."""
    for module in WAITING:
        monkeypatch.setattr(module, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(audit.instance, "PUT_SECONDS", PATIENCE)
    monkeypatch.setattr(audit.browsers.visitor, "OBEDIENCE_SECONDS", PATIENCE)


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def running(loop: Loop, headless_shell: str) -> Iterator[Chromium]:
    browser = loop.run(Chromium.launch(headless_shell))
    yield browser
    loop.run(browser.close())
