"""The first site's pages, as a visitor finds them: what is seen first, what can be done, and how
wide, narrow and printed pages use their room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.browsers import PATIENCE
from tests.fixtures.first_site import Served

from .test_consent import ACCEPT, REJECT, accept, pages_of

ARTICLE = "/resources/closure-messages/"
INNER = ("/solutions/", "/solutions/one-place/", ARTICLE, "/privacy/", "/privacy/audit/")
FOLD = """(selector) => document.querySelector(selector).getBoundingClientRect().bottom"""
ROWS = """(selector) => [...document.querySelectorAll(selector)].map((list) => {
  const tops = [...list.children].map((item) => Math.round(item.getBoundingClientRect().top));
  return [...new Set(tops)].map((top) => tops.filter((each) => each === top).length);
})"""
GAP = """() => {
  const main = document.querySelector("main"), wide = innerWidth;
  const bottoms = [...main.querySelectorAll("p, li, td, th, figure, img, h2, h3, dd, pre")]
    .filter((each) => each.checkVisibility() && !each.closest(".beside"))
    .map((each) => each.getBoundingClientRect())
    .filter(({ right, height }) => height && right > wide * 0.55)
    .flatMap(({ top, bottom }) => [[top, bottom]]).sort((one, other) => one[0] - other[0]);
  let reached = main.getBoundingClientRect().top, gap = 0;
  for (const [top, bottom] of bottoms) {
    gap = Math.max(gap, top - reached);
    reached = Math.max(reached, bottom);
  }
  return Math.round(gap);
}"""
ACTION = """() => ["background-color", "color"].map((name) =>
  getComputedStyle(document.querySelector("main a.action")).getPropertyValue(name))"""
CALLS = """() => [...document.querySelectorAll(".call a, .top .action, .form > button")].map(
  (each) => ["background-color", "color"]
    .map((name) => getComputedStyle(each).getPropertyValue(name)))"""


@pytest.fixture
def sized(browser: Browser, served: Served) -> Iterator[Page]:
    """A tab whose test says how large it is."""
    context = browser.new_context(base_url=served.address)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def size(page: Page, width: int, height: int = 900) -> None:
    page.set_viewport_size({"width": width, "height": height})


@pytest.mark.promise("P4")
@pytest.mark.parametrize("address", ["/", "/es/", ARTICLE])
def test_on_a_phone_the_question_takes_a_fifth_of_the_screen(sized: Page, address: str) -> None:
    """Its text and both buttons are whole, as large as a thumb, and alike."""
    size(sized, 360, 740)
    sized.goto(address)
    notice = sized.locator(".notice")
    assert notice.bounding_box()["height"] <= 740 / 5
    boxes = [each.bounding_box() for each in notice.get_by_role("button").all()]
    assert len(boxes) == 2
    assert all(box["height"] >= 44 and box["y"] + box["height"] <= 740 / 5 for box in boxes)
    assert boxes[0]["height"] == boxes[1]["height"]
    link = notice.get_by_role("link")
    assert link.bounding_box()["height"] >= 16
    assert sized.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("address", ["/", "/es/"])
def test_on_a_phone_the_first_action_is_seen_without_scrolling(sized: Page, address: str) -> None:
    """Though the question is open."""
    size(sized, 360, 740)
    sized.goto(address)
    expect(sized.locator(".notice")).to_be_visible()
    assert sized.evaluate(FOLD, "main a.action") <= 740


def test_the_header_has_the_action_where_there_is_room(sized: Page) -> None:
    for width in (768, 1024, 1280, 1920):
        size(sized, width)
        for address in ("/", "/es/", ARTICLE):
            sized.goto(address)
            action = sized.locator(".top .action").bounding_box()
            assert action is not None, (width, address)
            assert action["x"] + action["width"] <= width
            bar = sized.locator(".top").bounding_box()
            assert bar["height"] <= (128 if width < 1120 else 80), (width, address)


@pytest.mark.parametrize("address", ["/", "/es/"])
def test_on_a_phone_no_entry_of_the_menu_stands_alone(sized: Page, address: str) -> None:
    for width in (320, 360, 390, 414):
        size(sized, width, 740)
        sized.goto(address)
        assert sized.evaluate(ROWS, ".main-nav > ul") == [[5]], width
        assert sized.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("address", ["/request-information/", "/newsletter/", "/your-data/"])
def test_a_page_with_a_form_has_one_thing_to_press(sized: Page, address: str) -> None:
    """The way to another form is there, and does not compete with the button of this one."""
    sized.goto(address)
    expect(sized.locator(".top .action")).to_be_visible()
    grounds = sized.evaluate(
        """() => [...document.querySelectorAll("a, button")]
          .filter((each) => !each.matches(".skip") && each.checkVisibility())
          .filter((each) => getComputedStyle(each).backgroundColor === "rgb(255, 198, 41)")
          .map((each) => each.localName)"""
    )
    assert grounds == ["button"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_comes_second_is_drawn_as_second(
    browser: Browser, served: Served, scheme: Literal["light", "dark"]
) -> None:
    """Beside the first thing to press, or below it, another is an outline until pointed at."""
    page = browser.new_page(base_url=served.address, color_scheme=scheme, reduced_motion="reduce")
    for address, which in (("/", ".hero .button:not(.action)"), (ARTICLE, ".letter .button")):
        page.goto(address)
        style = "(each) => [getComputedStyle(each).backgroundColor, getComputedStyle(each).color]"
        ground, ink = page.locator(which).evaluate(style)
        assert ground == "rgba(0, 0, 0, 0)"
        page.locator(which).hover()
        assert page.locator(which).evaluate(style) not in ([ground, ink], [ink, ink])
        assert page.locator(which).evaluate(style)[1] == "rgb(255, 255, 255)"
    page.close()


def test_what_an_article_ends_with_is_offered_once(sized: Page, public: object) -> None:
    """The page of the next step is not among those that are related, and none is there twice."""
    for address in pages_of(public):
        if address.startswith("/resources/"):
            sized.goto(address)
            offered = sized.evaluate(
                """() => [...document.querySelectorAll(".call a, .related a, [rel=prev], [rel=next]"
                )].map((link) => link.getAttribute("href"))"""
            )
            assert len(offered) == len(set(offered)), address


def test_what_ways_to_reach_us_are_for_stands_in_two_columns(sized: Page) -> None:
    """No half of the page is empty; on a phone one follows the other."""
    for width, beside in ((1280, True), (1920, True), (360, False)):
        size(sized, width)
        sized.goto("/contact/")
        first, second = (each.bounding_box() for each in sized.locator(".prose > h2").all())
        assert (abs(first["y"] - second["y"]) < 2) == beside, width


def test_no_row_of_three_is_broken_into_two_and_one(sized: Page) -> None:
    for width in (640, 768, 1280, 1920):
        size(sized, width)
        for address in ("/", "/solutions/", ARTICLE):
            sized.goto(address)
            lists = sized.evaluate(ROWS, ".home-body .prose > ul, .cards, .stories")
            assert lists, address
            assert [rows for rows in lists if rows == [2, 1]] == [], (width, address)


def test_the_one_action_has_one_color_by_day_and_by_night(browser: Browser, served: Served) -> None:
    """In the header, over the fold, in the calls, and below a form, where the header steps back."""
    seen = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(base_url=served.address, color_scheme=scheme)
        page.goto("/")
        seen.add(tuple(page.evaluate(ACTION)))
        for address in ("/", "/solutions/", ARTICLE, "/request-information/"):
            page.goto(address)
            calls = {tuple(each) for each in page.evaluate(CALLS)}
            seen |= {each for each in calls if each[0] != "rgba(0, 0, 0, 0)"}
            assert len(calls) == (2 if address == "/request-information/" else 1), address
        page.close()
    assert len(seen) == 1, seen


def test_the_cards_of_the_home_page_are_links(sized: Page) -> None:
    """Wherever one is pressed."""
    for number in range(3):
        sized.goto("/")
        card = sized.locator(".home-body .prose > ul").first.locator("li").nth(number)
        where = card.get_by_role("link").get_attribute("href")
        card.click(position={"x": 20, "y": 40})
        sized.wait_for_url(f"**{where}")


def test_the_home_page_says_what_it_says_once(sized: Page) -> None:
    """No sentence stands twice in what is read."""
    sized.goto("/")
    text = sized.locator("body").inner_text()
    lines = [line for line in text.replace(". ", ".\n").split("\n") if len(line.split()) > 5]
    assert sorted(line for line in set(lines) if lines.count(line) > 1) == []
    assert text.count("across devices and platforms") <= 1


@pytest.mark.parametrize("address", INNER)
@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_the_right_half_of_an_inner_page_is_used(sized: Page, address: str, width: int) -> None:
    """Nowhere is it empty for as much as a screen."""
    size(sized, width)
    sized.goto(address)
    assert sized.evaluate(GAP) < 900


def test_the_stops_of_a_page_stay_in_view_and_lead_on(sized: Page) -> None:
    """Beside the text on a wide screen; to be opened above it on a phone."""
    size(sized, 1280)
    sized.goto(ARTICLE)
    stops = sized.get_by_role("navigation", name="On this page")
    sized.mouse.wheel(0, 3_000)
    sized.wait_for_function("scrollY > 2500")
    expect(stops.get_by_role("link").first).to_be_in_viewport()
    stops.get_by_role("link", name="Rehearse in October").click()
    expect(sized.get_by_role("heading", name="Rehearse in October")).to_be_in_viewport()
    size(sized, 360, 740)
    sized.goto(ARTICLE)
    expect(stops.get_by_role("link").first).to_be_hidden()
    sized.locator("summary", has_text="On this page").click()
    expect(stops.get_by_role("link").first).to_be_visible()


def test_each_article_opens_with_its_drawing_and_ends_with_the_next_step(
    sized: Page, public: object
) -> None:
    """No two have the same drawing, by day, by night or on the card that others show of it."""
    articles = [
        address
        for address in pages_of(public)
        if address.startswith("/resources/") and address.count("/") == 3 and "topics" not in address
    ]
    assert len(articles) == 8
    day, night, cards = set(), set(), set()
    for address in articles:
        sized.goto(address)
        scene = sized.locator(".scene")
        day.add(scene.locator("img").get_attribute("src"))
        night.add(scene.locator("source").get_attribute("srcset"))
        assert scene.locator("img").evaluate("(image) => image.naturalWidth") > 0
        cards.add(sized.locator('meta[property="og:image"]').get_attribute("content"))
        assert sized.locator(".prose > .call a").count() == 1, address
        assert sized.locator(".letter").get_by_role("link", name="Newsletter").count() == 1
        assert sized.locator(".related .story").count() >= 2, address
        assert sized.locator(".margin-note").count() >= 1, address
    assert len(day) == len(night) == len(cards) == 8


def test_a_table_that_is_filled_in_has_room_on_a_phone(sized: Page) -> None:
    size(sized, 360, 740)
    for address in (
        ARTICLE,
        "/resources/attendance-messages/",
        "/solutions/engaging-the-community/",
    ):
        sized.goto(address)
        widths = sized.evaluate(
            "() => [...document.querySelectorAll('.prose table td:empty')]"
            ".map((cell) => cell.getBoundingClientRect().width)"
        )
        assert widths, address
        assert min(widths) >= 200, address
        words = sized.evaluate(
            """() => [...document.querySelectorAll('.prose table td:empty')].map((cell) =>
              [getComputedStyle(cell, '::before').content, cell.dataset.label])"""
        )
        assert all(label and "attr" not in label for _, label in words), address
        assert all(shown not in ("none", "normal") for shown, _ in words), address
        assert sized.evaluate("document.documentElement.scrollWidth") <= 360


def test_print_has_no_addresses_of_our_own_pages(sized: Page) -> None:
    """Those of others are printed, as paper has no links."""
    sized.emulate_media(media="print")
    for address in (ARTICLE, "/contact/", "/resources/write-for-a-phone/"):
        sized.goto(address)
        printed = sized.evaluate(
            """() => [...document.querySelectorAll("main a")].map((link) =>
              [link.getAttribute("href"), getComputedStyle(link, "::after").content])"""
        )
        assert [link for link, after in printed if link.startswith("/") and "(" in after] == []
        assert all("(" in after for link, after in printed if link.startswith("http"))


@pytest.mark.parametrize("width", [360, 768, 1024])
def test_no_table_is_cut_off_where_its_words_could_be_wrapped(sized: Page, width: int) -> None:
    size(sized, width)
    for address in ("/solutions/", "/es/solutions/", "/resources/call-text-email-letter/"):
        sized.goto(address)
        table = sized.locator(".table-scroll").first
        assert table.evaluate("(each) => each.scrollWidth <= each.clientWidth"), address


def test_paper_has_what_a_click_or_a_drag_would_show(sized: Page) -> None:
    """The answers to questions, and each column of a table."""
    size(sized, 700)
    sized.emulate_media(media="print")
    sized.goto("/contact/")
    for answer in sized.locator(".faq-answer").all():
        expect(answer).to_be_visible()
    for address in ("/solutions/", "/es/solutions/", "/resources/call-text-email-letter/"):
        sized.goto(address)
        table = sized.locator(".table-scroll").first
        assert table.evaluate("(each) => each.scrollWidth <= each.clientWidth"), address


@pytest.mark.promise("P4")
def test_the_page_of_choices_marks_the_answer_in_force(sized: Page) -> None:
    """Before an answer neither; then the one that was given, and after a change the other."""
    marks = """() => [...document.querySelectorAll(".choices [data-choose]")].map((button) =>
      [button.dataset.choose, getComputedStyle(button, "::after").content.includes("in force")])"""
    sized.goto("/cookies/")
    assert sized.evaluate(marks) == [["yes", False], ["no", False]]
    choices = sized.get_by_role("region", name="Counting visits")
    sized.goto("/")
    accept(sized)
    sized.goto("/cookies/")
    assert sized.evaluate(marks) == [["yes", True], ["no", False]]
    assert choices.get_by_role("button", name=f"{ACCEPT} ✓ in force").is_visible()
    with sized.expect_response("**/visit/withdraw"):
        choices.get_by_role("button", name=REJECT).click()
    assert sized.evaluate(marks) == [["yes", False], ["no", True]]
