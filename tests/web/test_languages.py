"""The service answers in the language of the page that asked, and keeps nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policy.languages import Language, Languages
from policy.manifest import BUILD_FILE, Page, read_build, to_json
from tests.fixtures.form_site import NEWSLETTER, PAGE, REQUEST, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite, put

PAGES = ("request-information", "newsletter", "your-data", "email", "own-cookies")


class Relay:
    """Takes messages, and keeps them."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    def send(self, message: object) -> None:
        self.sent.append(message)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """The forms' pages, each in Spanish as well, and the page of choices."""
    with form_site(tmp_path, relay=Relay()) as site:
        build = read_build(site.public)
        files, pages = dict(build.files), dict(build.pages)
        for name in PAGES:
            english = "/cookies/" if name == "own-cookies" else f"/{name}/"
            spanish = f"/es{english}"
            for address in (english, spanish):
                html = PAGE.format(name=name, audience="").replace('"en"', f'"{address[1:3]}"')
                files[address] = put(site.public, f"{address[1:]}index.html", html)
                pages[address] = Page(name)
            pages[english] = Page(name, translations={"es": spanish})
        for thanks in ("request-information", "newsletter"):
            address = f"/thank-you/{thanks}/"
            pages[address] = Page("Thanks", translations={"es": f"/es{address}"})
        changed = replace(build, files=files, pages=pages)
        (site.public / BUILD_FILE).write_bytes(to_json(changed))
        yield site


def in_spanish(site: SmallSite, answers: object, form: str = "request-information"):
    return send(site.app.test_client(), answers, f"es/{form}")


def test_what_is_wrong_is_said_in_the_language_of_the_page(site):
    answer = in_spanish(site, {"name": "", "email": "ada", "role": "teacher"})
    assert answer.status_code == 422
    assert '<html lang="es"' in answer.text
    assert "Complete «Nombre»." in answer.text
    assert "«Correo electrónico» necesita una dirección como nombre@example.org." in answer.text
    assert 'action="/form/es/request-information"' in answer.text
    english = send(site.app.test_client(), {"name": ""})
    assert "Fill in “Name”." in english.text
    assert "Complete" not in english.text


def test_a_form_leads_to_the_thanks_of_its_language(site):
    assert in_spanish(site, REQUEST).location == "/es/thank-you/request-information/"
    assert send(site.app.test_client(), REQUEST).location == "/thank-you/request-information/"


def test_what_is_stored_does_not_tell_the_language(site):
    """All that is stored is the same, but for the words that were agreed to."""
    columns = "form, day, name, phone, organization, role, interest, message, suspected_spam"
    assert send(site.app.test_client(), REQUEST).status_code == 303
    assert in_spanish(site, {**REQUEST, "email": "otra@example.org"}).status_code == 303
    first, second = rows(site, f"SELECT {columns} FROM submissions")
    assert first == second


def test_the_email_that_asks_is_in_the_language_of_the_form_as_is_the_page_of_its_link(site):
    assert in_spanish(site, NEWSLETTER, "newsletter").status_code == 303
    ((subject, text),) = rows(site, "SELECT subject, text FROM outbox")
    assert subject == "Confirme que SchoolMessenger puede escribirle"
    assert text.startswith("Hola:\n\nAlguien escribió esta dirección en\n")
    assert "Envíenme el boletín por correo electrónico." in " ".join(text.split())
    assert "durante\n7 días, y después" in text
    link = re.search(r"https?://[^/]+(/permission/es/confirm/\S+)", text)
    assert link
    client = site.app.test_client()
    page = client.get(link[1])
    assert "Usted marcó la casilla junto a estas palabras:" in page.text
    assert f'action="{link[1]}"' in page.text
    assert "Está confirmado" in client.post(link[1]).text
    ((wording,),) = rows(site, "SELECT wording FROM permissions")
    assert wording.startswith("Envíenme el boletín")


def test_who_asks_for_their_data_in_spanish_gets_spanish(site):
    assert send(site.app.test_client(), REQUEST).status_code == 303
    client = site.app.test_client()
    headers = {"Origin": HOST}
    wrong = client.post("/own/es/ask", data={"email": "ada"}, headers=headers)
    assert "«Correo electrónico» necesita" in wrong.text
    asked = client.post("/own/es/ask", data={"email": REQUEST["email"]}, headers=headers)
    assert "Revise su correo" in asked.text
    ((text,),) = rows(site, "SELECT text FROM outbox WHERE contact IS NOT NULL") or [("",)]
    link = re.search(r"(/own/es/\S+/)", text or _link(site))
    assert link
    shown = client.get(link[1]).text
    assert "Lo que guardamos sobre usted" in shown
    assert f'action="{link[1]}erase"' in shown
    assert "2 de marzo de 2026" in shown


def _link(site: SmallSite) -> str:
    """The link, where the message has been sent meanwhile."""
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    return site.service.links.to_data(contact).replace("/own/", "/own/es/", 1)


def test_without_a_script_a_refusal_stays_in_its_language(site):
    client = site.app.test_client()
    headers = {"Origin": HOST, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/visit/es/withdraw", headers=headers)
    assert (answer.status_code, answer.location) == (303, "/visit/es/cookies")
    page = client.get(answer.location, headers=headers)
    assert "Su navegador no guarda ninguna." in page.text


@pytest.mark.parametrize(
    "address", ["/form/fr/newsletter", "/form/ES/newsletter", "/form/es/es/newsletter"]
)
def test_a_language_that_the_site_does_not_speak_is_no_address(site, address):
    client, headers = site.app.test_client(), {"Origin": HOST}
    answer = client.post(address, data=NEWSLETTER, headers=headers, buffered=True)
    answer.close()
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/form/es/ask", ("es", "/form/ask")),
        ("/own/pt-br/ask", ("pt-BR", "/own/ask")),
        ("/form/ask", ("en", "/form/ask")),
        ("/form/es", ("en", "/form/es")),
        ("/own/es/", ("en", "/own/es/")),
        ("/staff/es/contacts/", ("en", "/staff/es/contacts/")),
        ("/es/form/ask", ("en", "/es/form/ask")),
    ],
)
def test_the_address_says_the_language(path, expected):
    languages = Languages("en", {"es": Language(), "pt-BR": Language()})
    assert languages.in_service(path) == expected
    tag, plain = expected
    assert languages.at_service(plain, tag) == path


@pytest.mark.parametrize("address", ["/form/es/xx", "/permission/es/abc/", "/own/es/abc/x"])
def test_what_is_not_there_is_said_in_the_language_that_was_asked(site, address):
    """By the page that the site has for it."""
    build = read_build(site.public)
    spanish = put(site.public, "es/404.html", "<h1>No existe</h1>")
    home = Page("Home", translations={"es": "/es/"})
    files = dict(build.files) | {"/es/404.html": spanish}
    pages = dict(build.pages) | {"/": home}
    (site.public / BUILD_FILE).write_bytes(to_json(replace(build, files=files, pages=pages)))
    client = site.app.test_client()
    assert "No existe" in client.get(address, buffered=True).text
    assert "Not found" in client.get(address.replace("/es", ""), buffered=True).text


def test_a_slash_too_many_keeps_the_language(site):
    answer = send(site.app.test_client(), {"name": ""}, "es//request-information")
    assert "Complete «Nombre»." in answer.text
