"""/staff/mail/: what waits and what was set aside, with the reason, and not what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from analytics.contacts.model import LegalBasis
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite
from tests.fixtures.staff import add, signed_in


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        site.service.mail_sender.close()
        add(site, carl="contacts")
        send(site.app.test_client(), REQUEST)
        yield site


@pytest.fixture
def carl(site: SmallSite) -> Client:
    return signed_in(site, "carl")


def queue(site: SmallSite) -> str:
    """A message to the contact; its ID."""
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    outbox = site.service.outbox
    with site.service.contacts.transaction() as connection:
        basis = LegalBasis("request")
        outbox.put(connection, contact, basis, subject="A subject", text="A canary.")
    return outbox.waiting()[0]


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


def set_aside(site: SmallSite, reason: str = "SMTPRecipientsRefused 550") -> str:
    before = site.service.outbox.waiting()
    queue(site)
    (message,) = set(site.service.outbox.waiting()).difference(before)
    assert site.service.outbox.claim(message, "me")
    site.service.outbox.set_aside(message, "me", reason)
    return message


def settle(client: Client, message: str, what: str, origin: str = HOST):
    return client.post(
        "/staff/mail/", data={"message": message, "what": what}, headers={"Origin": origin}
    )


DONE = "SELECT username, action, contact FROM access_log WHERE action LIKE '%message%'"
STATES = "SELECT state, reason FROM outbox"


def test_what_was_set_aside_can_be_tried_again(site, carl):
    """It waits then, and who asked for it is in the access log."""
    message = set_aside(site)
    assert "Try again" in carl.get("/staff/mail/").text
    page = settle(carl, message, "try").text
    assert "is tried once mail can be sent" in page
    assert "Not tried yet" in page
    assert rows(site, STATES) == [("waiting", None)]
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    assert rows(site, DONE) == [("carl", "had a message tried again", contact)]
    assert site.service.outbox.claim(message, "another")


def test_what_was_set_aside_can_be_removed(site, carl):
    message = set_aside(site)
    assert "The message is removed." in settle(carl, message, "remove").text
    assert rows(site, "SELECT * FROM outbox") == []
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    assert rows(site, DONE) == [("carl", "removed a message", contact)]


def test_a_link_that_ran_out_is_not_tried_again(site, carl):
    """It would be set aside again; the person can ask for another one."""
    set_aside(site, "LinkRanOut")
    page = carl.get("/staff/mail/").text
    assert "Remove" in page
    assert "Try again" not in page


@pytest.mark.parametrize("what", ["try", "remove"])
def test_what_is_not_set_aside_is_left_alone(site, carl, what):
    """A message that waits, one that is gone, and what another site sends."""
    waits = queue(site)
    assert "not set aside any more" in settle(carl, waits, what).text
    assert "not set aside any more" in settle(carl, "0123", what).text
    message = set_aside(site, "X")
    assert settle(carl, message, what, "https://evil.example").status_code == 403
    assert rows(site, DONE) == []
    assert sorted(rows(site, STATES)) == [("set aside", "X"), ("waiting", None)]
