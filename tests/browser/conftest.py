"""A visitor's browser, and a record of what it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.fixtures.browsers import PATIENCE
from tests.fixtures.first_site import Served


@dataclass
class Watched:
    """What a browser context did."""

    requests: list[tuple[str, str]] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def posts(self) -> list[str]:
        """The addresses of what was posted."""
        return [address for method, address in self.requests if method != "GET"]


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    """A visitor's browser, as new."""
    made = browser.new_context(base_url=served.address)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def watched(context: BrowserContext) -> Watched:
    """Everything the context asks for, and every message of its console."""
    seen = Watched()
    context.on("request", lambda request: seen.requests.append((request.method, request.url)))
    context.on("console", lambda message: seen.console.append(message.text))
    return seen


@pytest.fixture
def page(context: BrowserContext, watched: Watched) -> Page:
    """A tab that is watched from its start."""
    return context.new_page()
