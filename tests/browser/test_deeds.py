"""What is done on a page besides reading it, as a real browser tells it."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.browsers import follow
from tests.fixtures.first_site import Served
from tests.fixtures.patience import PATIENCE

from .conftest import Watched
from .test_consent import accept, go

FORM = "/request-information/"
ADD = """() => {
  for (const [id, name, given] of [
    ["x", "a", { href: "https://elsewhere.example/" }],
    ["y", "button", { "data-event": "z" }],
    ["f", "a", { href: "/gone.pdf" }],
    ["m", "a", { href: "mailto:a@b.example" }],
  ]) {
    const made = document.createElement(name);
    for (const key in given) made.setAttribute(key, given[key]);
    made.id = made.textContent = id;
    document.querySelector("main").append(made);
  }
  addEventListener("click", (event) => event.preventDefault());
}"""
"""What no page of the site has."""

TURNED = {"type": "landscapePrimary", "angle": 90}


def eventually(served: Served, dimension: str, wanted: dict[str, int]) -> None:
    """What a page sent as it was left is counted soon."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not wanted.items() <= served.times(dimension).items():
        time.sleep(0.1)
    assert wanted.items() <= served.times(dimension).items()


@pytest.mark.promise("P4")
def test_a_form_is_seen_begun_left_and_sent(page: Page, watched: Watched, served: Served) -> None:
    """Its fields by their names, and nothing that was typed; its goal is a visit's, once."""
    page.goto("/solutions/one-place/")
    accept(page)
    go(page, FORM)
    page.get_by_label("Phone").fill("555-0199-secret")
    page.get_by_label("Name").fill("Ann Secret")
    page.get_by_label("Name").blur()
    page.goto("/about/")
    steps = ("seen", "started", "left/name")
    eventually(served, "form", {f"request-information/{step}": 1 for step in steps})
    go(page, FORM)
    follow(page.get_by_role("button", name="Send request"))
    page.wait_for_url("**/form/request-information")
    page.get_by_label("Name").fill("Ann Secret")
    page.get_by_label("Email address").fill("ann@example.org")
    page.get_by_label("Your role").select_option("teacher")
    with page.expect_response("**/visit/action") as answer:
        page.get_by_role("button", name="Send request").click()
    assert answer.value.status == 204
    page.wait_for_load_state("networkidle")
    found = served.times("form")
    assert found["request-information/sent"] == 1
    assert found["request-information/error/email"] == 1
    assert served.times("goal") == {"asked": 1, "solution": 1}
    assert {cell: row[0] for cell, row in served.counters("funnel").items()} == {
        "request:1": 1,
        "request:2": 1,
        "request:3": 1,
    }
    assert "ecret" not in str(watched.requests)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert served.times("form")["request-information/sent"] == 1


@pytest.mark.promise("P4")
def test_reading_and_speed_are_told_with_the_time(page: Page, served: Served) -> None:
    """In the one message with which a page is left."""
    page.goto("/about/")
    accept(page)
    expect(page.locator("html")).to_have_attribute("data-counted", "yes")
    page.mouse.wheel(0, 100_000)
    page.wait_for_timeout(300)
    page.evaluate("location.assign('/solutions/')")
    page.wait_for_url("**/solutions/")
    eventually(served, "depth", {f"{share} /about/": 1 for share in (25, 50, 75, 100)})
    speeds = served.times("speed")
    assert {cell.split()[0] for cell in speeds} >= {"LCP"}
    eventually(served, "flow", {"/about/ /solutions/": 1})
    assert served.counters("screen").keys() == {"Large (992 to 1439 px)"}


@pytest.mark.promise("P4")
def test_a_telephone_that_is_turned_stays_in_its_class(browser: Browser, served: Served) -> None:
    """Else its visit would go on in a class in which it did not begin."""
    sides = (390, 844)
    held = {"is_mobile": True, "has_touch": True, "base_url": served.address}
    upright = dict(zip(("width", "height"), sides, strict=True))
    context = browser.new_context(viewport=upright, screen=upright, **held)
    context.set_default_timeout(1_000 * PATIENCE)
    page = context.new_page()
    page.goto("/about/")
    accept(page)
    expect(page.locator("html")).to_have_attribute("data-counted", "yes")
    turned = {"width": sides[1], "height": sides[0], "screenOrientation": TURNED}
    sizes = {"screenWidth": sides[1], "screenHeight": sides[0], "mobile": True}
    context.new_cdp_session(page).send(
        "Emulation.setDeviceMetricsOverride", {**turned, **sizes, "deviceScaleFactor": 1}
    )
    assert page.evaluate("screen.width") == sides[1]
    page.goto("/solutions/")
    expect(page.locator("html")).to_have_attribute("data-counted", "yes")
    context.close()
    found = {name: row[:3] for name, row in served.counters("screen").items()}
    assert found == {"Small (under 576 px)": (1, 2, 1)}


@pytest.mark.promise("P4")
def test_events_links_and_files_are_told_as_the_page_has_them(
    page: Page, watched: Watched, served: Served
) -> None:
    """Only what the page itself has: others are refused, and nothing is sent after a no."""
    page.goto("/about/")
    accept(page)
    page.evaluate(ADD)
    for element in ("#x", "#y", "#f"):
        with page.expect_response("**/visit/action") as answer:
            page.locator(element).click()
        assert answer.value.status == 404
    page.locator("#m").click()
    page.evaluate("document.querySelector('[data-choose=no]').click()")
    expect(page.locator("html")).to_have_attribute("data-choice", "no")
    watched.requests.clear()
    page.locator("#x").click()
    page.wait_for_timeout(500)
    assert not [address for address in watched.posts() if "action" in address]
