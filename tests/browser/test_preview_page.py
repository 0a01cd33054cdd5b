"""The page in front of who writes: what is saved appears in it, and nothing else of it changes."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.fixtures.browsers import PATIENCE, follow
from tests.fixtures.first_site import ROOT

from .test_preview import Writing

TEMPLATE = """\
<!doctype html>
<html lang="{{ site.language }}" data-register="{{ register.version }}" data-months="6">
<title>{{ page.title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{{ asset("choice.js") }}"></script>
<link rel="stylesheet" href="{{ asset("main.css") }}">
<main>
<h1>{{ page.title }}</h1>
<details><summary>More</summary><p>Inside.</p></details>
{{ page.body }}
</main>
<a href="/about/">About</a> <a href="/">Home</a>
"""
STYLES = "main { min-height: 3000px; color: rgb(1, 2, 3) }\n"
DESCRIPTION = "Who we are, said on a page of its own, in enough words."
HEAD = f"---\ntitle: About us\ndescription: {DESCRIPTION}\n---\n"
BODY = "## People\n\nTwo of us.\n\nThree of them.\n"


class Site(Writing):
    """A small site with a preview."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.styles = root / "site" / "assets" / "main.css"
        self.template = root / "templates" / "page.html"
        self.address = ""
        self.whole = ""

    def restore(self) -> None:
        """As every test finds it."""
        for path, text in (
            (self.about, HEAD + BODY),
            (self.styles, STYLES),
            (self.template, TEMPLATE),
        ):
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
        for name in ("soon.md", "idea.md"):
            (self.root / "content" / name).unlink(missing_ok=True)

    def about_page(self) -> str:
        """As it is served, without what is the preview's; the names of its assets tell theirs."""
        with urlopen(f"{self.address}/about/") as answer:
            return re.sub(r'<script src="/_preview/.*?</script>', "", answer.read().decode())

    def learn(self) -> None:
        """How the page is served that every test finds."""
        self.whole = self.about_page()

    def settle(self) -> None:
        """Wait until it is served so: else, what the test before left would change under this."""
        end = time.monotonic() + PATIENCE / 1_000
        while self.about_page() != self.whole:
            assert time.monotonic() < end
            time.sleep(0.05)

    def write(self, body: str) -> None:
        self.about.write_text(HEAD + body)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("preview") / "site"
    shutil.copytree(ROOT / "tests" / "sites" / "base", root)
    site = Site(root)
    index = root / "content" / "index.md"
    index.write_text(index.read_text().replace("about.md#people", "about.md"))
    site.restore()
    site.address = site.serve()
    site.learn()
    yield site
    assert site.end().endswith("Stopped.\n")


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    served.restore()
    served.settle()
    yield served
    served.restore()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 800})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def opened(page: Page, address: str) -> Page:
    """A page, marked, so that one sees whether it was loaded again; its script listens."""
    page.goto(address)
    expect(page.get_by_role("button", name="Preview")).to_be_visible()
    expect(page.locator("main")).to_have_css("color", "rgb(1, 2, 3)")
    page.evaluate("window.mark = 1")
    return page


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("window.mark === 1"))


def bar(page: Page) -> Locator:
    """The bar, open."""
    panel = page.get_by_role("region", name="Preview")
    button = page.get_by_role("button", name="Preview")
    expect(button).to_be_visible()  # It comes as it was on the page before.
    if not panel.is_visible():
        button.click()
    expect(panel).to_be_visible()
    return panel


def answers(page: Page, address: str, status: int) -> None:
    """Wait until the preview answers so."""
    end = time.monotonic() + PATIENCE / 1_000
    while page.request.get(address).status != status:
        assert time.monotonic() < end, (address, status)


def html(page: Page) -> str:
    """All of the page, without what is the preview's."""
    text = page.evaluate(
        """() => {
          const copy = document.documentElement.cloneNode(true);
          copy.querySelector('plainsite-preview')?.remove();
          copy.querySelectorAll('[data-choice]').forEach((each) => each.remove());
          return copy.outerHTML.replace(/\\s+/g, ' ');
        }"""
    )
    return str(text)


