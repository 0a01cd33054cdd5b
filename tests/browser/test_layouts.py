"""Pages as few see them: right to left, without motion, narrow, and by keyboard alone.

With `PLAINSITE_PICTURES` naming a folder, the pictures are kept there to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.first_site import Served
from tests.fixtures.staff import PAGES

from .test_axe import LAYOUTS
from .test_consent import ACCEPT, REJECT, is_final, notice, pages_of
from .test_staff import add, sign_in

BOXES = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && !element.closest("svg")
    && !["inline", "contents"].includes(getComputedStyle(element).display))
  .map((element) => {
    const { x, width } = element.getBoundingClientRect();
    return [element.outerHTML.slice(0, 60), x, width];
  })"""
FONTS = "() => document.fonts.ready.then(() => {})"
TURN = "() => { document.documentElement.dir = 'rtl'; }"
MOVING = """() => {
  const all = [...document.querySelectorAll("*")];
  const styles = all.flatMap((element) => ["", "::before", "::after"]
    .map((part) => [element.outerHTML.slice(0, 60), getComputedStyle(element, part || null)]));
  const still = ({ transitionDuration, animationName, scrollBehavior }) =>
    /^(0s(, )?)+$/.test(transitionDuration) && animationName === "none"
      && scrollBehavior === "auto";
  return styles.filter(([, style]) => !still(style)).map(([what]) => what);
}"""


@pytest.fixture(params=[360, 1280])
def page(request: pytest.FixtureRequest, browser: Browser, served: Served) -> Iterator[Page]:
    """A tab of one of two widths."""
    size = {"width": request.param, "height": 800}
    context = browser.new_context(base_url=served.address, viewport=size, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def width_of(page: Page) -> int:
    assert page.viewport_size
    return page.viewport_size["width"]


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("PLAINSITE_PICTURES")
    if folder:
        words = name.strip("/").replace("/", "-") or "home"
        path = Path(folder) / f"{words}-{width_of(page)}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")


def signed_in(page: Page, served: Served) -> tuple[str, ...]:
    add(served, "anna", "reports", "contacts", "admin")
    sign_in(page, "anna")
    return tuple(f"/staff/{name}/" for name in PAGES)


@pytest.mark.parametrize("who", ["visitor", "staff"])
def test_right_to_left_every_layout_is_its_own_mirror(page: Page, served: Served, who: str) -> None:
    """Each box stands as far from the right as it stood from the left; nothing scrolls sideways."""
    for address in LAYOUTS if who == "visitor" else signed_in(page, served):
        page.goto(address)
        page.evaluate(FONTS)
        width = width_of(page)
        before = page.evaluate(BOXES)
        page.evaluate(TURN)
        after = page.evaluate(BOXES)
        assert len(before) == len(after) > 10
        assert any(abs(one[1] - other[1]) > 50 for one, other in zip(before, after, strict=True))
        crooked = [
            one[0]
            for one, other in zip(before, after, strict=True)
            if abs(one[1] + other[1] + other[2] - width) > 1.5 or abs(one[2] - other[2]) > 1.5
        ]
        assert crooked == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        keep(page, f"rtl{address}")


@pytest.mark.parametrize("who", ["visitor", "staff"])
def test_who_wants_no_motion_gets_none(page: Page, served: Served, who: str) -> None:
    """Not at rest, not pointed at, not pressed."""
    for address in LAYOUTS if who == "visitor" else signed_in(page, served):
        page.goto(address)
        assert page.evaluate(MOVING) == [], address
        page.get_by_role("link").nth(1).hover()
        page.keyboard.press("Tab")
        assert page.evaluate("document.getAnimations().length") == 0, address
        keep(page, f"still{address}")


def test_motion_would_be_seen(browser: Browser, served: Served) -> None:
    """Who does not mind motion gets a little."""
    page = browser.new_page(base_url=served.address, reduced_motion="no-preference")
    page.goto("/")
    assert page.evaluate(MOVING) != []
    page.close()


def test_the_route_comes_in_once_and_stands(browser: Browser, served: Served) -> None:
    """It moves no text, and is at rest within a second."""
    page = browser.new_page(base_url=served.address, reduced_motion="no-preference")
    page.goto("/solutions/")
    running = """() => document.getAnimations().filter((each) => each.animationName)
      .map((each) => [each.animationName, each.effect.pseudoElement,
        each.effect.getComputedTiming().endTime])"""
    known = page.evaluate(running)
    assert {(name, part) for name, part, _ in known} <= {
        ("route-comes", "::before"), ("stop-opens", "::after"),
    }  # fmt: skip
    assert all(ends <= 1_000 for *_, ends in known)
    page.wait_for_function("() => document.getAnimations().length === 0")
    head = "getComputedStyle(document.querySelector('.page-head'), '::before').animationName"
    assert page.evaluate(head) == "route-comes"
    page.close()


