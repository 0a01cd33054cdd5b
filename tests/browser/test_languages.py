"""A visitor who reads Spanish: the chooser, the notice, a form with its errors, their choices."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.fixtures.browsers import follow


def test_the_chooser_leads_to_the_same_page_and_back(page):
    page.goto("/about/")
    follow(page.get_by_role("navigation", name="Languages").get_by_role("link", name="Español"))
    expect(page).to_have_url(re.compile(r"/es/about/$"))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Acerca de SchoolMessenger")
    follow(page.get_by_role("navigation", name="Idiomas").get_by_role("link", name="English"))
    expect(page).to_have_url(re.compile(r"[^s]/about/$"))


def test_where_a_page_is_missing_the_chooser_leads_to_what_is_nearest(page):
    page.goto("/solutions/one-place/")
    follow(page.get_by_role("link", name="Español"))
    expect(page).to_have_url(re.compile(r"/es/solutions/$"))


def test_a_yes_in_spanish_counts_the_spanish_page(page, served):
    page.goto("/es/")
    notice = page.get_by_role("region", name="Las cookies de este sitio")
    with page.expect_response("**/visit/view") as answer:
        notice.get_by_role("button", name="Aceptar todas las cookies").click()
    assert answer.value.status == 204
    expect(page.get_by_text("Aceptó las cookies. Gracias.")).to_be_visible()
    assert "/es/" in served.counters("page")


@pytest.mark.promise("P4")
def test_the_choices_are_shown_in_spanish_with_the_cookies_in_words(page):
    page.goto("/es/cookies/")
    with page.expect_response("**/visit/es/cookies"):
        page.get_by_role("button", name="Aceptar todas las cookies").first.click()
    own = page.locator("[data-own-cookies]")
    expect(own).to_contain_text("La versión de este registro que aceptó: Versión 1")
    expect(own).to_contain_text("Hace cuántas horas llegó y cuántas páginas ha visto")


def test_a_form_in_spanish_says_what_is_wrong_and_thanks_in_spanish(page, served):
    page.goto("/es/request-information/")
    follow(page.get_by_role("button", name="Enviar solicitud"))
    problems = page.get_by_role("alert", name="Por favor, revise esto")
    expect(problems).to_contain_text("Complete «Nombre».")
    expect(page).to_have_title(re.compile("^Error: Pedir información"))
    page.get_by_label("Nombre").fill("Ana")
    page.get_by_label("Correo electrónico").fill("ana@example.org")
    page.get_by_label("Su función").select_option(label="Madre, padre o tutor")
    follow(page.get_by_role("button", name="Enviar solicitud"))
    expect(page).to_have_url(re.compile(r"/es/thank-you/request-information/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Gracias. Recibimos su solicitud.")
    assert served.records("SELECT role FROM submissions") == [("parent",)]
