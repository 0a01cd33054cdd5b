"""Shortcuts of the report: what they do is a link of its list, and they can be turned off."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.visits.model import Dimension, Increment
from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.browsers import PATIENCE
from tests.fixtures.first_site import ROOT, Served

from .test_axe import violations
from .test_staff import add, sign_in


def came_to(page: Page, query: str) -> None:
    """Wait for the report of an address, whole, with its script."""
    expect(page).to_have_url(re.compile(query))
    expect(page.locator("[data-keys]")).to_be_visible()


def test_keys_choose_periods_comparisons_and_panels(page: Page, watched, served: Served) -> None:
    """They do what the links of the list do, and nothing while one types or holds Ctrl."""
    add(served, "anna", "reports")
    sign_in(page, "anna")
    came_to(page, r"/staff/reports/$")
    page.keyboard.press("?")
    expect(page.get_by_role("link", name="Compared with nothing")).to_be_visible()
    assert page.locator("[data-keys] li").count() == 13
    assert violations(page) == ""
    page.keyboard.press("?")
    expect(page.get_by_role("link", name="Compared with nothing")).to_be_hidden()
    page.keyboard.press("6")
    came_to(page, r"\?period=last-month$")
    page.keyboard.press("a")
    came_to(page, r"\?period=last-month&compare=year$")
    page.keyboard.press("Control+b")
    page.locator(".choose summary").click()
    page.get_by_label("From").focus()
    page.keyboard.press("n")
    page.locator(".choose summary").focus()
    page.keyboard.press("b")
    came_to(page, r"\?period=last-month$")
    assert not [each for each in watched.console if "Security" in each]


def test_a_search_is_one_key_away_and_keys_can_be_turned_off(page: Page, served: Served) -> None:
    """The address keeps that they are off, from page to page."""
    add(served, "anna", "reports")
    kinds = {Dimension.ALL: "", Dimension.BROWSER: "Chrome", Dimension.DEVICE: "Phone"}
    with closing(Counters(served.var / "counters.sqlite3", read_site(ROOT).register)) as counters:
        alike = [Increment(each, cell, visits=9, views=9) for each, cell in kinds.items()]
        counters.add(int(served.now // 3600), alike)
    sign_in(page, "anna")
    page.goto("/staff/reports/?period=today&tab=technology")
    came_to(page, "tab=technology$")
    page.keyboard.press("/")
    came_to(page, "only=device#find$")
    page.goto("/staff/reports/?period=today&only=browser")
    came_to(page, "only=browser$")
    page.keyboard.press("/")
    page.keyboard.type("?1x")
    expect(page.get_by_label("Find in")).to_have_value("?1x")
    page.goto("/staff/reports/?period=today")
    came_to(page, "period=today$")
    page.keyboard.press("?")
    page.get_by_role("link", name="Turn them off").click()
    expect(page.get_by_text("Keyboard shortcuts are off.")).to_be_visible()
    page.keyboard.press("6")
    page.get_by_role("link", name="Yesterday", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?period=yesterday&keys=no$"))
    page.get_by_role("link", name="Turn them on").click()
    came_to(page, r"\?period=yesterday$")


@pytest.mark.parametrize("keys", ["", "?keys=no"])
def test_without_a_script_no_list_says_what_does_not_work(
    browser: Browser, served: Served, keys: str
) -> None:
    add(served, "anna", "reports")
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, "anna")
    page.goto(f"/staff/reports/{keys}")
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    expect(page.locator("[data-keys]")).to_be_hidden()
    page.get_by_role("link", name="Last month", exact=True).click()
    expect(page).to_have_url(re.compile("period=last-month"))
    context.close()
