"""Forms, and the pages that a form can make personal."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policy import read_site
from tests.fixtures.browsers import follow
from tests.fixtures.first_site import ROOT, Served

from .test_consent import accept, go

PERSONAL = ("/", "/solutions/", "/resources/")


def fill(page: Page, *, recognize: bool, permission: bool = False, seconds: int = 0) -> None:
    page.goto("/request-information/")
    page.get_by_label("Name").fill("Ada <b>Byron</b>")
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Your role").select_option("teacher")
    for name, ticked in (("recognize", recognize), ("permission", permission)):
        box = page.locator(f"input[name={name}]")
        assert not box.is_checked(), "a box must never be ticked beforehand"
        box.set_checked(ticked)
    if seconds:
        page.clock.run_for(seconds * 1_000)
    follow(page.get_by_role("button", name="Send request"))


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def visitor(request, browser: Browser, served) -> BrowserContext:
    context = browser.new_context(base_url=served.address, java_script_enabled=request.param)
    yield context
    context.close()


@pytest.mark.promise("P1")
@pytest.mark.promise("P5")
def test_without_the_box_a_form_sets_no_cookie(visitor, served):
    """The submission is stored before the answer, and the browser keeps nothing."""
    page = visitor.new_page()
    fill(page, recognize=False)
    expect(page).to_have_url(f"{served.address}/thank-you/request-information/")
    assert visitor.cookies() == []
    rows = served.records(
        "SELECT email, name, role, form FROM submissions JOIN contacts "
        "ON contacts.id = submissions.contact"
    )
    assert rows == [("ada@example.org", "Ada <b>Byron</b>", "teacher", "request-information")]


@pytest.mark.promise("P8")
def test_a_checked_box_permits_once_the_link_in_the_email_was_followed(page, served):
    """Without the box nothing is asked. With it, the words beside it are asked about; the page of
    the link has one button, and the link to stop has another."""
    fill(page, recognize=False)
    assert served.records("SELECT * FROM asks") == []
    page.clock.install()
    fill(page, recognize=False, permission=True, seconds=5)
    expect(page).to_have_url(f"{served.address}/thank-you/request-information/")
    form = read_site(ROOT).forms["request-information"]
    ((text,),) = served.records("SELECT text FROM outbox")
    given = "SELECT wording, withdrawn_on FROM permissions"
    page.goto(link(text, "confirm"))
    expect(page.locator("blockquote")).to_contain_text(form.permission.text)
    assert served.records(given) == []
    follow(page.get_by_role("button", name="Yes, email me"))
    expect(page.get_by_text("It is confirmed")).to_be_visible()
    ((wording, withdrawn),) = served.records(given)
    assert (wording.startswith(form.permission.text), withdrawn) == (True, None)
    page.goto(link(text, "stop"))
    follow(page.get_by_role("button", name="Do not email me any more"))
    expect(page.get_by_text("We will not email you any more")).to_be_visible()
    ((_, withdrawn),) = served.records(given)
    assert withdrawn == "2026-03-03"


def link(text: str, kind: str) -> str:
    """The address in a message, as a path of the site."""
    return re.search(rf"https?://[^/]+(/permission/{kind}/\S+/)", text)[1]


@pytest.mark.promise("P5")
def test_with_the_box_pages_are_personal_and_withdrawal_ends_it(visitor, served):
    """The cookie has the register's attributes; the pages change; one button forgets it."""
    page = visitor.new_page()
    plain = {}
    for address in PERSONAL:
        page.goto(address)
        plain[address] = page.locator("main").inner_text()
    fill(page, recognize=True)
    (cookie,) = visitor.cookies()
    assert cookie["value"].startswith("version=1&audience=teacher.")
    assert (cookie["name"], cookie["path"]) == ("__Host-audience", "/")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
    assert abs(cookie["expires"] - time.time() - 180 * 86_400) < 120
    for address in PERSONAL:
        page.goto(address)
        assert page.locator("main").inner_text() != plain[address], address
        assert "Ada" not in page.content()
        assert "ada@example.org" not in page.content()
    page.goto("/cookies/")
    expect(page.get_by_text("This browser is recognized as: Teachers")).to_be_visible()
    follow(page.get_by_role("button", name="Forget my role"))
    expect(page.get_by_text("This browser is not recognized")).to_be_visible()
    assert visitor.cookies() == []
    for address in PERSONAL:
        page.goto(address)
        assert page.locator("main").inner_text() == plain[address], address