GAPS = """(most) => [...document.querySelectorAll(".prose")].flatMap((prose) => {
  const flow = [...prose.children].filter((each) => each.checkVisibility()
    && getComputedStyle(each).float === "none" && getComputedStyle(each).position !== "absolute");
  const edges = flow.map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 60)]);
  return edges.slice(1)
    .filter(([box], at) => box.top - edges[at][0].bottom > most).map(([, what]) => what);
})"""
"""What in a text stands more than so many pixels below what comes before it."""

MOST_GAP = 90


@pytest.mark.parametrize("width", [1280, 1920])
def test_no_remark_in_the_margin_leaves_a_gap_in_the_text(
    browser: Browser, served: Served, public: Path, width: int
) -> None:
    """It stands before the text that it is beside. Each promise of the privacy policy is a row of
    its own, as long as the longer of its two sides."""
    context = browser.new_context(
        base_url=served.address, viewport={"width": width, "height": 1000}, reduced_motion="reduce"
    )
    page = context.new_page()
    for address in pages_of(public):
        if not address.endswith("/privacy/"):
            page.goto(address)
            page.evaluate(FONTS)
            assert page.evaluate(GAPS, MOST_GAP) == [], address
    context.close()


OUTSIDE = """() => {
  const scrolls = ({ overflowX }) => overflowX !== "visible";
  const isKept = (each) => {
    for (let box = each.parentElement; box; box = box.parentElement) {
      if (scrolls(getComputedStyle(box))) return true;
    }
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility() && !each.closest("svg") && !isKept(each))
    .filter((each) => {
      const { left, right, width } = each.getBoundingClientRect();
      return width && (left < -1 || right > document.documentElement.clientWidth + 1);
    })
    .map((each) => each.outerHTML.slice(0, 60));
}"""


@pytest.mark.parametrize("window", [(320, 640, 1), (640, 450, 2)], ids=str)
def test_narrow_or_twice_as_large_no_page_is_wider_than_its_window(
    browser: Browser, served: Served, public: Path, window: tuple[int, int, int]
) -> None:
    """A window of 1280 pixels at 200 % is 640 wide (WCAG 1.4.4), at 400 % 320 (1.4.10)."""
    width, height, scale = window
    context = browser.new_context(
        base_url=served.address,
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    for address in pages_of(public):
        page.goto(address)
        page.evaluate(FONTS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(OUTSIDE) == [], address
    context.close()


def tab_to(page: Page, words: str, *, most: int = 80) -> None:
    """Press Tab until what is named has the focus. Each stop on the way must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(
            """() => {
              const now = document.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(now);
              const { top, bottom, left, right } = now.getBoundingClientRect();
              const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
              const label = now.labels?.[0]?.innerText ?? now.innerText ?? "";
              return [label.trim().split("\\n")[0],
                now === document.body || (inside && outlineStyle !== "none"
                  && parseFloat(outlineWidth) >= 2)];
            }"""
        )
        assert seen, f"the focus is not to be seen on “{name}”"
        if name.startswith(words):
            return
    raise AssertionError(f"Tab does not lead to “{words}”")


@pytest.mark.promise("P4")
@pytest.mark.promise("P5")
def test_everything_can_be_done_by_keyboard_at_320_pixels(browser: Browser, served: Served) -> None:
    """Skip to the content, say yes, go to the form, err, mend it, be thanked, see one's role, be
    forgotten, and take the yes back. No pointer is used, and each stop can be seen."""
    context = browser.new_context(
        base_url=served.address, viewport={"width": 320, "height": 568}, has_touch=False
    )
    page = context.new_page()
    page.goto("/")
    tab_to(page, "Skip to the content", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.goto("/")
    tab_to(page, ACCEPT)
    with page.expect_response(is_final):
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="You accepted")).to_be_focused()
    tab_to(page, "Request information")
    page.keyboard.press("Enter")
    page.wait_for_url("**/request-information/")

    tab_to(page, "Send request")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ada Byron")
    tab_to(page, "Email address")
    page.keyboard.type("ada@example.org")
    tab_to(page, "Your role")
    page.keyboard.type("Teacher")
    tab_to(page, "Recognize this browser")
    page.keyboard.press("Space")
    tab_to(page, "Send request")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thank-you/request-information/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    page.goto("/cookies/")
    tab_to(page, "Forget my role")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, REJECT)
    with page.expect_response("**/visit/withdraw"):
        page.keyboard.press("Space")
    assert context.cookies() == []
    page.goto("/")
    expect(notice(page)).to_be_hidden()
    context.close()
