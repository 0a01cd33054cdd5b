"""axe-core finds no violation: on any page, in any state, light and dark, wide and narrow.

Its rules are those of WCAG 2.2 A and AA, and its best practices.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.fixtures.browsers import PATIENCE
from tests.fixtures.first_site import Served

from .test_consent import pages_of
from .test_staff import PASSWORD, STAFF, add, sign_in

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
def page(request, shell: Browser, served: Served) -> Iterator[Page]:
    """A tab in one of the two schemes. The security policy stays: axe comes by the debugger."""
    scheme, width = request.param
    context = shell.new_context(
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


def test_every_page(shell, served, public):
    context = shell.new_context(base_url=served.address)
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
    page.get_by_role("main").get_by_role("button").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == ""


def test_staff_pages(page, served):
    """Signing in, with and without a mistake, and every page behind it."""
    add(served, "anna", "reports", "contacts", "admin")
    page.goto("/staff/sign-in/")
    assert violations(page) == ""
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    assert violations(page) == ""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    for name in (*STAFF, "nowhere"):
        page.goto(f"/staff/{name}/")
        assert violations(page) == "", name


def test_a_contact_and_what_is_given_out(page, served):
    """With a permission and a submission; with mistakes in the disclosure; and once recorded."""
    add(served, "anna", "contacts", "admin")
    page.goto("/newsletter/")
    page.locator("[name=seconds]").evaluate("field => field.remove()")
    page.get_by_label("Email address").fill("ada@example.org")
    page.locator("[name=permission]").check()
    page.get_by_role("button", name="Sign up").click()
    sign_in(page, "anna")
    page.goto("/staff/contacts/")
    page.get_by_role("link", name="ada@example.org").click()
    assert violations(page) == ""
    page.get_by_role("button", name="Record only").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == ""
    page.get_by_label("Legal basis").select_option("court order")
    page.get_by_label("Who gets it").fill("The district court")
    page.get_by_label("Why").fill("Order 12/345")
    page.get_by_role("button", name="Record only").click()
    page.get_by_text("The disclosure is recorded.").wait_for()
    assert violations(page) == ""
    page.goto("/staff/access-log/?show=given-out")
    page.get_by_text("The district court").wait_for()
    assert violations(page) == ""
