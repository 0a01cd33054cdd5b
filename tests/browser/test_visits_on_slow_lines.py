"""A visit is counted as one visit however long the service takes to answer, however quick the
clicks: the browser sends what came too early again, from a page that is gone too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page

from analytics.app import create_app
from tests.fixtures.browsers import eventually
from tests.fixtures.first_site import ROOT, Served
from tests.fixtures.serving import serving

from .test_consent import accept

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = ("/", "/solutions/", "/about/", "/resources/")
THREADS = 48
CHOICE = "localStorage.setItem('choice', `yes 1 ${new Date().toISOString().slice(0, 7)} settled`)"
ELSEWHERE = "https://www.google.com/"


def late(app: WSGIApplication, seconds: Callable[[], float]) -> WSGIApplication:
    """The line to the service is long: half of the time there, half of it back. Pages are near."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        held: list[Any] = []
        if not environ["PATH_INFO"].startswith("/visit/"):
            return app(environ, start)
        time.sleep(seconds() / 2)
        body = list(app(environ, lambda *given, **_: held.append(given)))
        time.sleep(seconds() / 2)
        start(*held[0])
        return body

    return answer


@contextmanager
def far_site(public: Path, var: Path, latency: Callable[[], float]) -> Iterator[Served]:
    site = Served(var=var)
    app = create_app(ROOT, public, var, clock=lambda: site.now)
    with serving(late(app, latency), THREADS) as site.address:
        yield site
    app.extensions["plainsite"].close()


@pytest.fixture
def consenting(browser: Browser) -> Iterator[Callable[[Served], Page]]:
    """Opens a tab of a browser whose consent stands, and which has no cookie yet."""
    contexts = []

    def opened(site: Served) -> Page:
        context = browser.new_context(base_url=site.address)
        contexts.append(context)
        page = context.new_page()
        page.goto("/404.html")
        page.evaluate(CHOICE)
        return page

    yield opened
    for context in contexts:
        context.close()


def walk(page: Page, pages: Iterable[str], click_after: float) -> None:
    """Come from a search to the first page, and go on by a link after so many seconds."""
    first, *others = pages
    page.goto(first, referer=ELSEWHERE, wait_until="commit")
    page.wait_for_load_state("domcontentloaded")
    for address in others:
        page.wait_for_timeout(click_after * 1_000)
        page.evaluate("(to) => { location.href = to; }", address)
        page.wait_for_url(f"**{address}", wait_until="domcontentloaded")


LINES = [
    (0.02, 0.1, 4),
    (0.3, 0.1, 4),
    (0.3, 0.3, 2),
    (0.3, 0.5, 3),
    (0.6, 0.1, 4),
    (2.0, 0.1, 4),
    (2.0, 1.0, 2),
]
"""Seconds until the service has answered, seconds until the click, pages. `bench/visits.py` has the
whole table."""


@pytest.mark.parametrize(("latency", "click_after", "pages"), LINES)
def test_quick_clicks_on_a_slow_line_are_one_visit(  # noqa: PLR0917  (fixtures)
    latency: float,
    click_after: float,
    pages: int,
    consenting: Callable[[Served], Page],
    public: Path,
    tmp_path: Path,
) -> None:
    with far_site(public, tmp_path / "var", lambda: latency) as site:
        page = consenting(site)
        walk(page, PATH[:pages], click_after)
        eventually(page, lambda: views(site) >= pages, f"{pages} views were counted")
        page.wait_for_timeout(latency * 1_000 + 100)
        visits, viewed, continued, _ = site.counters("all")[""]
        assert (visits, viewed, continued) == (1, pages, 1)
        assert {cell: row[:3] for cell, row in site.counters("entry").items()} == {
            "/": (1, pages, 1)
        }
        assert {cell: row[:3] for cell, row in site.counters("source").items()} == {
            "Google": (1, pages, 1)
        }
        assert {cell: row[1] for cell, row in site.counters("page").items()} == dict.fromkeys(
            PATH[:pages], 1
        )


def views(site: Served) -> int:
    everything = site.counters("all")
    return everything[""][1] if everything else 0


def test_one_page_that_is_left_at_once_is_counted_with_its_time(
    consenting: Callable[[Served], Page], public: Path, tmp_path: Path
) -> None:
    """Its engaged time is sent while the view's answer is on its way, and sent again with it."""
    with far_site(public, tmp_path / "var", lambda: 1.0) as site:
        page = consenting(site)
        walk(page, PATH[:1], 0)
        page.bring_to_front()
        page.wait_for_timeout(400)
        page.goto("about:blank")
        eventually(page, lambda: views(site) == 1, "the view was counted")
        eventually(page, lambda: site.counters("source")["Google"][3] > 0, "the time was")
        visits, _, continued, engaged = site.counters("source")["Google"]
        assert (visits, continued) == (1, 0)
        assert 300 < engaged < 1_500


def test_a_consent_is_counted_with_the_view_that_carries_it(
    browser: Browser, public: Path, tmp_path: Path
) -> None:
    """Who agrees and clicks on at once has agreed once, and is one visit."""
    with far_site(public, tmp_path / "var", lambda: 0.5) as site:
        context = browser.new_context(base_url=site.address)
        page = context.new_page()
        page.goto("/", referer=ELSEWHERE)
        page.get_by_role("button", name="Accept all cookies").first.click(no_wait_after=True)
        page.evaluate("location.href = '/about/'")
        eventually(page, lambda: views(site) == 2, "two views were counted")
        assert site.consents() == (1, 0)
        assert site.counters("source")["Google"][:3] == (1, 2, 1)
        context.close()


def test_what_the_service_could_not_count_is_sent_once_more_when_the_page_is_left(
    browser: Browser, public: Path, tmp_path: Path
) -> None:
    """From the page's memory: nothing is kept for it."""
    broken = True

    def failing(app: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if broken and environ["PATH_INFO"] == "/visit/view":
                start("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            return app(environ, start)

        return answer

    site = Served(var=tmp_path / "var")
    app = create_app(ROOT, public, site.var, clock=lambda: site.now)
    with serving(failing(app)) as site.address:
        context = browser.new_context(base_url=site.address)
        page = context.new_page()
        page.goto("/", referer=ELSEWHERE)
        accept(page)
        broken = False
        page.wait_for_timeout(300)
        page.goto("about:blank")
        eventually(page, lambda: views(site) == 1, "the view was counted")
        assert site.consents() == (1, 0)
        assert site.counters("source")["Google"][:3] == (1, 1, 0)
        context.close()
    app.extensions["plainsite"].close()


def test_what_was_not_sent_for_want_of_a_line_is_sent_when_there_is_one(
    browser: Browser, served: Served
) -> None:
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    page.goto("/", referer=ELSEWHERE)
    context.set_offline(True)
    page.get_by_role("button", name="Accept all cookies").first.click()
    page.wait_for_timeout(300)
    with page.expect_response("**/visit/view") as answered:
        context.set_offline(False)
    assert answered.value.status == 204
    assert served.consents() == (1, 0)
    assert served.counters("source")["Google"][:3] == (1, 1, 0)
    context.close()
