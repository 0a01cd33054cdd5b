"""The records in PostgreSQL: forms, staff, retention and erasure as in a file, and its files tell
no more than a file would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert

import build
from analytics.storage.addresses import Addresses
from analytics.storage.database import open_records
from analytics.storage.erasure import erasing
from analytics.storage.moving import move
from analytics.storage.opening import database_at
from analytics.storage.retention import purge, runs
from policy import Faults, read_site
from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.postgresql import Server
from tests.fixtures.small_site import ROOT, SmallSite

REGISTER = read_site(ROOT).register


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that nobody else writes to."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def site(own: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallSite]:
    for name in ("records", "counters"):
        address = own.address(tmp_path / name).render_as_string(hide_password=False)
        monkeypatch.setenv(f"PLAINSITE_{name.upper()}", address)
    with form_site(tmp_path) as site:
        yield site


def asked(site: SmallSite, query: str) -> list[tuple[object, ...]]:
    with site.service.stores.records.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def found(own: Server, words: str) -> list[str]:
    """The files of the server in which they stand."""
    files = (path for path in own.data.rglob("*") if path.is_file())
    return [str(path) for path in files if words.encode() in path.read_bytes()]


def test_what_is_sent_is_kept_once_and_nothing_stands_in_a_file(site: SmallSite) -> None:
    client = site.app.test_client()
    assert [send(client, REQUEST).status_code for _ in range(2)] == [303, 303]
    assert asked(site, "SELECT email FROM contacts") == [("ada@example.org",)]
    assert len(asked(site, "SELECT id FROM submissions")) == 1
    assert not [*site.var.glob("*.sqlite3*")]
    assert client.get("/healthz").status_code == 200


def test_what_is_over_is_deleted_and_recorded(site: SmallSite) -> None:
    send(site.app.test_client(), REQUEST)
    records, counters = site.service.stores.records.engine, site.service.stores.counters
    site.clock.forward(minutes=60 * 24 * 365 * 12)
    now = site.service.clock.moment()
    for _ in range(2):
        purge(REGISTER, records, counters, now)
    assert asked(site, "SELECT email FROM contacts") == []
    assert {each.table for each in runs(records, REGISTER)} >= {"contacts", "submissions"}


@pytest.mark.promise("P11")
def test_what_is_erased_is_in_no_file_of_the_server(site: SmallSite, own: Server) -> None:
    """Not in its tables, nor in what they were, nor in its log."""
    send(site.app.test_client(), REQUEST | {"email": "gone@example.org"})
    assert found(own, "gone@example.org"), "the attack is blind"
    with erasing(site.service.stores.records.engine) as connection:
        connection.exec_driver_sql("DELETE FROM submissions")
        connection.exec_driver_sql("DELETE FROM contacts")
    assert found(own, "gone@example.org") == []


@pytest.mark.promise("P4")
def test_the_order_of_contacts_is_told_by_no_row_once_it_was_written_anew(site: SmallSite) -> None:
    client = site.app.test_client()
    for number in range(8):
        send(client, REQUEST | {"email": f"a{number}@example.org"})
    site.service.stores.rewriter.rewrite()
    for table in ("contacts", "submissions"):
        kept = asked(site, f"SELECT id, xmin::text FROM {table} ORDER BY ctid")
        assert len(kept) == 8
        assert kept == sorted(kept)
        assert len({number for _, number in kept}) == 1
    assert not site.service.stores.rewriter.due


def test_staff_are_added_by_the_command(site: SmallSite) -> None:
    words = ["--root", str(ROOT), "staff", "add", "grace", "--role", "admin"]
    done = CliRunner().invoke(build.main, words, input="correct horse staple\n" * 2)
    assert done.exit_code == 0, done.output
    assert asked(site, "SELECT count(*) FROM staff") == [(1,)]


def test_records_move_from_a_file_to_a_server_and_back(own: Server, tmp_path: Path) -> None:
    """With the keys that their rows refer to."""
    (tmp_path / "old").mkdir()
    with form_site(tmp_path / "old") as site:
        send(site.app.test_client(), REQUEST | {"permission": "yes"})
    file = next((tmp_path / "old").rglob("records.sqlite3"))
    places = (file, own.address(tmp_path / "server"), tmp_path / "back.sqlite3")
    sums = []
    for one, other in pairwise(places):
        with (
            closing(database_at("records", one, REGISTER)) as source,
            closing(database_at("records", other, REGISTER)) as target,
        ):
            sums.append(move(source, target))
    assert sums[0] == sums[1]
    assert sums[0]["contacts"][0] == 1
    engine = open_records(places[2], REGISTER)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT email FROM contacts").scalar() == REQUEST["email"]
    engine.dispose()


def test_both_databases_in_one_schema_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One could be joined to the other; and an address is never shown, as it has a password."""
    for name in ("RECORDS", "COUNTERS"):
        monkeypatch.setenv(f"PLAINSITE_{name}", "postgresql://me:secret@host/plainsite")
    with pytest.raises(Faults) as caught:
        Addresses.of(tmp_path)
    (fault,) = caught.value.faults
    assert "both databases would be one" in fault.message
    assert not re.search("secret", str(fault))


def test_the_server_keeps_no_sample_of_what_was_erased(own: Server, tmp_path: Path) -> None:
    """Those that it takes by itself are in no file, nor those that it took before."""
    url = own.address(tmp_path / "sampled")
    emails = [f"person{number:02}@{number * 7919 % 89}.example" for number in range(60)]

    schema = str(url.query["options"]).partition("=")[2]

    def sampled() -> list[object]:
        with psycopg.connect(own.dsn, autocommit=True) as connection:
            connection.execute(f"ANALYZE {schema}.contacts".encode())
            query = "SELECT histogram_bounds FROM pg_stats WHERE schemaname = %s"
            return connection.execute(query, (schema,)).fetchall()

    with closing(database_at("records", url, REGISTER)) as database:
        contacts = database.tables.tables["contacts"]
        with database.engine.begin() as connection:
            rows = [{"id": f"{number:032x}", "email": each} for number, each in enumerate(emails)]
            connection.execute(insert(contacts), rows)
        assert sampled() == []
        with erasing(database.engine) as connection:
            connection.execute(delete(contacts).where(contacts.c.email == emails[7]))
        assert found(own, emails[7]) == []
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        column = f"{schema}.contacts ALTER COLUMN email"
        connection.execute(f"ALTER TABLE {column} SET STATISTICS 100".encode())
    assert sampled() != []
    with closing(database_at("records", url, REGISTER)) as database:
        database.take_up()
        assert sampled() == []
