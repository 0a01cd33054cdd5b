"""The privacy policy in layers: a parent finds a phone number, a lawyer finds each part by its
name, and paper has it on four pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from policy import read_site
from policy.privacy_pages import DETAILS
from tests.fixtures.browsers import follow
from tests.fixtures.first_site import Served
from tests.fixtures.small_site import ROOT

from .test_consent import pages_of

MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), "15mm")


@pytest.mark.promise("P1")
def test_a_parent_finds_a_phone_number_in_two_clicks(page: Page) -> None:
    """From any page: the foot, then its name. All that becomes of it stands in one place."""
    page.goto("/resources/")
    follow(page.get_by_role("contentinfo").get_by_role("link", name="Privacy"))
    page.wait_for_url("**/privacy/")
    follow(page.get_by_role("link", name="Phone", exact=True))
    page.wait_for_url("**/privacy/stored/#*phone")
    entry = page.locator(":target")
    expect(entry).to_be_in_viewport()
    expect(entry.get_by_role("heading", name="Phone")).to_be_visible()
    for words in (
        "A number to call you back on",
        "You, in “Request information”",
        "To answer the request that you sent us",
        "Legitimate interest",
        "24 months",
        "contacts or admin",
        "Ask for a link",
    ):
        expect(entry).to_contain_text(words)
    expect(entry.get_by_role("link", name="Ask for a link")).to_have_attribute(
        "href", "/your-data/"
    )


def test_a_promise_is_read_before_its_why(page: Page) -> None:
    """On a phone the remarks come after it; where there is room, they stand beside it."""
    page.goto("/privacy/")
    promise = page.locator(".promise").filter(has_text="Whoever asks for less").first
    words, why = promise.locator("> p").first, promise.locator(".why")
    for width, is_beside in ((360, False), (1280, True)):
        page.set_viewport_size({"width": width, "height": 800})
        expect(why).to_be_visible()
        text, remark = words.bounding_box(), why.bounding_box()
        assert text
        assert remark
        assert (remark["x"] >= text["x"] + text["width"]) == is_beside
        assert (remark["y"] >= text["y"] + text["height"]) != is_beside


def test_names_are_found_while_one_types(page: Page) -> None:
    """By any part of them, in small letters or capitals; what is not there is said. Until then,
    what people give and what a browser keeps is there: no wall of tables and headings."""
    page.goto("/privacy/")
    names = page.locator(".names > li:visible")
    before = names.count()
    assert 10 < before < 25
    page.get_by_label("What is it called?").fill("PHONE")
    assert names.all_inner_texts() == ["Phone"]
    page.get_by_label("What is it called?").fill("sold")
    assert names.all_inner_texts() == ["6. Nothing is sold"]
    page.get_by_label("What is it called?").fill("shoe size")
    assert names.count() == 0
    expect(page.get_by_role("status").filter(has_text="Nothing here")).to_be_visible()
    page.get_by_label("What is it called?").fill("")
    assert names.count() == before


def test_without_a_script_all_names_are_there(browser: Browser, served: Served) -> None:
    """And no field that would do nothing."""
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/privacy/")
    expect(page.get_by_label("What is it called?")).to_be_hidden()
    expect(page.get_by_role("link", name="Phone", exact=True)).to_be_visible()
    assert page.locator(".names > li:visible").count() > 40
    context.close()


@pytest.mark.promise("P12")
@pytest.mark.promise("P13")
@pytest.mark.parametrize("address", ["/privacy/", "/es/privacy/"])
def test_a_lawyer_finds_each_part_on_the_first_layer(page: Page, address: str) -> None:
    page.goto(address)
    text = " ".join(page.inner_text("main").split())
    english = address == "/privacy/"
    for words in (
        ("Version 1, of", "Controller.", "Legitimate interest.", "Transfer.", "Children.",
         "Complaint and authority.", "The federal Cyber Tip Line", "November 21, 2015",
         "Your rights", "Purposes and legal basis", "Student Privacy Pledge in 2015")
        if english else
        ("Versión 1, de", "Responsable.", "Interés legítimo.", "Transferencias.", "Menores.",
         "Quejas y autoridad.", "Cyber Tip Line", "21 de noviembre de 2015",
         "Sus derechos", "Finalidades y fundamento legal", "Student Privacy Pledge")
    ):  # fmt: skip
        assert words in text, words
    promises = page.locator("main h3").filter(has_text=re.compile(r"^\d+\."))
    assert [text.split(".")[0] for text in promises.all_inner_texts()] == [
        str(number) for number in range(1, 14)
    ]
    assert page.locator(".why").count() == 13
    register = read_site(ROOT).register
    if english:
        for purpose in register.purposes:
            assert purpose.text in text


def test_no_table_stands_twice_in_the_layers(page: Page, public: object) -> None:
    """Each caption is on one page of one language."""
    layers = ["/privacy/", *(detail.url for detail in DETAILS)]
    assert {*layers, *(f"/es{layer}" for layer in layers)} <= set(pages_of(public))
    for prefix in ("", "/es"):
        seen: list[str] = []
        for layer in layers:
            page.goto(f"{prefix}{layer}")
            seen += page.locator("main caption").all_text_contents()
        assert len(seen) > 20
        assert sorted({each for each in seen if seen.count(each) > 1}) == []


def test_each_layer_leads_to_the_others(page: Page) -> None:
    for detail in DETAILS:
        page.goto("/privacy/")
        follow(page.locator(".details-list").get_by_role("link", name=detail.title))
        expect(page.get_by_role("heading", level=1)).to_have_text(detail.title)
        follow(page.locator("main").get_by_role("link", name="privacy policy"))
        page.wait_for_url("**/privacy/")


def test_what_is_stored_is_a_list_of_tables_that_open(page: Page) -> None:
    """Each says what it holds before it is opened; what leads to one opens it; paper has all."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/privacy/stored/")
    assert page.evaluate("document.documentElement.scrollHeight") < 16_000
    staff = page.locator("details").filter(has=page.get_by_role("heading", name="Staff"))
    field = staff.get_by_role("rowheader", name="Password")
    expect(staff.locator("summary")).to_contain_text("User name, Password, Roles")
    expect(staff.locator("summary")).to_contain_text("until the account is removed")
    expect(field).to_be_hidden()
    page.get_by_role("heading", name="Staff").click()
    expect(field).to_be_visible()
    page.goto("/privacy/")
    page.get_by_label("What is it called?").fill("staff")
    page.get_by_role("link", name="Staff", exact=True).click()
    page.wait_for_url("**/privacy/stored/#*staff")
    expect(field).to_be_visible()
    expect(staff.get_by_role("heading", name="Staff")).to_be_in_viewport()
    page.goto("/privacy/stored/")
    page.emulate_media(media="print")
    expect(field).to_be_visible()


@pytest.mark.parametrize("address", ["/privacy/", "/es/privacy/"])
def test_the_first_layer_prints_on_four_pages(
    browser: Browser, served: Served, address: str
) -> None:
    """Letter, with margins of 15 mm."""
    page = browser.new_page(base_url=served.address)
    page.goto(address)
    printed = page.pdf(format="Letter", margin=MARGINS)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
    page.close()
