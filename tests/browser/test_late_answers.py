"""A no is the last word: what was on its way when it was said brings no cookie back.

The line to the service is slow, and answers come late: to tabs that are open, and to pages that are
gone. No script can see those, so the page on which the no was said asks once more a little later.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from analytics.app import create_app
from tests.fixtures.browsers import eventually
from tests.fixtures.first_site import ROOT, Served
from tests.fixtures.patience import PATIENCE
from tests.fixtures.serving import serving

from .test_consent import ACCEPT, MORNING, REJECT
from .test_visits_on_slow_lines import CHOICE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

QUIET_SECONDS = 7.0
"""Longer than after which a page asks once more."""


@dataclass
class Line:
    """What becomes of messages to the service: each is taken at once, and each answer to `path`
    waits until `goes` is set."""

    site: Served
    path: str = ""
    goes: Event = field(default_factory=Event)
    answered: list[tuple[str, str]] = field(default_factory=list)
    """The address and the status of each, in the order in which they were sent."""

    def over(self, app: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            held: list[Any] = []
            address = environ["PATH_INFO"]
            if not address.startswith("/visit/"):
                return app(environ, start)
            waits = self.path and address.startswith(self.path) and not self.goes.is_set()
            body = list(app(environ, lambda *given, **_: held.append(given)))
            if waits:
                self.goes.wait(PATIENCE)
            query = environ["QUERY_STRING"]
            self.answered.append((f"{address}?{query}".rstrip("?"), held[0][0][:3]))
            start(*held[0])
            return body

        return answer

    def withdrawals(self) -> list[str]:
        return [address for address, _ in self.answered if "withdraw" in address]


@contextmanager
def line(public: Path, var: Path) -> Iterator[Line]:
    site = Served(var=var)
    made = Line(site)
    app = create_app(ROOT, public, var, clock=lambda: site.now)
    with serving(made.over(app), threads=24) as site.address:
        yield made
        made.goes.set()
    app.extensions["plainsite"].close()


@pytest.fixture
def slow(public: Path, tmp_path: Path) -> Iterator[Line]:
    with line(public, tmp_path / "var") as made:
        yield made


@pytest.fixture
def context(browser: Browser, slow: Line) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=slow.site.address)
    yield made
    made.close()


def consenting(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/robots.txt")
    page.evaluate(CHOICE)
    return page


def reject(page: Page) -> None:
    page.get_by_role("button", name=REJECT).first.click(no_wait_after=True)


def stays_without_a_cookie(context: BrowserContext, page: Page) -> None:
    eventually(page, lambda: context.cookies() == [], "the cookie went")
    ends = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < ends:
        page.wait_for_timeout(200)
    assert context.cookies() == []


@pytest.mark.promise("P4")
def test_a_view_that_is_answered_after_the_no_of_another_tab(
    context: BrowserContext, slow: Line
) -> None:
    """Both tabs are open. The yes was counted, so it is counted as taken back, once."""
    one, other = context.new_page(), context.new_page()
    one.goto("/")
    slow.path = "/visit/view"
    one.get_by_role("button", name=ACCEPT).first.click(no_wait_after=True)
    eventually(one, lambda: slow.site.consents() == (1, 0), "the yes was counted")
    other.goto("/cookies/")
    reject(other)
    other.wait_for_timeout(500)
    slow.goes.set()
    stays_without_a_cookie(context, other)
    assert slow.site.consents() == (1, 1)
    assert slow.site.counters("all")[""][:2] == (1, 1)


@pytest.mark.promise("P4")
def test_a_view_of_a_page_that_is_gone(context: BrowserContext, slow: Line) -> None:
    """Its answer comes after that to the withdrawal, and no script can see it."""
    page = consenting(context)
    slow.path = "/visit/view"
    page.goto("/about/")
    eventually(page, lambda: "/about/" in slow.site.counters("page"), "the view was counted")
    slow.goes.clear()
    page.evaluate("() => { location.href = '/cookies/'; }")
    page.wait_for_url("**/cookies/")
    reject(page)
    eventually(page, lambda: slow.withdrawals() != [], "the no has arrived")
    page.wait_for_timeout(500)
    slow.goes.set()
    eventually(page, lambda: len(slow.answered) > 2, "the late answers have come")
    page.wait_for_timeout(QUIET_SECONDS * 1_000)
    stays_without_a_cookie(context, page)


@pytest.mark.promise("P4")
def test_time_that_renews_and_is_answered_after_the_no(context: BrowserContext, slow: Line) -> None:
    """A page in use says so every ten minutes, and its answer sets the cookie."""
    one, other = context.new_page(), context.new_page()
    for each in (one, other):
        each.clock.install(time=MORNING)
    one.goto("/robots.txt")
    one.evaluate(CHOICE)
    with one.expect_response("**/visit/view"):
        one.goto("/")
    other.goto("/cookies/")
    one.bring_to_front()
    slow.path = "/visit/engaged"
    one.clock.fast_forward(11 * 60_000)
    one.mouse.move(5, 5)
    one.mouse.move(9, 9)
    eventually(other, lambda: slow.site.counters("all")[""][3] > 0, "the time was counted")
    reject(other)
    other.wait_for_timeout(500)
    slow.goes.set()
    stays_without_a_cookie(context, other)


@pytest.mark.promise("P4")
def test_many_tabs_that_open_at_once(context: BrowserContext, slow: Line) -> None:
    """What waits for its turn when the no is said is not sent any more."""
    first = consenting(context)
    slow.path = "/visit/view"
    tabs = [context.new_page() for _ in range(4)]
    for tab in tabs:
        tab.goto("/solutions/")
    first.goto("/cookies/")
    eventually(first, lambda: slow.site.counters("all") != {}, "one view was counted")
    reject(first)
    first.wait_for_timeout(500)
    slow.goes.set()
    stays_without_a_cookie(context, first)
    assert slow.site.counters("all")[""][1] == 1


@pytest.mark.promise("P4")
def test_a_yes_after_the_no_stands(context: BrowserContext, slow: Line) -> None:
    """Nothing that was asked for the no takes the new cookie away."""
    page = context.new_page()
    page.goto("/cookies/")
    with page.expect_response("**/visit/view"):
        page.get_by_role("main").get_by_role("button", name=ACCEPT).click()
    reject(page)
    eventually(page, lambda: context.cookies() == [], "the cookie went")
    page.get_by_role("main").get_by_role("button", name=ACCEPT).click()
    eventually(page, lambda: context.cookies() != [], "there is a new one")
    page.wait_for_timeout(QUIET_SECONDS * 1_000)
    assert context.cookies() != []
    assert slow.site.consents() == (2, 1)


@pytest.mark.promise("P4")
def test_a_page_that_is_left_at_once_has_the_no_arrive(context: BrowserContext, slow: Line) -> None:
    """It does not wait for its turn until it is gone."""
    one, other = context.new_page(), consenting(context)
    slow.path = "/visit/view"
    other.goto("/")
    one.goto("/cookies/")
    reject(one)
    one.wait_for_timeout(200)
    one.goto("about:blank")
    eventually(one, lambda: "/visit/withdraw" in slow.withdrawals(), "the no has arrived")
    slow.goes.set()
    stays_without_a_cookie(context, one)


def kept(page: Page) -> str:
    return str(page.evaluate("localStorage.getItem('choice')")).rpartition(" ")[2]


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("fails", "notes", "asks", "withdrawn"),
    [("lost", "sent", "/visit/withdraw?again", 0), ("offline", "due", "/visit/withdraw", 1)],
)
def test_a_no_that_was_not_confirmed_is_counted_once(  # noqa: PLR0917  (fixtures)
    fails: str, notes: str, asks: str, withdrawn: int, context: BrowserContext, slow: Line
) -> None:
    """What was sent may have been counted, as its answer alone was lost; what could not be sent
    was not. Each page asks until it is confirmed, and all cookies go."""
    page = context.new_page()
    page.goto("/cookies/")
    with page.expect_response("**/visit/view"):
        page.get_by_role("main").get_by_role("button", name=ACCEPT).click()
    context.route("**/visit/withdraw", lambda route: route.abort())
    context.set_offline(fails == "offline")
    reject(page)
    eventually(page, lambda: kept(page) == notes, f"it is {notes}")
    page.wait_for_timeout(300)
    assert kept(page) == notes
    context.set_offline(False)
    context.unroute_all()
    page.goto("/about/")
    eventually(page, lambda: kept(page) == "settled", "it is settled")
    assert slow.withdrawals()[0] == asks
    assert slow.site.consents() == (1, withdrawn)
    assert context.cookies() == []
