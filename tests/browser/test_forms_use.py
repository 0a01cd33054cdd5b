"""Forms in use: by keyboard, with the back button, with an impatient finger, with a program."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.browsers import follow
from tests.fixtures.first_site import Served

ADDRESS = "/request-information/"
THANKS = "/thank-you/request-information/"
SUSPICIONS = "SELECT suspected_spam FROM submissions"


def fill(page: Page) -> None:
    page.get_by_label("Name").fill("Ada Byron")
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Your role").select_option("teacher")


def send(page: Page) -> None:
    follow(page.get_by_role("button", name="Send request"))


def test_the_keyboard_is_enough(page: Page, served: Served) -> None:
    """Tab, type, choose, tick and press Enter; the hidden field is never reached."""
    page.goto(ADDRESS)
    page.locator("[name=seconds]").evaluate("field => field.remove()")  # quicker than a person
    page.get_by_label("Name").focus()
    reached = []

    def tab() -> None:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name"))

    page.keyboard.type("Ada Byron")
    tab()
    page.keyboard.type("ada@example.org")
    tab()
    tab()
    tab()
    page.keyboard.type("Teacher")
    tab()
    page.keyboard.press("ArrowDown")
    tab()
    tab()
    page.keyboard.press("Space")
    tab()
    page.keyboard.press("Space")
    tab()
    assert reached[:-1] == [
        "email",
        "phone",
        "organization",
        "role",
        "interest",
        "message",
        "permission",
        "recognize",
    ]
    page.keyboard.press("Enter")
    expect(page).to_have_url(served.address + THANKS)
    stored = "SELECT name, role, interest, (SELECT count(*) FROM asks) FROM submissions"
    ((name, role, interest, asks),) = served.records(stored)
    assert (name, role, asks) == ("Ada Byron", "teacher", 1)
    assert interest


def test_a_screen_reader_hears_the_form_and_not_the_trap(page: Page) -> None:
    """Each control has its name; the two boxes are unticked; the hidden field is not there."""
    page.goto(ADDRESS)
    heard = page.locator("form.form").aria_snapshot()
    for words in (
        'textbox "Name (required)"',
        'textbox "Email address (required)"',
        'combobox "Your role (required)"',
        'group "What would you like to know about? (optional)"',
        'textbox "Your question (optional)"',
        'checkbox "Recognize this browser to show me pages for my role."',
        'button "Send request"',
    ):
        assert words in heard
    assert "Leave this empty" not in heard
    assert "[checked]" not in heard


def test_the_trap_is_out_of_sight(page: Page) -> None:
    """Nothing of it is drawn, at any width."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(ADDRESS)
        box = page.locator(".leave-empty").bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (1, 1)
        style = "getComputedStyle(document.querySelector('.leave-empty')).clipPath"
        assert page.evaluate(style) == "inset(50%)"


def test_the_back_button_brings_back_what_was_typed(page: Page, served: Served) -> None:
    """From the page of thanks, and from a page with mistakes; nothing is sent again."""
    page.goto(ADDRESS)
    fill(page)
    send(page)
    expect(page).to_have_url(served.address + THANKS)
    page.go_back()
    expect(page).to_have_url(served.address + ADDRESS)
    expect(page.get_by_label("Name")).to_have_value("Ada Byron")
    page.get_by_label("Email address").fill("wrong")
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    page.go_back()
    expect(page.get_by_label("Email address")).to_have_value("wrong")
    assert len(served.records(SUSPICIONS)) == 1


def test_a_double_press_is_stored_once(page: Page, served: Served) -> None:
    """Two quick presses are one submission, and one page of thanks."""
    page.goto(ADDRESS)
    fill(page)
    page.get_by_role("button", name="Send request").dblclick(no_wait_after=True)
    expect(page).to_have_url(served.address + THANKS)
    assert len(served.records(SUSPICIONS)) == 1


def test_a_form_that_was_sent_can_be_reloaded_without_a_second_one(
    page: Page, served: Served
) -> None:
    """The page of thanks is a page like any other; the form's own address leads to its page."""
    page.goto(ADDRESS)
    fill(page)
    send(page)
    expect(page).to_have_url(served.address + THANKS)
    page.reload()
    assert len(served.records(SUSPICIONS)) == 1
    page.goto("/form/request-information")
    expect(page).to_have_url(served.address + ADDRESS)


def test_mistakes_can_be_mended_and_sent(page: Page, served: Served) -> None:
    """From the summary to the field, mend, send: thanks; the boxes stay as they were ticked."""
    page.goto(ADDRESS)
    fill(page)
    page.get_by_label("Email address").fill("ada@example")
    page.locator("input[name=recognize]").check()
    send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    summary.get_by_role("link").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("ada@example.org")
    expect(page.locator("input[name=recognize]")).to_be_checked()
    expect(page.locator("input[name=permission]")).not_to_be_checked()
    send(page)
    expect(page).to_have_url(served.address + THANKS)
    assert served.records("SELECT * FROM permissions") == []


def test_a_form_sent_at_once_is_suspected_and_one_that_took_time_is_not(
    page: Page, served: Served
) -> None:
    """The script tells how long it took, across a form that came back with mistakes."""
    page.clock.install()
    page.goto(ADDRESS)
    fill(page)
    send(page)
    expect(page).to_have_url(served.address + THANKS)
    page.goto(ADDRESS)
    page.clock.run_for(2_000)
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    page.clock.run_for(2_000)
    fill(page)
    page.get_by_label("Your question").fill("How do we begin?")
    send(page)
    expect(page).to_have_url(served.address + THANKS)
    suspicions = served.records(
        "SELECT suspected_spam FROM submissions ORDER BY message IS NOT NULL"
    )
    assert suspicions == [("It was filled in within 3 seconds",), (None,)]


@pytest.mark.promise("P1")
@pytest.mark.promise("P11")
def test_nothing_that_was_typed_is_left_in_a_page_or_the_browser(
    page: Page, context: BrowserContext, served: Served
) -> None:
    """No page afterwards holds it; nor do addresses, storage, or caches; no cookie was set."""
    page.goto(ADDRESS)
    fill(page)
    send(page)
    expect(page).to_have_url(served.address + THANKS)
    for address in (THANKS, "/", ADDRESS, "/cookies/", "/privacy/"):
        page.goto(address)
        html = page.content()
        assert "Byron" not in html
        assert "ada@example.org" not in html
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("caches.keys()") == []
    assert context.cookies() == []


def test_what_was_typed_is_shown_as_text(page: Page) -> None:
    """Tags come back as they were typed; no script of theirs runs, and the console is quiet."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    odd = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    page.goto(ADDRESS)
    for label in ("Name", "Email address", "Your question"):
        page.get_by_label(label).fill(odd)
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value(odd)
    expect(page.get_by_label("Name")).to_have_value(odd)
    assert [message for message in said if "422" not in message] == []
