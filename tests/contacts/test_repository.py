"""The contacts repository: what is stored, once, and nothing besides; who may be written to."""

from __future__ import annotations

import datetime
import re
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import OperationalError

from analytics.contacts.model import Ask, Submission
from analytics.contacts.repository import Contacts
from analytics.storage.database import open_records
from analytics.storage.schema import metadata
from policy import Faults, read_site
from tests.fixtures.form_site import NEWSLETTER, REQUEST, confirm, rows, send
from tests.fixtures.small_site import ROOT, SmallSite

REGISTER = read_site(ROOT).register
DAY = datetime.date(2026, 3, 2)
GIVEN = "SELECT id, submission, given_on FROM permissions"
COUNTS = (
    "SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM submissions),"
    " (SELECT count(*) FROM permissions)"
)


def store(engine: Engine, sent: Submission) -> Ask | None:
    contacts = Contacts(engine, metadata(REGISTER, "records"), lambda: DAY)
    with contacts.transaction() as connection:
        return contacts.submit(connection, sent)


@pytest.mark.promise("P1")
def test_every_table_has_exactly_the_declared_columns(site: SmallSite) -> None:
    """No more tables, no more columns, and none missing."""
    found = inspect(site.service.records)
    declared = {
        table.name: [column.name for column in table.columns]
        for table in REGISTER.tables
        if table.database == "records"
    }
    assert set(found.get_table_names()) == set(declared)
    for name, columns in declared.items():
        assert [column["name"] for column in found.get_columns(name)] == columns


@pytest.mark.promise("P1")
def test_what_was_sent_is_what_is_stored(site: SmallSite) -> None:
    """The answers, the form and the day; nothing of the browser or the network."""
    agent = "Mozilla/5.0 unlikely"
    send(site.app.test_client(), REQUEST, User_Agent=agent, Referer="http://localhost/x/")
    ((id_, contact, *rest),) = rows(site, "SELECT * FROM submissions")
    answers = ["Ada Byron", None, None, "teacher", None, None, None, "How do we begin?"]
    assert rest == ["request-information", "2026-03-02", None, None, None, *answers]
    assert rows(site, "SELECT * FROM contacts") == [(contact, "ada@example.org")]
    assert re.fullmatch("[0-9a-f]{32}", id_)
    stored = (site.var / "records.sqlite3").read_bytes()
    for trace in (b"Mozilla", b"127.0.0.1", b"localhost"):
        assert trace not in stored


def test_the_day_is_that_of_the_site(site: SmallSite) -> None:
    """07:00 UTC on 2 March is still 1 March in Los Angeles."""
    site.clock.forward(minutes=-60)
    send(site.app.test_client(), REQUEST)
    assert rows(site, "SELECT day FROM submissions") == [("2026-03-01",)]


def test_the_order_of_rows_tells_nothing(site: SmallSite) -> None:
    """There are no row numbers, and the keys are random."""
    client = site.app.test_client()
    for number in range(9):
        send(client, REQUEST | {"email": f"a{number}@example.org"})
    for table in ("contacts", "submissions", "permissions"):
        with pytest.raises(OperationalError, match="no such column"):
            rows(site, f"SELECT rowid FROM {table}")
    ids = [id_ for (id_,) in rows(site, "SELECT id FROM submissions")]
    assert (len(ids), ids) == (9, sorted(ids))


@pytest.mark.parametrize("again", ["ada@example.org", "ADA@Example.ORG", " ada@example.org. "])
def test_the_same_address_is_the_same_contact(site: SmallSite, again: str) -> None:
    """However it is written; what was sent is added."""
    client = site.app.test_client()
    send(client, REQUEST)
    assert send(client, NEWSLETTER | {"email": again}, "newsletter").status_code == 303
    assert rows(site, COUNTS) == [(1, 2, 0)]


def test_the_same_form_twice_on_a_day_is_stored_once(site: SmallSite) -> None:
    """A button can be pressed twice; on another day, or with another word, it is another."""
    client = site.app.test_client()
    assert [send(client, REQUEST).status_code for _ in range(2)] == [303, 303]
    assert rows(site, COUNTS) == [(1, 1, 0)]
    send(client, REQUEST | {"message": "How do we go on?"})
    site.clock.forward(minutes=24 * 60)
    send(client, REQUEST)
    assert rows(site, COUNTS) == [(1, 3, 0)]


def test_the_same_form_twice_at_once_is_stored_once(tmp_path: Path) -> None:
    """Eight threads at a time take turns."""
    engine = open_records(tmp_path / "records.sqlite3", REGISTER)
    sent = Submission("newsletter", {"email": "ada@example.org", "role": ""}, "email", "Yes.")
    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(lambda _: store(engine, sent), range(40)))
    with engine.connect() as connection:
        assert connection.exec_driver_sql(COUNTS).one() == (1, 1, 0)
    assert len([ask for ask in asked if ask]) == 1, "and asked about once"
    engine.dispose()