@pytest.mark.parametrize(
    "value",
    ["teacher", "version=1&audience=teacher.AAAA", "version=0&audience=teacher.x", "%00", '"'],
)
def test_a_cookie_that_is_not_ours_gets_the_default_page_and_is_deleted(
    page, context, served, value
):
    """Forged, unknown or outdated: the page that everybody sees, and no cookie."""
    page.goto("/")
    plain = page.content()
    context.add_cookies(
        [
            {
                "name": "__Host-audience",
                "value": value,
                "url": served.address.replace("http:", "https:"),
                "secure": True,
                "httpOnly": True,
            }
        ]
    )
    page.goto("/")
    assert page.content() == plain
    assert context.cookies() == []


def test_mistakes_come_back_with_what_was_typed_and_take_the_focus(visitor, served):
    """The summary is linked to the fields, the title says so, and nothing is stored."""
    page = visitor.new_page()
    page.goto("/request-information/")
    page.get_by_label("Name").fill('Ada "<script>')
    page.get_by_label("Email address").fill("not an address")
    follow(page.get_by_role("button", name="Send request"))
    expect(page).to_have_title("Error: Request information · SchoolMessenger")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.get_by_label("Name").input_value() == 'Ada "<script>'
    assert page.get_by_label("Email address").input_value() == "not an address"
    summary.get_by_role("link", name="Email address").click()
    expect(page.get_by_label("Email address")).to_be_focused()
    expect(page.get_by_label("Email address")).to_have_attribute("aria-invalid", "true")
    assert served.records("SELECT * FROM submissions") == []


def test_a_form_that_a_program_fills_in_is_kept_apart(page, served):
    """The hidden field is out of sight and out of the tab order; filled in, it marks the row."""
    page.goto("/newsletter/")
    trap = page.locator("input[name=leave_empty]")
    assert trap.get_attribute("tabindex") == "-1"
    assert page.locator(".leave-empty").get_attribute("aria-hidden") == "true"
    trap.evaluate("field => { field.value = 'http://spam.example' }")
    page.get_by_label("Email address").fill("bot@example.org")
    page.locator("input[name=permission]").check()
    follow(page.get_by_role("button", name="Sign up"))
    expect(page).to_have_url(f"{served.address}/thank-you/newsletter/")
    ((suspicion,),) = served.records("SELECT suspected_spam FROM submissions")
    assert suspicion


def test_other_sites_cannot_post_a_form(served, context):
    """Without our own origin the answer is 403, and nothing is stored."""
    answer = context.request.post(
        "/form/newsletter",
        form={"email": "a@example.org", "permission": "yes"},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status == 403
    assert served.records("SELECT * FROM submissions") == []


@pytest.mark.promise("P4")
def test_the_page_of_thanks_is_not_counted(page: Page, served: Served) -> None:
    """Its hour would be that of the submission, of which only the day is kept."""
    page.goto("/newsletter/")
    accept(page)
    page.get_by_label("Email address").fill("ada@example.org")
    page.locator("[name=permission]").check()
    follow(page.get_by_role("button", name="Sign up"))
    expect(page).to_have_url(f"{served.address}/thank-you/newsletter/")
    page.wait_for_load_state("networkidle")
    go(page, "/about/")
    assert set(served.counters("page")) == {"/newsletter/", "/about/"}
    visits, views, continued, _ = served.counters("all")[""]
    assert (visits, views, continued) == (1, 2, 1)
