"""axe-core finds no violation: on any page, in any state, light and dark, wide and narrow.

Its rules are those of WCAG 2.2 A and AA, and its best practices.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from analytics.visits.model import Dimension
from analytics.visits.store.imported import Cell, Day, Import, Imported
from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.browsers import PATIENCE, follow
from tests.fixtures.counter_stores import Lived
from tests.fixtures.first_site import Served
from tests.fixtures.small_site import ROOT
from tests.fixtures.staff import PAGES

from .test_consent import pages_of
from .test_staff import PASSWORD, add, sign_in

AXE = Axe()
LAYOUTS = (
    "/",
    "/solutions/",
    "/resources/closure-messages/",
    "/request-information/",
    "/privacy/",
    "/privacy/versions/1/",
    "/cookies/",
    "/your-data/",
    "/nowhere/",
)


def violations(page: Page, *, contrast: bool = True) -> str:
    """What axe finds on a page as it is now, in words; empty where it finds nothing."""
    rules = {"color-contrast": {"enabled": contrast}}
    results = AXE.run(page, options={"resultTypes": ["violations"], "rules": rules})
    return results.generate_report() if results.violations_count else ""


@pytest.fixture(params=[("light", 1280), ("dark", 360)], ids=["light-1280", "dark-360"])
def page(request, browser: Browser, served: Served) -> Iterator[Page]:
    """A tab in one of the two schemes. The security policy stays: axe comes by the debugger."""
    scheme, width = request.param
    context = browser.new_context(
        base_url=served.address,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_axe_is_awake(page):
    """It names a picture without words."""
    page.goto("/")
    page.evaluate("document.querySelector('main').append(new Image(9, 9))")
    assert "image-alt" in violations(page)


def test_every_layout(page):
    """With the question open; the 404 page too."""
    for address in LAYOUTS:
        page.goto(address)
        assert violations(page) == "", address


def test_every_page(browser, served, public):
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    for address in pages_of(public):
        if address not in LAYOUTS:
            page.goto(address)
            # Colours are those of the layouts, which are looked at in both schemes.
            assert violations(page, contrast=False) == "", address
    context.close()


def test_each_answer_to_the_question(page):
    """The confirmation after it, and the page of choices with cookies to show."""
    for words in ("Reject all cookies", "Accept all cookies"):
        page.goto("/cookies/" if words.startswith("Accept") else "/")
        page.get_by_role("main").or_(page.locator("body")).get_by_role(
            "button", name=words
        ).last.click()
        page.wait_for_load_state("networkidle")
        assert violations(page) == "", words


def test_a_form_with_mistakes(page):
    page.goto("/request-information/")
    follow(page.get_by_role("main").get_by_role("button"))
    page.get_by_role("alert").wait_for()
    assert violations(page) == ""


def test_staff_pages(page, served):
    """Signing in, with and without a mistake, and every page behind it."""
    add(served, "anna", "reports", "contacts", "admin")
    page.goto("/staff/sign-in/")
    assert violations(page) == ""
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill("wrong wrong wrong")
    follow(page.get_by_role("button", name="Sign in"))
    assert violations(page) == ""
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))
    for name in (*PAGES, "nowhere"):
        page.goto(f"/staff/{name}/")
        assert violations(page) == "", name


def test_a_report_with_imported_days(page, served):
    """Hatched bars, figures and columns of their own."""
    first = datetime.fromtimestamp(served.now, UTC).date() - timedelta(9)
    days = [Day(first + timedelta(number), 20, 50) for number in range(5)]
    cells = [Cell("day", first, Dimension.SOURCE, "Google", 12)]
    with closing(Counters(served.var / "counters.sqlite3", read_site(ROOT).register)) as counters:
        imported = Imported(counters)
        imported.remove("before")
        imported.add(Import("before", "Plausible", first, days[-1].day), days, cells, UTC)
    add(served, "anna", "reports")
    sign_in(page, "anna")
    page.goto("/staff/reports/?period=30-days")
    assert page.locator(".chart rect.imported").count() == 5
    assert violations(page) == ""
    page.get_by_text("The same as a table").click()
    assert violations(page) == ""


def test_what_a_link_for_others_shows(page, served):
    """Its report, a tab, a filter, a panel alone, a mistake, what words mean; and a link that is
    none."""
    add(served, "anna", "reports", "admin")
    hour = int(served.now // 3_600)
    with closing(Counters(served.var / "counters.sqlite3", read_site(ROOT).register)) as counters:
        for _ in range(12):
            counters.add(hour, Lived(hour, {Dimension.ENTRY: "/about/"}).increments)
    sign_in(page, "anna")
    page.goto("/staff/shared/")
    page.locator("[name=name]").fill("board")
    for part in page.locator("[name=part]").all():
        part.check()
    follow(page.get_by_role("main").get_by_role("button", name="Make the link"))
    secret = page.locator("code.secret").inner_text()
    address = urlsplit(secret).path
    page.context.clear_cookies()
    for asked in ("", "?tab=goals", "?filter=entry:/about/", "?only=page", "?filter=nope:x"):
        page.goto(address + asked)
        page.get_by_role("heading", name="Figures").first.wait_for()
        assert violations(page) == "", asked
    for other in (f"{address}definitions/", "/staff/shared/nobody-has-this/"):
        page.goto(other)
        assert violations(page) == "", other


def test_a_contact_and_what_is_given_out(page, served):
    """With a permission and a submission; with mistakes in the disclosure; and once recorded."""
    add(served, "anna", "contacts", "admin")
    page.goto("/newsletter/")
    page.locator("[name=seconds]").evaluate("field => field.remove()")
    page.get_by_label("Email address").fill("ada@example.org")
    page.locator("[name=permission]").check()
    follow(page.get_by_role("button", name="Sign up"))
    sign_in(page, "anna")
    page.goto("/staff/contacts/")
    follow(page.get_by_role("link", name="ada@example.org"))
    assert violations(page) == ""
    follow(page.get_by_role("button", name="Record only"))
    page.get_by_role("alert").wait_for()
    assert violations(page) == ""
    page.get_by_label("Legal basis").select_option("court order")
    page.get_by_label("Who gets it").fill("The district court")
    page.get_by_label("Why").fill("Order 12/345")
    follow(page.get_by_role("button", name="Record only"))
    page.get_by_text("The disclosure is recorded.").wait_for()
    assert violations(page) == ""
    page.goto("/staff/access-log/?show=given-out")
    page.get_by_text("The district court").wait_for()
    assert violations(page) == ""
