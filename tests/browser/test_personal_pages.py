"""Personal pages: written beforehand, chosen before the first byte is sent."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from selectolax.lexbor import LexborHTMLParser

from tests.fixtures.browsers import follow
from tests.fixtures.first_site import Served

from .conftest import Watched

PERSONAL = ("/", "/solutions/", "/resources/")
SHIFT = """() => new Promise(resolve => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { shift += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(shift), 300);
})"""
SCRIPTS = "[...document.scripts].map(script => script.src)"


def tick_and_send(page: Page, role: str = "teacher") -> None:
    page.goto("/request-information/")
    page.get_by_label("Name").fill("Ada Byron")
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Your role").select_option(role)
    page.locator("input[name=recognize]").check()
    follow(page.get_by_role("button", name="Send request"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/thank-you/" in page.url


def main_of(html: str) -> str:
    """As it is parsed, since a browser writes an attribute without a value as an empty one."""
    main = LexborHTMLParser(html).css_first("main")
    assert main is not None
    return str(main.html)


@pytest.mark.promise("P5")
@pytest.mark.parametrize("address", PERSONAL)
def test_a_personal_page_comes_whole(
    page: Page, context: BrowserContext, watched: Watched, served: Served, address: str
) -> None:
    """The text for the role is in what was sent; scripts change nothing; nothing is asked."""
    plain = page.goto(address)
    assert plain is not None
    text, scripts = plain.text(), page.evaluate(SCRIPTS)
    tick_and_send(page)
    watched.requests.clear()
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    assert answer is not None
    assert main_of(answer.text()) != main_of(text)
    assert main_of(page.content()) == main_of(answer.text())
    assert page.evaluate(SCRIPTS) == scripts
    assert watched.posts() == []
    service = ("/visit/", "/form/", "/audience/", "/staff/")
    assert not [url for _, url in watched.requests if any(name in url for name in service)]
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in answer.headers["vary"]
    assert "set-cookie" not in answer.headers


@pytest.mark.promise("P5")
@pytest.mark.parametrize("address", PERSONAL)
def test_nothing_moves_on_a_personal_page(page: Page, address: str) -> None:
    """Layout shift is nought, from the first paint on."""
    tick_and_send(page)
    page.goto(address)
    assert page.evaluate(SHIFT) == 0


@pytest.mark.promise("P5")
def test_each_role_has_its_words_without_scripts(browser: Browser, served: Served) -> None:
    """Four groups, four home pages."""
    homes = set()
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    for role in ("superintendent", "principal", "teacher", "parent"):
        tick_and_send(page, role)
        answer = page.goto("/")
        assert answer is not None
        homes.add(main_of(answer.text()))
    context.close()
    assert len(homes) == 4


@pytest.mark.promise("P5")
def test_the_browser_keeps_the_cookie_for_the_declared_days(
    page: Page, context: BrowserContext
) -> None:
    """180 days from the form, whatever is visited since; scripts cannot read it."""
    tick_and_send(page)
    (first,) = context.cookies()
    assert abs(first["expires"] - time.time() - 180 * 86_400) < 120
    for address in PERSONAL:
        page.goto(address)
        assert page.evaluate("document.cookie") == ""
    assert context.cookies() == [first]


@pytest.mark.promise("P5")
def test_what_was_said_last_counts(page: Page, context: BrowserContext) -> None:
    """Another role, another page; a role without a group, the page of everybody."""
    plain = page.goto("/")
    assert plain is not None
    everybody = main_of(plain.text())
    tick_and_send(page, "teacher")
    tick_and_send(page, "principal")
    assert "audience=school" in context.cookies()[0]["value"]
    tick_and_send(page, "other")
    assert context.cookies() == []
    answer = page.goto("/")
    assert answer is not None
    assert main_of(answer.text()) == everybody


@pytest.mark.promise("P5")
def test_a_page_in_the_browsers_cache_is_not_shown_to_the_wrong_role(
    page: Page, context: BrowserContext
) -> None:
    """After the form, and after withdrawal, the next page is asked for anew."""
    page.goto("/solutions/")
    plain = page.locator("main").inner_text()
    tick_and_send(page)
    page.goto("/solutions/")
    assert page.locator("main").inner_text() != plain
    page.goto("/cookies/")
    follow(page.get_by_role("button", name="Forget my role"))
    expect(page.get_by_text("This browser is not recognized")).to_be_visible()
    assert context.cookies() == []
    page.goto("/solutions/")
    assert page.locator("main").inner_text() == plain


@pytest.mark.promise("P5")
def test_the_page_of_choices_shows_the_cookie_and_forgets_it(page: Page) -> None:
    """Its name, its bytes and its words; after the button there is nothing to show."""
    tick_and_send(page)
    page.goto("/cookies/")
    own = page.locator("[data-own-cookies]")
    expect(own).to_contain_text("__Host-audience", use_inner_text=True)
    expect(own).to_contain_text("version=1&audience=teacher.", use_inner_text=True)
    expect(own).to_contain_text("Teachers", use_inner_text=True)
    follow(page.get_by_role("button", name="Forget my role"))
    expect(own).to_contain_text("Your browser keeps none.", use_inner_text=True)
    expect(own).to_contain_text("None is kept.", use_inner_text=True)
