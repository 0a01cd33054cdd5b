"""/staff/mail/: what waits and what was set aside, with the reason, and not what it says."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from werkzeug.test import Client

from analytics.contacts.model import LegalBasis
from analytics.staff import passwords
from analytics.staff.accounts import add_staff
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite

PASSWORD = "nine clay whistles"
DAY = datetime.date(2026, 3, 2)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallSite]:
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", quick)
    with form_site(tmp_path) as site:
        service = site.service
        service.mail_sender.close()
        add_staff(service.records, service.site.register, "carl", PASSWORD, ("contacts",), DAY)
        send(site.app.test_client(), REQUEST)
        yield site


@pytest.fixture
def carl(site: SmallSite) -> Client:
    client = site.app.test_client()
    typed = {"username": "carl", "password": PASSWORD}
    client.post("/staff/sign-in/", data=typed, headers={"Origin": HOST})
    return client


def queue(site: SmallSite) -> str:
    """A message to the contact; its ID."""
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    outbox = site.service.outbox
    with site.service.contacts.transaction() as connection:
        basis = LegalBasis("request")
        outbox.put(connection, contact, basis, subject="A subject", text="A canary.")
    (message,) = outbox.waiting()
    return message


def test_what_was_set_aside_is_shown_with_its_reason(site, carl):
    """And a link to the contact, who must be reached in another way."""
    message = queue(site)
    assert "Not tried yet" in carl.get("/staff/mail/").text
    assert site.service.outbox.claim(message, "me")
    site.service.outbox.set_aside(message, "me", "SMTPRecipientsRefused 550")
    page = carl.get("/staff/mail/").text
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    for words in ("Set aside", "SMTPRecipientsRefused 550", f"/staff/contacts/{contact}/"):
        assert words in page
    assert "1 message not sent" in carl.get("/staff/contacts/").text


@pytest.mark.promise("P7")
def test_it_shows_no_message_and_is_in_the_access_log(site, carl):
    """A link to somebody's own data may stand in it, which is not for staff."""
    queue(site)
    page = carl.get("/staff/mail/").text
    assert "A canary" not in page
    assert "A subject" not in page
    assert rows(site, "SELECT username FROM access_log WHERE action LIKE '%mail%'") == [("carl",)]


def test_it_says_that_nothing_waits_and_that_no_mail_is_sent(site, carl):
    """There is no relay here, so staff are told."""
    page = carl.get("/staff/mail/").text
    assert "Nothing waits" in page
    assert "No mail is sent" in page


@pytest.mark.promise("P8")
def test_a_permission_that_is_only_asked_for_is_shown_as_such(site, carl):
    """Nobody takes it for one that was given."""
    send(site.app.test_client(), REQUEST | {"permission": "yes", "message": "More"})
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    page = carl.get(f"/staff/contacts/{contact}/").text
    assert "Asked, not confirmed" in page