@pytest.mark.promise("P8")
def test_a_checked_box_is_asked_about_and_is_no_permission(site: SmallSite) -> None:
    """Without the box nothing is asked; with it, the words beside it and the day are kept."""
    client = site.app.test_client()
    send(client, REQUEST)
    assert rows(site, "SELECT * FROM asks") == []
    send(client, REQUEST | {"permission": "yes"})
    (asked,) = rows(site, "SELECT channel, wording, asked_on, answer FROM asks")
    wording = (
        "Email me now and then about school communication. I can stop this at any time. "
        "To email you what you asked to be sent."
    )
    assert asked == ("email", wording, "2026-03-02", None)
    assert rows(site, "SELECT * FROM permissions") == []
    site.clock.forward(minutes=24 * 60)
    confirm(site)
    given = "SELECT channel, wording, given_on, withdrawn_on FROM permissions"
    assert rows(site, given) == [("email", wording, "2026-03-03", None)]


@pytest.mark.promise("P8")
def test_permission_stands_until_it_is_withdrawn(site: SmallSite) -> None:
    """A form without the tick withdraws nothing; a second one that is confirmed gives the same
    again, from its own day on; after withdrawal only a new one gives it, and the old row stays.
    """
    client = site.app.test_client()
    send(client, REQUEST | {"permission": "yes"})
    confirm(site)
    ((standing, first, _),) = rows(site, GIVEN)
    send(client, REQUEST | {"message": "More"})
    assert rows(site, GIVEN) == [(standing, first, "2026-03-02")]
    site.clock.forward(minutes=3 * 24 * 60)
    send(client, REQUEST | {"message": "Still more", "permission": "yes"})
    assert rows(site, GIVEN) == [(standing, first, "2026-03-02")], "not before it is confirmed"
    confirm(site)
    ((again, second, day),) = rows(site, GIVEN)
    assert (again, day) == (standing, "2026-03-05")
    assert second != first
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    site.service.contacts.withdraw(contact)
    standing_now = "SELECT * FROM permissions WHERE withdrawn_on IS NULL"
    send(client, REQUEST | {"message": "Even more"})
    confirm(site)
    assert len(rows(site, standing_now)) == 0
    send(client, REQUEST | {"message": "And more", "permission": "yes"})
    confirm(site)
    assert len(rows(site, standing_now)) == 1
    assert len(rows(site, "SELECT * FROM permissions")) == 2


def test_other_words_are_another_permission(site: SmallSite) -> None:
    """The newsletter's box does not permit what the request's box asks for."""
    client = site.app.test_client()
    send(client, NEWSLETTER, "newsletter")
    send(client, REQUEST | {"permission": "yes"})
    assert rows(site, "SELECT count(DISTINCT wording) FROM asks") == [(2,)]
    confirm(site)
    assert rows(site, COUNTS) == [(1, 2, 2)]


@pytest.mark.promise("P11")
def test_nobody_else_on_the_machine_can_read_the_file(site: SmallSite) -> None:
    """Nor the journal that SQLite puts beside it."""
    send(site.app.test_client(), REQUEST)
    for name in ("", "-journal"):
        mode = (site.var / f"records.sqlite3{name}").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


@pytest.mark.promise("P11")
def test_what_is_deleted_is_gone_from_the_file(tmp_path: Path) -> None:
    """Deleted rows are overwritten, not only unlinked."""
    path = tmp_path / "records.sqlite3"
    engine = open_records(path, REGISTER)
    store(engine, Submission("newsletter", {"email": "gone@example.org"}))
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM submissions")
        connection.exec_driver_sql("DELETE FROM contacts")
    engine.dispose()
    assert not any((tmp_path / "records.sqlite3-journal").read_bytes())
    assert b"gone@example.org" not in path.read_bytes()


def test_a_new_column_of_the_register_is_added(tmp_path: Path) -> None:
    """What was stored before stays."""
    path = tmp_path / "records.sqlite3"
    engine = open_records(path, REGISTER)
    store(engine, Submission("newsletter", {"email": "ada@example.org"}))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE submissions DROP COLUMN phone")
    engine.dispose()
    engine = open_records(path, REGISTER)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT form, phone FROM submissions").all() == [
            ("newsletter", None)
        ]
    engine.dispose()


@pytest.mark.promise("P1")
def test_a_column_that_is_no_longer_declared_is_told(tmp_path: Path) -> None:
    """It may hold what visitors sent, so it is not deleted unasked; the hint says how."""
    path = tmp_path / "records.sqlite3"
    engine = open_records(path, REGISTER)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE submissions ADD COLUMN fax TEXT")
    engine.dispose()
    with pytest.raises(Faults) as caught:
        open_records(path, REGISTER)
    (fault,) = caught.value.faults
    message = 'records.sqlite3 has a column "fax" in "submissions" that is not declared'
    assert fault.message == message
    (statement,) = re.findall("'(.*)'", fault.hint)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    open_records(path, REGISTER).dispose()
