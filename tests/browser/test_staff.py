"""Staff sign in, read the report and contacts, and are signed out again."""

from __future__ import annotations

import datetime
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from analytics.staff.accounts import add_staff
from analytics.storage.database import open_records
from policy import read_site
from tests.fixtures.browsers import follow
from tests.fixtures.first_site import ROOT, Served

PASSWORD = "correct horse battery"


def add(served: Served, username: str, *roles: str) -> None:
    register = read_site(ROOT).register
    engine = open_records(served.var / "records.sqlite3", register)
    add_staff(engine, register, username, PASSWORD, roles, datetime.date(2026, 3, 1))
    engine.dispose()


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/staff/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    follow(page.get_by_role("main").get_by_role("button", name="Sign in"))


@pytest.mark.promise("P3")
def test_the_session_cookie_holds_only_a_random_id(page, context: BrowserContext, served):
    """It is for /staff only, ends with the browser, and is new at each sign-in."""
    add(served, "anna", "reports")
    seen = []
    for _ in range(2):
        sign_in(page, "anna")
        expect(page.get_by_role("heading", name="Report")).to_be_visible()
        (cookie,) = context.cookies()
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie["value"])
        assert (cookie["name"], cookie["path"]) == ("__Secure-session", "/staff")
        assert (cookie["expires"], cookie["sameSite"]) == (-1, "Strict")
        assert cookie["httpOnly"]
        assert cookie["secure"]
        seen.append(cookie["value"])
        follow(page.get_by_role("button", name="Sign out"))
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        assert context.cookies() == []
    assert seen[0] != seen[1]
    stored = served.records("SELECT * FROM sessions")
    assert not any(value in str(stored) for value in seen)


@pytest.mark.promise("P3")
def test_a_session_ends_after_thirty_minutes_without_use(page, context, served):
    """The server says so, deletes the cookie, and the same ID opens nothing any more."""
    add(served, "anna", "reports")
    sign_in(page, "anna")
    served.now += 29 * 60
    page.goto("/staff/reports/")
    expect(page.get_by_role("heading", name="Report")).to_be_visible()
    served.now += 31 * 60
    page.goto("/staff/reports/")
    expect(page.get_by_text("signed out after 30 minutes")).to_be_visible()
    assert context.cookies() == []


@pytest.mark.promise("P11")
def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(page, served):
    """Nothing in the page tells which of the two was wrong."""
    add(served, "anna", "reports")
    texts = []
    for username in ("anna", "nobody"):
        sign_in(page, username, "not the password")
        expect(page.get_by_role("alert")).to_be_visible()
        texts.append(page.get_by_role("main").inner_text())
    assert texts[0] == texts[1]


@pytest.mark.promise("P7")
def test_each_reading_of_a_contact_is_in_the_access_log(page, served):
    """Who may not read contacts is told so; who may is recorded."""
    page.goto("/newsletter/")
    page.locator("[name=seconds]").evaluate("field => field.remove()")
    page.get_by_label("Email address").fill("ada@example.org")
    page.locator("[name=permission]").check()
    follow(page.get_by_role("button", name="Sign up"))
    add(served, "rita", "reports")
    add(served, "anna", "contacts")
    add(served, "omar", "admin")
    sign_in(page, "rita")
    page.goto("/staff/contacts/")
    expect(page.get_by_role("heading", name="Another role is needed")).to_be_visible()
    follow(page.get_by_role("button", name="Sign out"))
    sign_in(page, "anna")
    page.goto("/staff/contacts/")
    follow(page.get_by_role("link", name="ada@example.org"))
    expect(page.get_by_text("Email me the newsletter.")).to_be_visible()
    follow(page.get_by_role("button", name="Sign out"))
    sign_in(page, "omar")
    page.goto("/staff/access-log/")
    log = page.get_by_role("table").inner_text()
    assert re.search(r"anna\s+Read a contact", log)
    assert not re.search(r"rita\s+Read", log)
