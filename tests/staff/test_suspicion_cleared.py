"""Staff say that a submission came from a person: from then on it counts as any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from tests.fixtures.form_site import NEWSLETTER, REQUEST, confirm, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite
from tests.fixtures.staff import add, signed_in

QUICK = {"seconds": "1"}
DAY = 24 * 60


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        site.service.mail_sender.close()
        add(site, carl="contacts", rita="reports")
        yield site


def clear(site: SmallSite, client: Client, origin: str = HOST) -> TestResponse:
    """Press the button at the first submission that is suspected, or was."""
    found = rows(site, "SELECT contact, id FROM submissions ORDER BY suspected_spam IS NULL, day")
    contact, submission = found[0]
    return client.post(
        f"/staff/contacts/{contact}/clear/",
        data={"submission": submission},
        headers={"Origin": origin},
    )


def listed(site: SmallSite) -> tuple[int, int]:
    """How many contacts are in the list, and among those who are suspected."""
    contacts = site.service.contacts
    return contacts.count(suspected=False), contacts.count(suspected=True)


def test_it_is_listed_and_exported_as_any_other(site: SmallSite) -> None:
    send(site.app.test_client(), REQUEST | QUICK)
    carl = signed_in(site, "carl")
    assert listed(site) == (0, 1)
    answer = clear(site, carl)
    assert answer.status_code == 200
    assert "It counts as any other submission now." in answer.text
    assert "Suspected spam" not in answer.text
    assert listed(site) == (1, 0)
    assert [each.email for each in site.service.contacts.every()] == [REQUEST["email"]]
    assert rows(site, "SELECT * FROM asks") == rows(site, "SELECT * FROM outbox") == []


@pytest.mark.promise("P7")
def test_who_did_it_is_in_the_access_log(site: SmallSite) -> None:
    """With the contact; a second press does and says nothing new."""
    send(site.app.test_client(), REQUEST | QUICK)
    carl = signed_in(site, "carl")
    clear(site, carl)
    again = clear(site, carl)
    assert again.status_code == 200
    assert "It counts" not in again.text
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    done = "SELECT username, contact FROM access_log WHERE action LIKE 'cleared%'"
    assert rows(site, done) == [("carl", contact)]


@pytest.mark.promise("P8")
@pytest.mark.parametrize("answers", [REQUEST | {"permission": "yes"}, NEWSLETTER])
def test_a_box_that_was_checked_is_asked_about_now(
    site: SmallSite, answers: dict[str, str]
) -> None:
    """And its yes makes a permission, as if nobody had been suspected."""
    form = "newsletter" if answers is NEWSLETTER else "request-information"
    send(site.app.test_client(), answers | QUICK, form)
    carl, ((contact,),) = signed_in(site, "carl"), rows(site, "SELECT id FROM contacts")
    assert "an email asks them" in carl.get(f"/staff/contacts/{contact}/").text
    assert rows(site, "SELECT * FROM outbox") == []
    assert "An email asks whether the box was meant." in clear(site, carl).text
    ((basis, text),) = rows(site, "SELECT legal_basis, text FROM outbox")
    ((wording, answer),) = rows(site, "SELECT wording, answer FROM asks")
    assert (basis, answer) == ("ask", None)
    assert wording in " ".join(text.split())
    confirm(site)
    assert site.service.contacts.permitted() == {contact}
    kept = rows(site, "SELECT suspected_spam, unasked_wording, unconfirmed_since FROM submissions")
    assert kept == [(None, None, None)]


def test_a_box_of_long_ago_is_not_asked_about(site: SmallSite) -> None:
    """An ask of that day would have been deleted by now: who remembers what it was about?"""
    send(site.app.test_client(), REQUEST | QUICK | {"permission": "yes"})
    site.clock.forward(minutes=8 * DAY)
    carl, ((contact,),) = signed_in(site, "carl"), rows(site, "SELECT id FROM contacts")
    assert "nobody is asked about it any more" in carl.get(f"/staff/contacts/{contact}/").text
    assert "An email asks" not in clear(site, carl).text
    assert listed(site) == (1, 0)
    assert rows(site, "SELECT * FROM asks") == []


def test_an_ask_of_a_cleared_sign_up_has_all_its_days(site: SmallSite) -> None:
    """The sign-up itself would be over sooner; it stays for as long as it is asked about."""
    send(site.app.test_client(), NEWSLETTER | QUICK, "newsletter")
    site.clock.forward(minutes=6 * DAY)
    clear(site, signed_in(site, "carl"))
    site.clock.forward(minutes=6 * DAY)
    site.service.retention_thread.purge()
    confirm(site)
    assert len(site.service.contacts.permitted()) == 1


@pytest.mark.promise("P8")
@pytest.mark.parametrize("end", ["withdraw", "move"])
def test_who_took_it_back_is_not_asked(site: SmallSite, end: str) -> None:
    """By a link from an older email, for instance; or who has another address since."""
    send(site.app.test_client(), REQUEST | QUICK | {"permission": "yes"})
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    contacts = site.service.contacts
    contacts.withdraw(contact) if end == "withdraw" else contacts.move(contact, "b@example.org")
    clear(site, signed_in(site, "carl"))
    assert rows(site, "SELECT * FROM asks") == []


def test_what_cannot_be_done_changes_nothing(site: SmallSite) -> None:
    """From another site, by another role, of another contact, and what was erased meanwhile."""
    send(site.app.test_client(), REQUEST | QUICK)
    carl, ((submission,),) = signed_in(site, "carl"), rows(site, "SELECT id FROM submissions")
    assert clear(site, carl, origin="https://evil.example").status_code == 403
    assert clear(site, signed_in(site, "rita")).status_code == 403
    elsewhere = {"data": {"submission": submission}, "headers": {"Origin": HOST}}
    assert carl.post("/staff/contacts/0123/clear/", **elsewhere).status_code == 404
    assert listed(site) == (0, 1)
    assert rows(site, "SELECT * FROM access_log WHERE action LIKE 'cleared%'") == []


def test_a_failure_leaves_all_as_it_was(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suspicion, the entry in the access log and the email are changed together, or not."""
    send(site.app.test_client(), REQUEST | QUICK | {"permission": "yes"})
    carl = signed_in(site, "carl")
    asking = type(site.service.form_stores.asking)  # type: ignore[union-attr]  # forms are on
    monkeypatch.setattr(asking, "ask", lambda *_: 1 / 0)
    site.app.testing = False
    assert clear(site, carl).status_code == 500
    assert listed(site) == (0, 1)
    assert rows(site, "SELECT * FROM access_log WHERE action LIKE 'cleared%'") == []
    assert rows(site, "SELECT * FROM asks") == []


def test_people_see_what_became_of_their_box(site: SmallSite) -> None:
    """Among what is held about them."""
    send(site.app.test_client(), REQUEST | QUICK | {"permission": "yes"})
    ((contact, wording),) = rows(site, "SELECT contact, unasked_wording FROM submissions")
    page = site.app.test_client().get(site.service.links.to_data(contact)).text
    assert f"did nothing so far: “{wording}”" in page
