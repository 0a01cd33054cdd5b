"""A new site whose features are turned on one after the other: what its visitors can then do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import generator
from analytics.app import create_app
from generator.starting import new_site
from tests.fixtures.browsers import follow
from tests.fixtures.first_site import Served
from tests.fixtures.other_sites import FACTS, turn_on
from tests.fixtures.serving import serving
from tests.fixtures.whole_site import Served as Site
from tests.fixtures.whole_site import sign_in

from .test_axe import violations
from .test_consent import ACCEPT, STORED, accept, go, is_final, notice

FORM = """title = "Ask us"
page = "/about/"
thanks = "/thanks/"
purpose = "answer"
submit = "Send"

[[field]]
name = "email"
label = "Email address"
kind = "email"
required = true
most_characters = 100
"""
THANKS = """---
title: Thank you
description: What you sent has arrived, and somebody reads it within the next two working days.
unlisted: true
---
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    new_site(made, FACTS, date(2026, 3, 3))
    return made


@contextmanager
def opened(root: Path, browser: Browser) -> Iterator[tuple[Page, Served]]:
    """The site, built and served, and a new visitor on it."""
    generator.build(root, root / "public")
    site = Served(var=root / "var")
    app = create_app(root, root / "public", site.var, clock=lambda: site.now)
    try:
        with serving(app) as site.address:
            context = browser.new_context(base_url=site.address)
            yield context.new_page(), site
            context.close()
    finally:
        app.extensions["plainsite"].close()


def test_without_a_feature_nothing_is_asked_and_nothing_runs(browser: Browser, root: Path) -> None:
    with opened(root, browser) as (page, _):
        page.goto("/")
        runs = "script:not([type='application/ld+json']), form, button, [data-page], [data-choose]"
        assert page.locator(runs).count() == 0
        footer = page.get_by_role("contentinfo").get_by_role("link").all_inner_texts()
        assert [each for each in footer if "@" not in each and "555" not in each] == ["Privacy"]


def test_with_visits_a_yes_is_counted_and_can_be_taken_back(browser: Browser, root: Path) -> None:
    turn_on(root, "visits")
    with opened(root, browser) as (page, site):
        page.goto("/")
        expect(notice(page)).to_be_visible()
        assert violations(page) == ""
        accept(page)
        expect(page.get_by_role("button", name=ACCEPT).first).to_be_hidden()
        go(page, "/about/")
        assert site.counters("all")[""][:3] == (1, 2, 1)
        follow(page.get_by_role("contentinfo").get_by_role("link", name="Your choices"))
        expect(page.get_by_text("You accepted cookies.").last).to_be_visible()
        assert violations(page) == ""
        with page.expect_response("**/visit/withdraw"):
            page.get_by_role("button", name="Reject all cookies").last.click()
        expect(page.locator("html")).to_have_attribute("data-choice", "no")
        assert page.context.cookies() == []
        assert site.consents() == (1, 1)


def test_before_a_choice_a_new_site_keeps_nothing(browser: Browser, root: Path) -> None:
    turn_on(root, "visits")
    with opened(root, browser) as (page, site):
        page.goto("/")
        page.goto("/news/")
        assert page.evaluate(STORED)["local"] == []
        assert page.context.cookies() == []
        assert site.counters("all") == {}


def test_a_page_that_is_missing_is_counted_as_missing(browser: Browser, root: Path) -> None:
    turn_on(root, "visits")
    with opened(root, browser) as (page, site):
        page.goto("/")
        accept(page)
        with page.expect_response(is_final):
            page.goto("/nowhere/")
        assert list(site.counters("page")) == ["/"]


def test_with_forms_one_can_be_sent_and_ones_data_asked_for(browser: Browser, root: Path) -> None:
    turn_on(root, "forms")
    (root / "site/forms").mkdir()
    (root / "site/forms/ask.toml").write_text(FORM)
    (root / "content/thanks.md").write_text(THANKS)
    about = root / "content/about.md"
    about.write_text(about.read_text() + "\n/// form | ask\n///\n")
    with opened(root, browser) as (page, site):
        page.goto("/about/")
        assert violations(page) == ""
        page.get_by_label("Email").fill("no address")
        follow(page.get_by_role("button", name="Send"))
        expect(page.get_by_role("alert")).to_contain_text("Please look at this again")
        assert violations(page) == ""
        page.get_by_label("Email").fill("ada@example.org")
        follow(page.get_by_role("button", name="Send"))
        expect(page).to_have_url(re.compile("/thanks/$"))
        assert site.records("SELECT count(*) FROM submissions") == [(1,)]
        follow(page.get_by_role("contentinfo").get_by_role("link", name="Your data"))
        page.get_by_label("Email").fill("ada@example.org")
        follow(page.get_by_role("button", name="Send me the link"))
        # No relay is named, which is told at once.
        expect(page.get_by_role("alert")).to_contain_text("We cannot send email just now")
        assert violations(page) == ""


def test_with_search_a_word_is_found(browser: Browser, root: Path) -> None:
    turn_on(root, "search")
    with opened(root, browser) as (page, _):
        page.goto("/")
        follow(page.get_by_role("navigation", name="Main").get_by_role("link", name="Search"))
        page.get_by_label("What are you looking for?").fill("quotation")
        page.get_by_role("button", name="Search").click()
        expect(page.locator(".results a").first).to_have_text("We have a new site")
        assert violations(page) == ""


def test_with_staff_somebody_can_sign_in_and_open_each_page(root: Path) -> None:
    turn_on(root, "visits", "forms", "staff")
    generator.build(root, root / "public")
    app = create_app(root, root / "public", root / "var")
    site = Site(root, root / "var", app)
    try:
        assert sign_in(site) == []
    finally:
        site.close()


def test_the_privacy_page_says_what_the_register_says(browser: Browser, root: Path) -> None:
    turn_on(root, "visits", "forms", "audiences", "staff", "search")
    with opened(root, browser) as (page, _):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto("/privacy/")
            expect(page.get_by_role("heading", name="__Secure-visit")).to_be_visible()
            expect(page.get_by_text("sets no cookies")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert violations(page) == ""
