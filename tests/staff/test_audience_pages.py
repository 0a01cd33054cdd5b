"""/staff/audiences/: each page as each audience sees it, side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_staff import add, sign_in
from tests.fixtures.browsers import follow
from tests.fixtures.first_site import Served


@pytest.fixture
def signed(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    add(served, "anna", "reports")
    sign_in(page, "anna")
    yield page
    context.close()


def test_each_audience_stands_beside_the_others(signed: Page) -> None:
    """With its own sentence and look; nothing in it can be pressed."""
    signed.goto("/staff/audiences/?page=/")
    columns = signed.locator(".variants > section")
    assert columns.count() == 5
    heroes = columns.locator(".hero .summary").all_inner_texts()
    assert len(set(heroes)) == 5
    colors = columns.locator(".hero .action").evaluate_all(
        "(all) => all.map((each) => getComputedStyle(each).backgroundColor)"
    )
    assert set(colors) == {"rgb(255, 198, 41)"}
    assert columns.locator(".variant").evaluate_all("(all) => all.every((each) => each.inert)")
    assert columns.locator("script").count() == 0
    signed.get_by_label("Page").select_option("/request-information/")
    follow(signed.get_by_role("button", name="Show", exact=True))
    expect(columns.nth(1)).to_contain_text("How many schools do you plan for?")
    expect(columns.nth(0)).not_to_contain_text("How many schools do you plan for?")


def test_a_page_that_has_no_variant_is_not_found(signed: Page) -> None:
    for page in ("/nowhere/", "/privacy/", "../../etc/passwd"):
        assert signed.request.get("/staff/audiences/", params={"page": page}).status == 404
    assert signed.request.get("/staff/audiences/").status == 200