def test_a_save_changes_the_page_and_nothing_of_its_state(page: Page, site: Site) -> None:
    opened(page, "/about/")
    page.get_by_text("More").click()
    page.evaluate("scrollTo(0, 700)")
    site.write(BODY.replace("Two", "Twelve"))
    expect(page.get_by_text("Twelve of us.")).to_be_attached()
    assert is_the_same(page)
    assert page.evaluate("scrollY") == 700
    assert page.locator("main details").get_attribute("open") is not None


EDITS = [
    BODY + "\nOne more.\n",
    "Before.\n\n" + BODY,
    BODY.replace("Two of us.\n\n", ""),
    BODY.replace("Two of us.", "- Two\n- of\n- us"),
    BODY.replace("Two of us.", "- Two\n- us\n- and more"),
    BODY.replace("Two of us.", "| A | B |\n|---|---|\n| **1** | *2* |"),
    BODY.replace("Two of us.", "| A | B |\n|---|---|\n| **1** | 3 |\n| 4 | 5 |"),
    BODY.replace("## People", "## Persons\n\n### People"),
    "Nothing but this.\n",
    "![A gate](gate.svg)\n\n> said\n\n```\ncode & <b>\n```\n",
    BODY,
]


def test_after_each_edit_the_page_is_as_if_it_were_loaded(page: Page, site: Site) -> None:
    opened(page, "/about/")
    fresh = page.context.new_page()
    for number, body in enumerate(EDITS):
        end = f"Edit {number}."
        site.write(f"{body}\n{end}\n")
        expect(page.get_by_text(end)).to_be_attached()
        fresh.goto("/about/")
        assert html(page) == html(fresh)
        assert is_the_same(page), body


def test_styles_come_without_loading_the_page(page: Page, site: Site) -> None:
    opened(page, "/about/")
    page.evaluate("scrollTo(0, 500)")
    for color in ("rgb(4, 5, 6)", "rgb(7, 8, 9)"):
        site.styles.write_text(STYLES.replace("rgb(1, 2, 3)", color))
        expect(page.locator("main")).to_have_css("color", color)
    expect(page.locator("link[href^='/assets/']")).to_have_count(1)
    assert is_the_same(page)
    assert page.evaluate("scrollY") == 500


def test_what_was_typed_stays_in_a_form_beside_what_changes(page: Page, site: Site) -> None:
    opened(page, "/ask/")
    field = page.get_by_role("textbox").first
    field.fill("half a sentence")
    ask = site.root / "content" / "ask.md"
    text = ask.read_text()
    ask.write_text(text + "\nWritten below the form.\n")
    expect(page.get_by_text("Written below the form.")).to_be_attached()
    assert is_the_same(page)
    expect(field).to_have_value("half a sentence")
    expect(field).to_be_focused()
    ask.write_text(text)
    expect(page.get_by_text("Written below the form.")).to_have_count(0)


def test_where_a_script_may_have_a_hand_in_it_the_page_is_loaded_and_its_state_comes_back(
    page: Page, site: Site
) -> None:
    """Here the page's scripts would not know the new button."""
    opened(page, "/ask/")
    page.get_by_text("More").click()
    field = page.get_by_role("textbox").first
    field.fill("half a sentence")
    page.evaluate("scrollTo(0, 400)")
    button = "<button data-new>New</button></main>"
    site.template.write_text(TEMPLATE.replace("</main>", button))
    expect(page.locator("[data-new]")).to_be_attached()
    assert not is_the_same(page)
    expect(field).to_have_value("half a sentence")
    expect(field).to_be_focused()
    expect(page.locator("main details")).to_have_attribute("open", "")
    page.wait_for_function("scrollY === 400")


def test_what_a_script_has_changed_is_not_taken_for_what_was_served(page: Page, site: Site) -> None:
    opened(page, "/about/")
    page.get_by_text("Three of them.").evaluate("each => each.textContent = 'By a script.'")
    site.write(BODY.replace("Three of them", "Four of them"))
    expect(page.get_by_text("Four of them.")).to_be_attached()
    assert not is_the_same(page), "it was loaded, since nobody knows what is right"


