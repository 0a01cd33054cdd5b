"""Contacts leave the system only with who, for whom, why, and on what legal basis (P10)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from analytics.staff import access_log
from tests.fixtures.form_site import NEWSLETTER, REQUEST, confirm, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite
from tests.fixtures.staff import add, signed_in

GIVEN = {"legal_basis": "court order", "recipient": "The district court", "reason": "Order 12/345"}
SAID = (
    "SELECT username, action, legal_basis, recipient, reason FROM access_log"
    " WHERE legal_basis <> ''"
)


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        send(site.app.test_client(), REQUEST | {"permission": "yes"})
        confirm(site)
        add(site, carl="contacts", rita="reports", anna="admin")
        yield site


@pytest.fixture
def carl(site: SmallSite) -> Client:
    return signed_in(site, "carl")


def address(site: SmallSite) -> str:
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    return f"/staff/contacts/{contact}/disclose/"


def post(client: Client, where: str, data: dict[str, str], origin: str = HOST):
    return client.post(where, data=data, headers={"Origin": origin})


@pytest.mark.promise("P10")
def test_a_copy_is_given_once_it_is_recorded(site, carl):
    """All that is held, as the person themself would get it."""
    answer = post(carl, address(site), GIVEN | {"how": "file"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contact.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    held = json.loads(answer.text)
    assert held["email"] == REQUEST["email"]
    assert held["submissions"][0]["message"] == REQUEST["message"]
    assert rows(site, SAID) == [("carl", "exported a contact", *GIVEN.values())]


@pytest.mark.promise("P10")
def test_what_is_told_in_another_way_is_recorded_too(site, carl):
    answer = post(carl, address(site), GIVEN | {"how": "told"})
    assert "The disclosure is recorded." in answer.text
    assert "Content-Disposition" not in answer.headers
    assert rows(site, SAID) == [("carl", "disclosed a contact", *GIVEN.values())]


@pytest.mark.promise("P10")
@pytest.mark.parametrize("where", ["contact", "list"])
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("legal_basis", "", "Choose the legal basis."),
        ("legal_basis", "curiosity", "Choose the legal basis."),
        ("recipient", "  ", "Say who gets it."),
        ("reason", "", "Say why they get it"),
        ("reason", "x" * 501, "Shorten this to 500 characters."),
        ("reason", "\u202e\u200b", "Say why they get it"),
        ("recipient", "\u3164", "only characters that cannot be seen"),
    ],
)
def test_nothing_is_given_without_all_three(  # noqa: PLR0917  (fixtures are arguments)
    site, carl, where, name, value, says
):
    """What was typed is kept, what is missing is said, and nothing is recorded."""
    to = address(site) if where == "contact" else "/staff/contacts/export/"
    answer = post(carl, to, GIVEN | {"how": "file", name: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert all(
        text in answer.text for key, text in GIVEN.items() if key not in ("legal_basis", name)
    )
    assert "Content-Disposition" not in answer.headers
    assert rows(site, SAID) == []


@pytest.mark.promise("P10")
@pytest.mark.parametrize("value", ["\0", "Asked for it\0"])
def test_what_no_database_keeps_is_no_reason(site, carl, value):
    """No browser sends it; nothing is given, and nothing is recorded."""
    answer = post(carl, address(site), GIVEN | {"how": "file", "reason": value})
    assert answer.status_code == 400
    assert "Content-Disposition" not in answer.headers
    assert rows(site, SAID) == []


@pytest.mark.promise("P10")
def test_the_list_is_exported_with_its_reason(site, carl):
    """As CSV, with whether each may be emailed; what a spreadsheet would run is made harmless."""
    other = {"email": "bob@example.org", "name": "=HYPERLINK(1)", "permission": ""}
    send(site.app.test_client(), REQUEST | other)
    answer = post(carl, "/staff/contacts/export/", GIVEN)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *found = csv.reader(io.StringIO(answer.text))
    assert head == ["email", "Name", "School or district", "last form", "day", "may be emailed"]
    day = "2026-03-02"
    assert found == [
        [REQUEST["email"], REQUEST["name"], "", "request-information", day, "yes"],
        ["bob@example.org", "'=HYPERLINK(1)", "", "request-information", day, "no"],
    ]
    assert rows(site, SAID) == [("carl", "exported the list of contacts", *GIVEN.values())]


@pytest.mark.promise("P8")
def test_what_nobody_confirmed_allows_no_email(site, carl):
    """The list says so as the outbox does: neither a program's box, nor one that is only asked."""
    bob = {"email": "bob@example.org", "name": "Bob"}
    send(site.app.test_client(), REQUEST | bob | {"permission": ""})
    send(site.app.test_client(), REQUEST | bob | {"permission": "yes", "seconds": "1"})
    confirm(site)
    send(site.app.test_client(), NEWSLETTER | {"email": bob["email"]}, "newsletter")
    listed = list(csv.reader(io.StringIO(post(carl, "/staff/contacts/export/", GIVEN).text)))
    assert {row[0]: row[-1] for row in listed[1:]} == {
        REQUEST["email"]: "yes",
        "bob@example.org": "no",
    }


@pytest.mark.promise("P7")
def test_a_mistake_shows_the_contact_again_and_that_is_a_reading(site, carl):
    """Nobody reads a contact unrecorded by sending an empty form."""
    answer = post(carl, address(site), {})
    assert REQUEST["email"] in answer.text
    readings = "SELECT username FROM access_log WHERE action = 'read a contact'"
    assert rows(site, readings) == [("carl",)]


@pytest.mark.promise("P10")
def test_what_cannot_be_recorded_is_not_given(site, carl, monkeypatch):
    def full(*_given, **_named):
        raise OSError("the disk is full")

    site.app.testing = False
    monkeypatch.setattr(access_log.AccessLog, "record", full)
    for where in (address(site), "/staff/contacts/export/"):
        answer = post(carl, where, GIVEN | {"how": "file"})
        assert answer.status_code == 500
        assert REQUEST["email"] not in answer.text


@pytest.mark.promise("P7")
def test_only_who_may_read_contacts_may_give_them_out(site):
    """And only from our own pages."""
    rita, carl = signed_in(site, "rita"), signed_in(site, "carl")
    for where in (address(site), "/staff/contacts/export/"):
        assert post(rita, where, GIVEN).status_code == 403
        assert post(carl, where, GIVEN, "https://evil.example").status_code == 403
        assert post(site.app.test_client(), where, GIVEN).status_code in {303, 403}
    assert rows(site, SAID) == []


@pytest.mark.promise("P10")
def test_admin_sees_what_was_given_out(site, carl):
    """In the access log, apart from the rest if they like."""
    carl.get("/staff/contacts/")
    post(carl, address(site), GIVEN | {"how": "told"})
    anna = signed_in(site, "anna")
    everything = anna.get("/staff/access-log/").text
    given_out = anna.get("/staff/access-log/?show=given-out").text
    for page in (everything, given_out):
        assert "To The district court, on the legal basis “court order”: Order 12/345" in page
    assert "Read the list of contacts" in everything
    assert "For the purpose “answer”, on the legal basis “legitimate interest”" in everything
    assert "Read the list of contacts" not in given_out
    assert carl.get("/staff/access-log/").status_code == 403


def test_a_contact_that_is_gone_is_not_found(site, carl):
    assert post(carl, "/staff/contacts/nobody/disclose/", GIVEN).status_code == 404


def test_who_opens_the_address_of_the_answer_sees_the_contact(site, carl):
    answer = carl.get(address(site))
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        address(site).removesuffix("disclose/"),
    )
