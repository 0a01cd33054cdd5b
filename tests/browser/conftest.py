"""A real browser on the real site: built once, served by a fresh service for each test."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

import generator
from analytics.app import create_app

ROOT = Path(__file__).parents[2]
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TUESDAY = 1_772_532_000.0
"""3 March 2026, 10:00 UTC."""


@dataclass
class Served:
    """The running site. `now` is its clock, in seconds since 1970."""

    address: str = ""
    var: Path = Path()
    now: float = TUESDAY

    def counters(self, dimension: str) -> dict[str, tuple[int, int, int, int]]:
        """By cell: visits, views, continued, engaged_ms; read from the file itself."""
        return {
            row[0]: row[1:]
            for row in self._rows(
                "counters",
                "SELECT cell, sum(visits), sum(views), sum(continued), sum(engaged_ms)"
                " FROM counters WHERE dimension = ? GROUP BY cell",
                dimension,
            )
        }

    def consents(self) -> tuple[int, int]:
        """How many were given, and taken back."""
        ((given, withdrawn),) = self._rows(
            "counters", "SELECT coalesce(sum(given), 0), coalesce(sum(withdrawn), 0) FROM consents"
        )
        return given, withdrawn

    def records(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the records database."""
        return self._rows("records", query)

    def _rows(self, database: str, query: str, *values: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(f"file:{self.var}/{database}.sqlite3?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


@dataclass
class Watched:
    """What a browser context did."""

    requests: list[tuple[str, str]] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def posts(self) -> list[str]:
        """The addresses of what was posted."""
        return [address for method, address in self.requests if method != "GET"]


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built."""
    out = tmp_path_factory.mktemp("site") / "public"
    generator.build(ROOT, out)
    return out


@pytest.fixture
def served(public: Path, tmp_path: Path) -> Iterator[Served]:
    """The site on a free port, with empty databases and a clock that stands still."""
    site = Served(var=tmp_path / "var")
    app = create_app(ROOT, public, site.var, clock=lambda: site.now)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["plainsite"].close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Requests are watched in the browser."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Drives browsers."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; `make test` installs it where it may."""
    names = (os.environ.get("PLAINSITE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found, "no Chromium: apt install chromium, or set PLAINSITE_CHROMIUM"
    return found


@pytest.fixture(scope="session")
def headless_shell(request: pytest.FixtureRequest) -> str:
    """Chromium's engine without the browser around it: half the work, where pages are many."""
    found = shutil.which("chromium-headless-shell")
    return found or str(request.getfixturevalue("chromium"))


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A running Chromium."""
    running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    """A visitor's browser, as new."""
    made = browser.new_context(base_url=served.address)
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