def test_a_page_that_goes_and_comes_back(page: Page, site: Site) -> None:
    description = "A page that is there for a moment, and then is not any more."
    (site.root / "content" / "idea.md").write_text(
        f"---\ntitle: An idea\ndescription: {description}\n---\n"
    )
    expect(page.get_by_role("heading", name="An idea")).to_have_count(0)
    answers(page, "/idea/", 200)
    opened(page, "/idea/")
    (site.root / "content" / "idea.md").unlink()
    expect(page.get_by_role("heading", name="An idea")).to_have_count(0)
    expect(page.get_by_role("button", name="Preview")).to_be_visible()


def test_many_tabs_leave_room_for_one_more(context: BrowserContext, site: Site) -> None:
    """Six connections are all that a browser has for one server; each tab waits for news."""
    tabs = [opened(context.new_page(), "/about/") for _ in range(9)]
    last = opened(context.new_page(), "/")
    site.write(BODY.replace("Two", "Twenty"))
    for tab in tabs:
        expect(tab.get_by_text("Twenty of us.")).to_be_attached()
    last.goto("/about/")
    expect(last.get_by_text("Twenty of us.")).to_be_attached()


def test_an_audience_is_chosen_and_stays_from_page_to_page(page: Page, site: Site) -> None:
    opened(page, "/")
    expect(page.get_by_text("For all.")).to_be_visible()
    panel = bar(page)
    expect(panel.get_by_text("This page differs for: Teachers")).to_be_visible()
    panel.get_by_label("Audience").select_option(label="Teachers")
    expect(page.get_by_text("For teachers.")).to_be_visible()
    follow(page.get_by_role("link", name="About"))
    expect(page.get_by_text("Two of us.")).to_be_visible()
    expect(bar(page).get_by_text("This page is the same for everybody")).to_be_visible()
    follow(page.get_by_role("link", name="Home"))
    expect(page.get_by_text("For teachers.")).to_be_visible()
    assert not page.context.cookies(), "nothing is kept"
    bar(page).get_by_label("Audience").select_option(value="")
    expect(page.get_by_text("For all.")).to_be_visible()
    follow(page.get_by_role("link", name="About"))
    follow(page.get_by_role("link", name="Home"))
    expect(page.get_by_text("For all.")).to_be_visible()


def test_languages_are_a_choice_where_the_page_has_several(page: Page, site: Site) -> None:
    """They are those that the page itself names; its addresses are the published site's."""
    opened(page, "/about/")
    expect(bar(page).get_by_label("Language")).to_be_hidden()
    links = "".join(
        f'<link rel="alternate" hreflang="{tag}" href="https://small.example{path}">'
        for tag, path in (("en", "/about/"), ("es", "/"), ("x-default", "/"))
    )
    site.template.write_text(TEMPLATE.replace("<main>", f"{links}<main>"))
    choice = bar(page).get_by_label("Language")
    expect(choice.locator("option")).to_have_text(["English", "español"])
    choice.select_option(label="español")
    expect(page).to_have_url(f"{site.address}/")
    expect(page.get_by_text("For all.")).to_be_visible()


def test_each_state_of_consent_is_the_page_s_own(page: Page, site: Site) -> None:
    """Also the signal, which the page's script asks the browser for before anything else."""
    opened(page, "/about/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-choice", "unasked")
    states = {"Accepted": "yes", "Rejected": "no", "Signal (GPC)": "signal", "Not asked": "unasked"}
    for words, state in states.items():
        bar(page).get_by_label(words).check(force=True)
        expect(root).to_have_attribute("data-choice", state)
        expect(bar(page).get_by_label(words)).to_be_checked()
    assert page.evaluate("localStorage.length") == 0
    assert not page.context.cookies()


def test_a_later_day_and_drafts_are_shown_and_never_near_what_is_published(
    page: Page, site: Site
) -> None:
    head = "description: A page that waits until it may be seen by everybody.\n"
    (site.root / "content" / "soon.md").write_text(
        f"---\ntitle: Soon\ndate: 2099-01-05\n{head}---\n"
    )
    (site.root / "content" / "idea.md").write_text(f"---\ntitle: Idea\ndraft: true\n{head}---\n")
    opened(page, "/about/")

    def shows(soon: int, idea: int) -> None:
        answers(page, "/soon/", soon)
        answers(page, "/idea/", idea)

    shows(404, 404)
    bar(page).get_by_label("As of").fill("2099-01-05")
    shows(200, 404)
    bar(page).get_by_role("button", name="Today").click()
    shows(404, 404)
    bar(page).get_by_label("With drafts").check()
    shows(200, 200)
    assert is_the_same(page)
    bar(page).get_by_label("With drafts").uncheck()
    shows(404, 404)
    published = {path.parent.name for path in (site.root / "public").rglob("index.html")}
    assert {"soon", "idea"}.isdisjoint(published)


