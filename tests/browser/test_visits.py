"""One visit over several tabs, hidden pages, the back button, and a service that is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.fixtures.browsers import ARGUMENTS
from tests.fixtures.first_site import Served

from .conftest import Watched
from .test_consent import ACCEPT, MORNING, REJECT, accept, go, is_final, notice

HIDE = """(hidden) => {
  const become = (name, what) =>
    Object.defineProperty(document, name, { configurable: true, ...what });
  become("visibilityState", { value: hidden ? "hidden" : "visible" });
  become("hasFocus", { value: () => !hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""A headless browser shows every tab at once: this tells the page what a real one would."""


@pytest.mark.promise("P4")
def test_two_tabs_are_one_visit(page: Page, context: BrowserContext, served: Served) -> None:
    page.goto("/")
    accept(page)
    other = context.new_page()
    go(other, "/about/")
    go(page, "/privacy/")
    visits, views, continued, _ = served.counters("all")[""]
    assert (visits, views, continued) == (1, 3, 1)
    assert {cell: row[0] for cell, row in served.counters("entry").items()} == {"/": 1}


@pytest.mark.promise("P4")
def test_what_is_withdrawn_in_one_tab_ends_in_the_other(
    page: Page, context: BrowserContext, watched: Watched, served: Served
) -> None:
    """The other tab hears of it, and sends nothing any more, also when it is left."""
    page.goto("/")
    accept(page)
    other = context.new_page()
    go(other, "/cookies/")
    with other.expect_response("**/visit/withdraw"):
        other.get_by_role("button", name=REJECT).first.click()
    expect(page.locator("html")).to_have_attribute("data-choice", "no")
    watched.requests.clear()
    page.evaluate(HIDE, True)
    page.goto("/about/")
    page.wait_for_load_state("networkidle")
    assert watched.posts() == []
    assert context.cookies() == []
    assert served.counters("all")[""][1] == 2


@pytest.mark.promise("P4")
def test_a_yes_is_counted_once_and_a_withdrawal_with_it(
    page: Page, context: BrowserContext, served: Served
) -> None:
    """Also when the browser was closed since, and asks for its cookie anew."""
    before = served.consents()
    page.goto("/")
    accept(page)
    assert served.consents() == (before[0] + 1, before[1])
    context.clear_cookies()
    with page.expect_response(is_final) as answered:
        go(page, "/about/")
    assert answered.value.status == 204
    assert served.consents() == (before[0] + 1, before[1])
    go(page, "/cookies/")
    with page.expect_response("**/visit/withdraw"):
        page.get_by_role("button", name=REJECT).first.click()
    assert served.consents() == (before[0] + 1, before[1] + 1)


@pytest.mark.promise("P4")
def test_hidden_time_does_not_count(page: Page, served: Served) -> None:
    """Time is sent when the page is hidden, and what passes until it is seen again is lost."""
    page.clock.install(time=MORNING)
    page.goto("/")
    page.clock.pause_at(MORNING + 60)
    accept(page)
    for seen, hidden in ((100, 600), (200, 0)):
        page.clock.run_for(seen)
        with page.expect_response("**/visit/engaged"):
            page.evaluate(HIDE, True)
        page.clock.run_for(hidden)
        page.evaluate(HIDE, False)
    assert served.counters("page")["/"][3] == 300


@pytest.fixture
def keeping_browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A Chromium that keeps pages whole for its back button, which Playwright turns off."""
    running = playwright.chromium.launch(
        executable_path=chromium,
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield running
    running.close()


@pytest.mark.promise("P4")
def test_a_page_brought_back_whole_is_counted_again(
    keeping_browser: Browser, served: Served
) -> None:
    """Back from the cache is a view of its own, of the same visit."""
    context = keeping_browser.new_context(base_url=served.address)
    context.add_init_script(
        'addEventListener("pageshow", ({ persisted }) => { window.broughtBack = persisted; });'
    )
    page = context.new_page()
    page.goto("/")
    accept(page)
    go(page, "/about/")
    with page.expect_response(is_final):
        page.go_back(wait_until="commit")
    assert page.evaluate("window.broughtBack") is True
    visits, views, _, _ = served.counters("all")[""]
    assert (visits, views) == (1, 3)
    assert served.counters("page")["/"][1] == 2
    context.close()


def test_without_the_service_pages_work_and_nothing_is_tried_twice(
    page: Page, context: BrowserContext, watched: Watched
) -> None:
    """Each page asks once; nothing is broken, shown or said."""
    context.route("**/visit/**", lambda route: route.abort())
    page.goto("/")
    page.get_by_role("button", name=ACCEPT).click()
    expect(page.get_by_text("You accepted cookies. Thank you.").first).to_be_visible()
    page.wait_for_timeout(1_000)
    assert len(watched.posts()) == 1
    page.goto("/about/")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert context.cookies() == []


def test_the_keyboard_is_enough_to_answer_and_to_withdraw(page: Page, served: Served) -> None:
    """From the top of the page: reach a button, press it, go on; then undo it at /cookies/."""
    page.goto("/")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == ACCEPT:
            break
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    with page.expect_response(is_final):
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="You accepted")).to_be_focused()
    page.goto("/cookies/")
    page.get_by_role("button", name=REJECT).first.focus()
    with page.expect_response("**/visit/withdraw"):
        page.keyboard.press("Space")
    page.goto("/")
    expect(notice(page)).to_be_hidden()


@pytest.mark.promise("P12")
def test_anyone_can_find_the_phone_the_address_and_the_email(page: Page) -> None:
    """On the privacy page, on every page's foot, and in the file that programs read."""
    page.goto("/privacy/")
    text = page.inner_text("main")
    for words in ("888-527-5225", "info@schoolmessenger.com", "100 Enterprise Way"):
        assert words in text
    page.goto("/resources/")
    assert page.get_by_role("contentinfo").get_by_role("link", name="888-527-5225").is_visible()
    security = page.request.get("/.well-known/security.txt").text()
    assert "mailto:info@schoolmessenger.com" in security
    assert "tel:+1-888-527-5225" in security


@pytest.mark.promise("P13")
def test_the_privacy_page_names_the_disclosure_that_the_law_obliges(page: Page) -> None:
    """And says that it is recorded like any other."""
    page.goto("/privacy/")
    expect(page.get_by_role("heading", name="13. The federal Cyber Tip Line")).to_be_visible()
    section = page.get_by_role("paragraph").filter(has_text="the federal Cyber Tip Line")
    expect(section).to_contain_text("report")
    expect(section).to_contain_text("We record such a disclosure like any other.")
    expect(section).to_contain_text("November 21, 2015")


def test_every_page_and_form_leads_to_ones_own_data(page: Page) -> None:
    """From the foot of each page, the short summary, the forms and the pages of thanks."""
    for address in (
        "/privacy/",
        "/newsletter/",
        "/request-information/",
        "/thank-you/newsletter/",
        "/thank-you/request-information/",
    ):
        page.goto(address)
        for part in ("main", "contentinfo"):
            links = page.get_by_role(part).get_by_role("link", name="Your data")
            assert links.first.get_attribute("href") == "/your-data/", address
