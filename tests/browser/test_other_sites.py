"""What a new site and the documentation look like to axe-core, and on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.browsers import PATIENCE
from tests.fixtures.other_sites import OTHERS, Other, other_site

from .test_axe import violations


@pytest.fixture(scope="module", params=OTHERS)
def other(request, tmp_path_factory) -> Iterator[Other]:
    with other_site(request.param, tmp_path_factory.mktemp("other")) as served:
        yield served


@pytest.fixture(params=[("light", 1280), ("dark", 360)], ids=["light-1280", "dark-360"])
def tab(request, browser: Browser, other: Other) -> Iterator[Page]:
    scheme, width = request.param
    context = browser.new_context(
        base_url=other.address,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_any_page(tab: Page, other: Other) -> None:
    for address in other.pages:
        tab.goto(address)
        assert violations(tab) == "", address


def test_no_page_is_wider_than_its_screen(tab: Page, other: Other) -> None:
    """Also from right to left, where what is too wide leaves on the left."""
    for address in other.pages:
        tab.goto(address)
        for menu in tab.locator("header details").all():
            menu.locator("summary").first.click()
        wide = tab.evaluate(
            """() => [...document.querySelectorAll("body *")].filter(each => {
              const box = each.getBoundingClientRect();
              const inner = each.closest(".skip")
                || each.parentElement.closest("pre, table, .table-scroll");
              return !inner && box.width && (box.right > innerWidth + 1 || box.left < -1);
            }).map(each => each.outerHTML.slice(0, 80))"""
        )
        assert wide == [], address


def test_a_page_from_right_to_left_begins_at_the_right(browser: Browser, tmp_path) -> None:
    with other_site("starter", tmp_path) as served:
        page = browser.new_page(base_url=served.address, viewport={"width": 360, "height": 800})
        page.goto("/ar/news/")
        brand, first = (page.locator(each).first.bounding_box() for each in (".brand", "main h2"))
        assert brand
        assert first
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert brand["x"] + brand["width"] > 340
        assert first["x"] + first["width"] > 340
        # Signs before a number stay before it.
        phone = page.locator("footer bdi[dir=ltr]")
        assert phone.inner_text() == "+1-555-0100"
        page.close()
