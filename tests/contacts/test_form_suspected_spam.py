"""Suspected spam is kept apart for staff: never refused, never lost."""

from __future__ import annotations

import pytest

from analytics.contacts.spam import suspect_spam
from policy import read_site
from tests.fixtures.form_site import REQUEST, confirm, rows, send
from tests.fixtures.small_site import ROOT, SmallSite

FORM = read_site(ROOT).forms["request-information"]


def suspected(**answers: str) -> str:
    """What is suspected about a request with these answers, as posted by a browser."""
    posted = {**REQUEST, "leave_empty": "", "seconds": "", **answers}
    values = FORM.check(posted).values
    return suspect_spam(FORM, {name: [answer] for name, answer in posted.items()}, values)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"seconds": "3"},
        {"seconds": "86400"},
        {"seconds": "NaN"},
        {"seconds": "-1"},
        {"message": "See https://www.example.org, www.example.org and http://example.net"},
        {"permission": "yes", "recognize": "yes"},
        {"organization": "The wwwhole school"},
        {"organization": "Hill School, https://www.hill-school.example"},
        {"organization": "www.hill-school.example"},
    ],
)
def test_what_people_send_is_not_suspected(answers: dict[str, str]) -> None:
    """Nor is a browser without scripts, or with a clock of its own."""
    assert suspected(**answers) == ""


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"leave_empty": "http://a.example"}, "A field that nobody sees was filled in"),
        ({"seconds": "0"}, "It was filled in within 3 seconds"),
        ({"seconds": "2"}, "It was filled in within 3 seconds"),
        ({"name": "Win at http://a.example"}, "It has a link where none belongs"),
        ({"organization": "WWW.a.example http://b.example"}, "It has a link where none belongs"),
        ({"phone": "12345 www.a.example"}, "It has a link where none belongs"),
        ({"message": "https://a.example " * 4}, "It holds 4 links"),
        ({"subject": "Hello"}, "It came with fields that the form does not have"),
    ],
)
def test_what_programs_send_is_suspected(answers: dict[str, str], why: str) -> None:
    """Staff read why."""
    assert suspected(**answers) == why


def test_a_suspected_submission_is_stored_and_answered_alike(site: SmallSite) -> None:
    """A program cannot tell, and a person who was suspected wrongly has lost nothing."""
    client = site.app.test_client()
    plain = send(client, REQUEST | {"recognize": "yes", "permission": "yes"})
    caught = send(client, REQUEST | {"recognize": "yes", "permission": "yes", "leave_empty": "x"})
    assert plain.headers == caught.headers
    assert (plain.data, plain.status) == (caught.data, caught.status)
    stored = rows(site, "SELECT name, suspected_spam FROM submissions ORDER BY suspected_spam")
    assert stored == [
        ("Ada Byron", None),
        ("Ada Byron", "A field that nobody sees was filled in"),
    ]


@pytest.mark.promise("P8")
def test_nobody_is_asked_on_account_of_suspected_spam(site: SmallSite) -> None:
    """A program may have typed somebody else's address; their own tick beside it is asked about."""
    client = site.app.test_client()
    checked = REQUEST | {"permission": "yes"}
    for answers, asked in (
        (checked | {"seconds": "1"}, 0),
        (checked, 1),
        (checked | {"seconds": "1", "name": "B"}, 1),
    ):
        assert send(client, answers).status_code == 303
        assert len(rows(site, "SELECT * FROM asks")) == asked
        assert len(rows(site, "SELECT * FROM outbox")) == asked


def test_a_program_does_not_make_a_permission_younger(site: SmallSite) -> None:
    """The day and the submission stay those of the person's own yes."""
    client = site.app.test_client()
    checked = REQUEST | {"permission": "yes"}
    assert send(client, checked).status_code == 303
    confirm(site)
    kept = rows(site, "SELECT * FROM permissions")
    site.clock.forward(minutes=3 * 24 * 60)
    assert send(client, checked | {"seconds": "1", "name": "B"}).status_code == 303
    confirm(site)
    assert rows(site, "SELECT * FROM permissions") == kept