def test_the_answer_to_a_form_is_not_asked_for_again(page: Page, site: Site) -> None:
    opened(page, "/ask/")
    follow(page.get_by_role("button", name=re.compile("send|ask", re.IGNORECASE)).first)
    expect(page).to_have_url(re.compile("/form/"))
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="Preview")).to_be_visible()
    page.evaluate("window.mark = 1")
    site.write(BODY.replace("Two", "Zwei"))
    expect(bar(page).get_by_role("status")).to_contain_text("This page answers a form")
    assert is_the_same(page)


HOSTILE = """
* { color: red !important; font-size: 40px !important; }
div, button, section, plainsite-preview { all: unset !important; display: none !important; }
@layer one {
  * { display: none !important; position: static !important; }
  html, body, main { display: block !important }
}
html > * { padding: 100px; }
"""


def test_the_page_s_styles_do_not_reach_the_bar(page: Page, site: Site) -> None:
    opened(page, "/about/")
    before = page.get_by_role("button", name="Preview").bounding_box()
    site.styles.write_text(STYLES + HOSTILE)
    expect(page.locator("main")).to_have_css("font-size", "40px")
    assert page.get_by_role("button", name="Preview").bounding_box() == before
    expect(bar(page)).to_have_css("font-size", "14px")
    page.get_by_role("button", name="Close").click()


def test_the_bar_does_not_reach_the_page(page: Page, site: Site) -> None:
    """Each element stands where it stands without, and the page has no element more."""
    boxes = """() => [...document.querySelectorAll('html, body, body *')].map((each) => {
      // What a closed <details> holds has no place of its own: Chromium may or may not say one.
      if (!each.checkVisibility()) return [each.nodeName];
      const { x, y, width, height } = each.getBoundingClientRect();
      return [each.nodeName, x, y, width, height, getComputedStyle(each).color];
    })"""
    opened(page, "/about/")
    bar(page)
    with_bar = page.evaluate(boxes)
    page.route("**/_preview/**", lambda route: route.abort())
    page.goto("/about/")
    page.evaluate("document.querySelector('script[src^=\"/_preview\"]').remove()")
    assert page.evaluate(boxes) == with_bar
    page.unroute_all()
    opened(page, "/about/")
    page.get_by_role("button", name="Close").click()


def test_by_keyboard_alone(page: Page, site: Site) -> None:
    opened(page, "/about/")
    bar(page).get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Preview")
    expect(panel.get_by_label("Audience")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="Preview")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_bar_and_faults(
    browser: Browser, site: Site, scheme: str, width: int
) -> None:
    context = browser.new_context(
        base_url=site.address,
        color_scheme=scheme,  # type: ignore[arg-type]  # a word of the parameters
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    page = opened(context.new_page(), "/about/")
    bar(page)
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context="plainsite-preview", options=options)
    assert not found.violations_count, found.generate_report()
    site.write("[nothing](/nothing/)\n\n[less](/less/)\n")
    alert = page.get_by_role("alert").filter(has_text="2 mistakes to mend")
    expect(alert).to_be_visible()
    found = Axe().run(page, context="plainsite-preview", options=options)
    assert not found.violations_count, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_role("button", name="2 mistakes")).to_be_visible()
    context.close()


def test_a_preview_that_ended_says_so_and_the_page_goes_on_with_the_next(
    browser: Browser, site: Site
) -> None:
    page = opened(browser.new_page(), f"{site.address}/about/")
    port = site.address.rpartition(":")[2]
    assert site.end().endswith("Stopped.\n")
    expect(bar(page).get_by_role("status")).to_contain_text("The preview was stopped")
    site.write(BODY.replace("Two", "Meanwhile two"))
    site.serve("--port", port)
    expect(page.get_by_text("Meanwhile two of us.")).to_be_visible()
    page.close()
