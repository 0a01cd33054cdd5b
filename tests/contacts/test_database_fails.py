"""A records database that is damaged, full or away: each page says so, and keeps what was typed."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from analytics.staff.accounts import add_staff
from tests.fixtures.form_site import NEWSLETTER, REQUEST, confirm, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite

FAILURES = {
    "full": sqlite3.OperationalError("database or disk is full"),
    "damaged": sqlite3.DatabaseError("database disk image is malformed"),
    "no database": sqlite3.DatabaseError("file is not a database"),
    "read only": sqlite3.OperationalError("attempt to write a readonly database"),
    "locked": sqlite3.OperationalError("database is locked"),
    "no space for a value": sqlite3.DataError("string or blob too big"),
}
SAYS_SO = "and nothing was changed"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        site.service.mail_sender.close()
        yield site


def fail(site: SmallSite, failure: Exception, *, reading: bool) -> None:
    """From now on the driver fails: at every statement, or only where something is written."""

    def execute(_cursor: object, statement: str, *_: object) -> None:
        if reading or not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN")):
            raise failure

    @event.listens_for(site.service.records, "do_execute")
    def do_execute(cursor: object, statement: str, parameters: object, context: object) -> None:
        execute(cursor, statement, parameters, context)

    @event.listens_for(site.service.records, "do_execute_no_params")
    def do_execute_no_params(cursor: object, statement: str, context: object) -> None:
        execute(cursor, statement, context)


def assert_said(answer: TestResponse) -> None:
    """The site's own page, and when to come back."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "<title>Error: " in answer.text
    assert "Below." in answer.text, "the site's own page"


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_form_says_that_nothing_was_kept_and_keeps_what_was_typed(
    site: SmallSite, failure: Exception, reading: bool, caplog: pytest.LogCaptureFixture
) -> None:
    fail(site, failure, reading=reading)
    answer = send(site.app.test_client(), REQUEST | {"permission": "yes"})
    assert_said(answer)
    assert "We could not keep what you sent" in answer.text
    for typed in ('value="Ada Byron"', "How do we begin?", 'value="yes" checked'):
        assert typed in answer.text
    assert f"a submission was not stored: {type(failure).__name__}" in caplog.text
    assert "Ada" not in caplog.text


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_page_of_ones_own_data_says_so_at_each_step(
    site: SmallSite, failure: Exception, reading: bool
) -> None:
    """Asking, looking, correcting, moving, withdrawing, erasing: nothing claims to be done."""
    client = site.app.test_client()
    send(client, REQUEST | {"permission": "yes"})
    confirm(site)
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    ((submission,),) = rows(site, "SELECT id FROM submissions")
    link = site.service.links.to_data(contact)
    fail(site, failure, reading=reading)
    assert client.get(link).status_code == (503 if reading else 200)
    posts = {
        "address": {"email": "new@example.org"},
        f"correct/{submission}": {"message": "Better."},
        "withdraw": {},
        "erase": {"sure": "yes"},
    }
    for path, data in posts.items():
        answer = client.post(link + path, data=data, headers={"Origin": HOST})
        assert_said(answer)
        assert SAYS_SO in answer.text
        if not reading:
            assert all(typed in answer.text for typed in data.values() if typed != "yes")


@pytest.mark.parametrize("reading", [True, False])
def test_asking_for_ones_data_says_that_no_link_comes(site: SmallSite, reading: bool) -> None:
    """It is as true for a known address as for an unknown one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(site.service.mail_sender), "prospect", "now")
        client = site.app.test_client()
        send(client, REQUEST)
        fail(site, FAILURES["full"], reading=reading)
        for email in (REQUEST["email"], "nobody@example.org"):
            answer = client.post("/own/ask", data={"email": email}, headers={"Origin": HOST})
            assert_said(answer)
            assert f'value="{email}"' in answer.text


@pytest.mark.parametrize("reading", [True, False])
def test_staff_pages_say_so(site: SmallSite, reading: bool, caplog) -> None:
    """503 with a page; and nothing is shown that could not be recorded."""
    service, day = site.service, datetime.date(2026, 3, 2)
    password = "nine clay whistles"
    add_staff(service.records, service.site.register, "carl", password, ("contacts",), day)
    client = site.app.test_client()
    send(client, REQUEST)
    typed = {"username": "carl", "password": password}
    client.post("/staff/sign-in/", data=typed, headers={"Origin": HOST})
    fail(site, FAILURES["damaged"], reading=reading)
    for page in ("contacts/", "mail/", "contacts/export/"):
        answer = client.get(f"/staff/{page}")
        if page == "contacts/export/" and not reading:
            continue  # It only counts, and counting writes nothing.
        assert answer.status_code == 503
        assert "The database cannot be used" in answer.text
        assert REQUEST["email"] not in answer.text
    assert "a request could not be answered" in caplog.text


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("kind", ["confirm", "stop"])
def test_the_links_of_emails_say_so(site: SmallSite, kind: str, reading: bool) -> None:
    """A mail program that stops mail gets a 503, and tries again."""
    send(site.app.test_client(), NEWSLETTER, "newsletter")
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    ((ask,),) = rows(site, "SELECT id FROM asks")
    links = site.service.links
    link = links.to_confirm(ask) if kind == "confirm" else links.to_stop(contact)
    fail(site, FAILURES["damaged"], reading=reading)
    client: Client = site.app.test_client()
    assert_said(client.post(link))
    if reading and kind == "confirm":
        assert_said(client.get(link))
