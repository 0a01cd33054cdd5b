"""What a visitor's browser keeps and sends, before, after and without a choice."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.fixtures.browsers import eventually

MORNING = 1_772_532_000
"""3 March 2026, 10:00 UTC, in seconds since 1970."""

ACCEPT, REJECT = "Accept all cookies", "Reject all cookies"
STORED = """async () => ({
  local: Object.entries(localStorage), session: Object.entries(sessionStorage),
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length, cookie: document.cookie,
})"""
NOTHING = {"local": [], "session": [], "databases": 0, "caches": 0, "workers": 0, "cookie": ""}


def pages_of(public) -> list[str]:
    tree = ElementTree.parse(public / "sitemap.xml")
    return [urlsplit(loc.text).path for loc in tree.iter() if loc.tag.endswith("loc")]


def is_final(answer: Response) -> bool:
    """The answer to a view that was not told to be sent again."""
    return answer.url.partition("?")[0].endswith("/visit/view") and answer.status != 307


def accept(page: Page) -> None:
    with page.expect_response(is_final):
        page.get_by_role("button", name=ACCEPT).first.click()


def go(page: Page, address: str) -> None:
    with page.expect_response(is_final) as answer:
        page.goto(address)
    assert answer.value.status == 204


def notice(page: Page):
    """In whichever language."""
    return page.get_by_role("region", name=re.compile("Cookies on this site|Las cookies de este"))


@pytest.mark.promise("P4")
@pytest.mark.promise("P6")
def test_before_a_choice_nothing_is_kept_sent_or_fetched_from_elsewhere(
    page, context, watched, served, public
):
    """Every page, scrolled to its end, only fetches our own files and leaves nothing behind."""
    for address in pages_of(public):
        page.goto(address)
        page.mouse.wheel(0, 20_000)
        expect(notice(page)).to_be_visible()
        assert page.evaluate(STORED) == NOTHING, address
    page.wait_for_load_state("networkidle")
    assert context.cookies() == []
    assert watched.console == []
    assert {method for method, _ in watched.requests} == {"GET"}
    assert all(url.startswith(served.address) for _, url in watched.requests)
    assert not any(re.search("/(visit|form|staff|audience)/", url) for _, url in watched.requests)
    assert served.counters("all") == {}


@pytest.mark.promise("P4")
def test_after_a_refusal_one_key_says_no_and_nothing_else_happens(page, context, watched, served):
    """The click tells the service, and leaves one key; later pages send nothing and ask nothing."""
    page.goto("/")
    with page.expect_response("**/visit/withdraw"):
        page.get_by_role("button", name=REJECT).click()
    answer = page.get_by_text("You rejected cookies. Nothing about your visit is counted.").first
    expect(answer).to_be_visible()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "status"
    page.goto("/solutions/")
    expect(notice(page)).to_be_hidden()
    page.goto("/about/")
    kept = page.evaluate(STORED)
    assert [key for key, _ in kept.pop("local")] == ["choice"]
    assert kept == {key: value for key, value in NOTHING.items() if key != "local"}
    choice = page.evaluate("localStorage.getItem('choice')")
    assert re.fullmatch(r"no 1 \d{4}-\d\d settled", choice)
    assert watched.posts() == [f"{served.address}/visit/withdraw"]
    assert (context.cookies(), served.counters("all"), served.consents()) == ([], {}, (0, 0))


@pytest.mark.promise("P4")
def test_after_acceptance_pages_are_counted(page, context, watched, served):
    """Three pages are one visit of three views, which continued, entered at the first."""
    page.goto("/")
    accept(page)
    go(page, "/solutions/")
    go(page, "/about/")
    assert served.counters("all") == {"": (1, 3, 1, served.counters("all")[""][3])}
    assert served.counters("entry")["/"][0] == 1
    assert {cell: row[1] for cell, row in served.counters("page").items()} == {
        "/": 1,
        "/solutions/": 1,
        "/about/": 1,
    }
    assert served.counters("browser")["Plainsite audit"][0] == 1
    assert served.counters("device")["Desktop"][0] == 1
    assert watched.console == []


@pytest.mark.promise("P4")
def test_the_visit_cookie_is_as_the_register_says(page, context):
    """A session cookie for /visit only, out of reach of scripts, that reads as what it holds."""
    page.goto("/")
    accept(page)
    (cookie,) = context.cookies()
    assert cookie["value"].startswith("version=1&seen=")
    assert {key: cookie[key] for key in ("name", "path", "expires", "httpOnly", "secure")} == {
        "name": "__Secure-visit",
        "path": "/visit",
        "expires": -1,
        "httpOnly": True,
        "secure": True,
    }
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


@pytest.mark.promise("P4")
def test_two_browsers_that_do_the_same_carry_the_same_bytes(browser: Browser, served):
    """The same journey in two fresh browsers gives byte-identical cookies at each step."""

    def journey() -> list[str]:
        context = browser.new_context(base_url=served.address)
        page = context.new_page()
        steps = []
        page.goto("/resources/")
        accept(page)
        for address in ("/", "/privacy/", "/solutions/one-place/"):
            steps.append(context.cookies()[0]["value"])
            go(page, address)
        steps.append(context.cookies()[0]["value"])
        context.close()
        return steps

    first, second = journey(), journey()
    assert first == second
    assert len(set(first)) > 1, "the cookie should change along the way"


@pytest.mark.promise("P4")
def test_time_counts_while_the_page_is_seen_and_is_sent_when_it_is_hidden(page, served):
    """Engaged time reaches the counters when the visitor leaves the page."""
    page.clock.install(time=MORNING)
    page.goto("/")
    page.clock.pause_at(MORNING + 60)
    accept(page)
    page.clock.run_for(400)
    page.goto("/privacy/")
    engaged = "time reaches the counters"
    eventually(page, lambda: served.counters("page")["/"][3] > 0, engaged)
    assert served.counters("page")["/"][3] == 400


@pytest.mark.promise("P4")
def test_withdrawal_deletes_the_cookie_and_ends_the_counting(page, context, served):
    """One click on the page of choices, and later pages are not counted."""
    page.goto("/")
    accept(page)
    go(page, "/cookies/")
    expect(page.locator("[data-own-cookies]")).to_contain_text(
        "__Secure-visit", use_inner_text=True
    )
    with page.expect_response("**/visit/withdraw"):
        page.get_by_role("button", name=REJECT).click()
    expect(page.locator(".choices-state")).to_contain_text(
        "Cookies are rejected", use_inner_text=True
    )
    views = served.counters("all")[""][1]
    page.goto("/about/")
    page.wait_for_load_state("networkidle")
    assert context.cookies() == []
    assert served.counters("all")[""][1] == views == 2


@pytest.mark.promise("P4")
@pytest.mark.parametrize("signal", ["globalPrivacyControl", "doNotTrack"])
def test_a_browsers_signal_is_a_refusal(browser: Browser, served, signal):
    """With Sec-GPC or DNT nobody is asked, nothing is kept, and the page says why."""
    header, value = {"globalPrivacyControl": ("Sec-GPC", "true"), "doNotTrack": ("DNT", "'1'")}[
        signal
    ]
    context = browser.new_context(base_url=served.address, extra_http_headers={header: "1"})
    context.add_init_script(
        f"Object.defineProperty(navigator, '{signal}', {{ get: () => {value} }})"
    )
    page = context.new_page()
    page.goto("/")
    expect(notice(page)).to_be_hidden()
    page.goto("/cookies/")
    expect(page.locator(".choices-state")).to_contain_text("We honor it", use_inner_text=True)
    assert page.evaluate(STORED) == NOTHING
    refused = page.evaluate(
        """() => fetch("/visit/view", { method: "POST",
          body: '{"page": "/", "from": "", "utm": {}, "version": 1, "given": true}',
          headers: { "Content-Type": "application/json" } })
          .then((answer) => [answer.status, answer.headers.get("Plainsite-Refused")])"""
    )
    assert refused == [403, "signal"]
    assert context.cookies() == []
    context.close()


def test_the_two_buttons_are_equal(page):
    """Accept and reject have one size, one look, and stand side by side."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    boxes, looks = [], []
    for name in (ACCEPT, REJECT):
        button = page.get_by_role("button", name=name)
        boxes.append(button.bounding_box())
        looks.append(
            button.evaluate(
                "b => (({color, backgroundColor, fontSize, fontWeight, border}) =>"
                " [color, backgroundColor, fontSize, fontWeight, border])(getComputedStyle(b))"
            )
        )
    assert looks[0] == looks[1]
    assert abs(boxes[0]["width"] - boxes[1]["width"]) < 1
    assert boxes[0]["height"] == boxes[1]["height"]
    assert boxes[0]["y"] == boxes[1]["y"]


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_while_a_page_loads(page, width):
    """Layout shift is nought, with the notice shown."""
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => { window.shift += entry.value })).observe({type: 'layout-shift', buffered: true})"
    )
    for address in ("/", "/request-information/", "/privacy/", "/resources/closure-messages/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") == 0, address


def test_every_page_fits_a_narrow_screen_and_leads_to_the_choices(page, public):
    """At 320 px nothing scrolls sideways, and the foot of every page links to the choices."""
    page.set_viewport_size({"width": 320, "height": 640})
    for address in pages_of(public):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        link = page.get_by_role("contentinfo").locator('a[href$="/cookies/"]')
        choices = "/es/cookies/" if address.startswith("/es/") else "/cookies/"
        assert link.get_attribute("href") == choices, address


def test_without_scripts_every_page_can_be_read_and_nothing_is_asked(browser, served, public):
    """Only the counting needs a script, so without one there is nothing to ask."""
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    for address in pages_of(public):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".notice")).to_be_hidden()
    page.goto("/cookies/")
    expect(page.get_by_text("Counting needs a script, and none ran here.")).to_be_visible()
    assert context.cookies() == []
    context.close()
