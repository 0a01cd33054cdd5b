"""What this site keeps in a browser, as its visitors were told."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.browsers import follow

from .test_consent import is_final


def names(context: BrowserContext) -> list[str]:
    """The cookies in the browser."""
    return sorted(str(cookie["name"]) for cookie in context.cookies())


def persistent(context: BrowserContext) -> list[str]:
    """Those that stay when the browser is closed."""
    return [str(cookie["name"]) for cookie in context.cookies() if cookie["expires"] != -1]


def sign_up(page: Page, *, check_the_box: bool) -> None:
    page.goto("/newsletter/")
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Your role").select_option("Teacher")
    page.get_by_label("Email me the newsletter").check()
    page.get_by_label("Recognize this browser").set_checked(check_the_box)
    follow(page.get_by_role("button", name="Sign up"))
    page.wait_for_url("**/thank-you/**")


def test_no_persistent_cookie_until_a_form_was_submitted_with_its_box_checked(
    page: Page, context: BrowserContext
) -> None:
    # Before a choice: nothing.
    page.goto("/")
    page.goto("/solutions/")
    assert names(context) == []
    assert page.evaluate("localStorage.length") == 0

    # After a yes: one cookie, which ends with the browser.
    with page.expect_response(is_final):
        page.get_by_role("button", name="Accept all cookies").click()
    assert names(context) == ["__Secure-visit"]
    assert persistent(context) == []

    # A form without its box: no more than before.
    sign_up(page, check_the_box=False)
    assert persistent(context) == []

    # A form with its box: one that stays, and it drives the page.
    page.goto("/")
    expect(page.get_by_role("heading", name="Three ways to begin")).to_be_visible()
    sign_up(page, check_the_box=True)
    assert persistent(context) == ["__Host-audience"]
    page.goto("/")
    expect(page.get_by_role("heading", name="Three ways to begin in a classroom")).to_be_visible()

    # One click takes all of them back.
    page.goto("/cookies/")
    with page.expect_response("**/visit/withdraw"):
        page.get_by_role("button", name="Reject all cookies").click()
    assert names(context) == []
    page.goto("/")
    expect(page.get_by_role("heading", name="in a classroom")).to_have_count(0)


def test_a_box_checked_after_a_no_is_a_new_yes_to_that_one_cookie(
    page: Page, context: BrowserContext
) -> None:
    page.goto("/")
    with page.expect_response("**/visit/withdraw"):
        page.get_by_role("button", name="Reject all cookies").click()
    page.goto("/newsletter/")
    expect(page.get_by_text("even if you rejected cookies")).to_be_visible()
    sign_up(page, check_the_box=True)
    page.goto("/")
    assert names(context) == ["__Host-audience"]
    assert str(page.evaluate("localStorage.getItem('choice')")).startswith("no ")
