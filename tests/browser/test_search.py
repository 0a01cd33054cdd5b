"""The search page: it finds pages in the browser, by keyboard and by ear, and tells nobody."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched
from tests.fixtures.first_site import Served


def look_for(page: Page, words: str) -> None:
    page.goto("/search/")
    page.get_by_label("What are you looking for?").fill(words)


def test_what_is_typed_finds_pages_and_goes_nowhere(page: Page, watched: Watched) -> None:
    look_for(page, "closure storm")
    results = page.locator(".results > li")
    expect(results.first.get_by_role("link").first).to_have_text(
        "Write the closure message before the storm"
    )
    expect(results.first.locator("mark").first).to_have_text("closure")
    expect(page.get_by_role("status").filter(has_text="closure storm")).to_be_visible()
    expect(page.get_by_role("heading", name="Every page")).to_be_hidden()
    assert watched.posts() == []
    asked = [urlsplit(address) for _, address in watched.requests]
    assert {each.query for each in asked} <= {"", "ts="}
    assert not [each for each in asked if "storm" in each.path and "fragment" not in each.path]
    assert watched.console == []


def test_it_works_by_keyboard_and_comes_back(page: Page) -> None:
    page.goto("/search/")
    page.get_by_label("What are you looking for?").focus()
    page.keyboard.type("message")
    page.keyboard.press("Enter")
    more = page.get_by_role("button", name="Show more")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".results > li").nth(10).get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/search/" not in address)
    page.go_back()
    expect(page.get_by_label("What are you looking for?")).to_have_value("message")
    expect(page.locator(".results > li").first).to_be_visible()


def test_what_is_not_there_is_said_and_the_list_stays(page: Page) -> None:
    look_for(page, "<img src=x> & $& zzzz")
    expect(page.locator("[data-status]")).to_contain_text(
        "Nothing here says “<img src=x> & $& zzzz”"
    )
    expect(page.get_by_role("heading", name="Every page")).to_be_visible()
    assert page.locator("[data-status] img").count() == 0


def test_without_an_index_the_list_is_offered(page: Page) -> None:
    page.route("**/pagefind-entry.json*", lambda route: route.abort())
    look_for(page, "message")
    expect(page.locator("[data-status]")).to_contain_text("Search does not work")
    expect(page.get_by_role("heading", name="Every page")).to_be_visible()


def test_without_a_script_every_page_is_in_a_list(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search/")
    expect(page.get_by_role("search")).to_be_hidden()
    solutions = page.get_by_role("region", name="Solutions")
    expect(solutions.get_by_role("link", name="Reaching families")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_results_can_be_used_by_everybody(browser: Browser, served: Served, scheme: str) -> None:
    """axe finds nothing, in both schemes."""
    context = browser.new_context(base_url=served.address, color_scheme=scheme)
    page = context.new_page()
    look_for(page, "message")
    page.locator(".results > li").first.wait_for()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    context.close()


def test_no_other_page_loads_any_of_it(page: Page, watched: Watched) -> None:
    for address in ("/", "/about/", "/cookies/", "/resources/"):
        page.goto(address)
    assert not [address for _, address in watched.requests if "search" in address]
