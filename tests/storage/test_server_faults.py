"""What a server, or somebody who asks it, does wrong is said in words that mend it, and without
what its rows hold."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, insert
from sqlalchemy.exc import SQLAlchemyError

import build
from analytics.contacts.model import NotStored
from analytics.contacts.repository import Contacts
from analytics.storage import postgresql_connection
from analytics.storage.addresses import Addresses
from analytics.storage.backups import back_up, restore
from analytics.storage.known_tables import KnownTables
from analytics.storage.moving import move
from analytics.storage.opening import database_at
from analytics.storage.server_copies import copy_to_file
from analytics.visits.model import Dimension, Increment
from analytics.visits.store import shared_commits
from analytics.visits.store.base import StoreError
from analytics.visits.store.postgresql import PostgreSQLCounters
from policy import Faults, read_site
from policy.durations import Duration
from policy.failures import Refusal
from tests.fixtures.form_site import form_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.postgresql import Server
from tests.fixtures.small_site import HOST, ROOT

REGISTER = read_site(ROOT).register
NOW = datetime.datetime(2026, 3, 20, 8, tzinfo=datetime.UTC)
EMAIL = "person@example.org"
KEEP = Duration(14, "days")


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that nobody else uses."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def records(own: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> URL:
    """The records of the site that the commands are given, with one contact."""
    (tmp_path / "var").mkdir(exist_ok=True)
    monkeypatch.setenv("PLAINSITE_VAR", str(tmp_path / "var"))
    for name in ("records", "counters"):
        address = own.address(tmp_path / name).render_as_string(hide_password=False)
        monkeypatch.setenv(f"PLAINSITE_{name.upper()}", address)
    url = own.address(tmp_path / "records")
    with closing(database_at("records", url, REGISTER)) as database:
        contacts = database.tables.tables["contacts"]
        with database.engine.begin() as connection:
            connection.execute(insert(contacts), [{"id": "1", "email": EMAIL}])
    return url


def change(own: Server, url: URL, statement: str) -> None:
    """As the administrator of the server does."""
    schema = str(url.query["options"]).partition("=")[2]
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        connection.execute(statement.encode())


def run(*words: object) -> Result:
    return CliRunner().invoke(build.main, ["--root", str(ROOT), *map(str, words)])


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def file(records: URL, tmp_path: Path) -> Path:
    """A backup of them."""
    with closing(database_at("records", records, REGISTER)) as database:
        folder = tmp_path / "kept"
        return back_up(tmp_path, folder, KEEP, NOW, databases=("records",), servers=[database]).path


def test_a_backup_that_fails_says_nothing_of_a_row(
    own: Server, records: URL, tmp_path: Path
) -> None:
    change(own, records, "ALTER TABLE contacts ALTER COLUMN email DROP NOT NULL")
    change(own, records, "INSERT INTO contacts (id, email) VALUES ('2', NULL)")
    failed = run("data", "backup", tmp_path / "backups")
    assert failed.exit_code == 1
    assert "no backup was written: NOT NULL constraint failed: contacts.email" in failed.output
    assert EMAIL not in failed.output
    assert "INSERT" not in failed.output


@pytest.mark.parametrize("command", ["move", "restore"])
def test_what_a_server_refuses_is_not_said_when_it_is_put_back(
    own: Server,
    records: URL,
    file: Path,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    new = own.address(tmp_path / "new")
    with closing(database_at("records", new, REGISTER)) as database:
        database.take_up()
    change(
        own,
        new,
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not %', NEW.email; END $$;"
        " CREATE TRIGGER no BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION no()",
    )
    monkeypatch.setenv("PLAINSITE_RECORDS", shown(new))
    words = {"move": ("records", shown(records), shown(new)), "restore": (file,)}
    failed = run("data", command, *words[command])
    assert failed.exit_code == 1, failed.output
    assert "RaiseException" in failed.output
    assert EMAIL not in failed.output


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("P0001", "RaiseException"),
        ("53100", "DiskFull"),
        ("42501", "InsufficientPrivilege"),
        ("42601", ""),
    ],
)
def test_what_a_server_does_not_do_is_no_mistake_of_ours(
    own: Server, records: URL, code: str, kind: str
) -> None:
    """But a statement that it does not understand is one."""
    change(
        own,
        records,
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'not %', OLD.email USING ERRCODE = '{code}'; END $$;"
        " CREATE TRIGGER no BEFORE DELETE ON contacts FOR EACH ROW EXECUTE FUNCTION no()",
    )
    failed = run("data", "retention", "--confirm")
    assert failed.exit_code == (1 if kind else 2), failed.output
    assert kind in failed.output
    assert ("Plainsite itself failed" in failed.output) == (not kind)
    assert EMAIL not in failed.output


@pytest.mark.parametrize("command", ["move", "backup", "restore"])
def test_a_command_says_how_to_mend_a_server_that_cannot_be_used(
    own: Server,
    records: URL,
    file: Path,
    tmp_path: Path,
    command: str,
) -> None:
    copy = tmp_path / "copy.sqlite3"
    with closing(database_at("records", records, REGISTER)) as database:
        copy_to_file(database, copy)
    words = {
        "move": ("records", f"sqlite:///{copy}", shown(own.address(tmp_path / "new"))),
        "backup": (tmp_path / "backups",),
        "restore": (file,),
    }
    own.set("wal_recycle", "on")
    try:
        failed = run("data", command, *words[command])
    finally:
        own.set("wal_recycle", "off")
    assert failed.exit_code == 1
    assert "hint: ALTER SYSTEM SET wal_recycle = off in psql" in failed.output


@pytest.mark.parametrize("asked", ["a\0b", "\ud800"])
def test_what_is_no_text_fails_alone(records: URL, asked: str) -> None:
    """The database is not unwell for it."""
    with closing(database_at("records", records, REGISTER)) as database:
        contacts = Contacts(database.engine, database.tables, datetime.date.today, ())
        with pytest.raises(NotStored):
            contacts.listed(1, suspected=False, search=asked)
        assert database.state.works


def test_staff_who_send_what_is_no_text_are_refused(
    own: Server, records: URL, tmp_path: Path
) -> None:
    with form_site(tmp_path) as site:
        client = site.app.test_client()
        sent = {"username": "a\0b", "password": "x"}
        answer = client.post("/staff/sign-in/", data=sent, headers={"Origin": HOST})
        assert answer.status_code == 400
        assert client.get("/staff/sign-in/?next=%00").status_code == 400
        assert client.get("/healthz").status_code == 200


def paused(own: Server) -> list[int]:
    """Its processes, stopped: none answers, and none closes what it has."""
    told = subprocess.check_output(["ps", "--ppid", str(own.process.pid), "-o", "pid="], text=True)
    processes = [own.process.pid, *map(int, told.split())]
    for each in processes:
        os.kill(each, signal.SIGSTOP)
    return processes


def test_a_server_that_hangs_is_one_that_is_away(
    own: Server, records: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_connection, "SECONDS_TO_ANSWER", 0.5)
    monkeypatch.setattr(shared_commits, "SECONDS_TO_COMMIT", 5.0)
    with (
        closing(database_at("records", records, REGISTER)) as database,
        closing(PostgreSQLCounters(own.address(Path("/hang")), REGISTER)) as counters,
    ):
        for engine in (database.engine, counters.database.engine):
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        processes = paused(own)
        try:
            with pytest.raises(SQLAlchemyError), database.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
            with pytest.raises(StoreError):
                counters.add(7, [Increment(Dimension.ALL, "", visits=1)])
            assert not database.state.works
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)
        wait_until(lambda: database.state.works and counters.database.state.works)
        counters.add(7, [Increment(Dimension.ALL, "", visits=1)])


def test_a_commit_that_does_not_end_is_not_waited_for(
    own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows then whether it counted."""
    monkeypatch.setattr(shared_commits, "SECONDS_TO_COMMIT", 0.2)
    url = own.address(Path("/slow"))
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        schema = str(url.query["options"]).partition("=")[2]
        with psycopg.connect(own.dsn) as held:
            held.execute(f"LOCK TABLE {schema}.totals IN ACCESS EXCLUSIVE MODE".encode())
            with pytest.raises(StoreError, match="whether it was counted is not known"):
                counters.add(7, [Increment(Dimension.ALL, "", visits=1)])


def test_other_rows_are_not_taken_for_those_that_were_moved(own: Server, tmp_path: Path) -> None:
    """As many, whose numbers add up to the same."""
    places = [own.address(tmp_path / name) for name in ("one", "other")]
    with (
        closing(database_at("records", places[0], REGISTER)) as one,
        closing(database_at("records", places[1], REGISTER)) as other,
    ):
        for database, email in ((one, EMAIL), (other, "somebody@example.org")):
            contacts = database.tables.tables["contacts"]
            with database.engine.begin() as connection:
                connection.execute(insert(contacts), [{"id": "1", "email": email}])
        with pytest.raises(Refusal, match="have rows already"):
            move(one, other)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_has_not_every_letter_is_refused(own: Server, encoding: str) -> None:
    name = encoding.lower()
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0"
            " LC_COLLATE 'C' LC_CTYPE 'C'".encode()
        )
    url = own.address(Path("/none")).set(database=name, query={"host": str(own.folder)})
    with closing(database_at("records", url, REGISTER)) as database:
        (fault,) = database.check()
    assert f"keeps texts as {encoding}" in fault.message
    assert "createdb --encoding UTF8 --template template0" in fault.hint


def test_a_log_that_is_kept_for_another_server_is_refused(own: Server, records: URL) -> None:
    """What the hint says, typed in psql, mends it."""
    with (
        psycopg.connect(own.dsn, autocommit=True) as connection,
        closing(database_at("records", records, REGISTER)) as database,
    ):
        connection.execute("SELECT pg_create_physical_replication_slot('other', true)")
        (fault,) = database.check()
        assert "for the replication slot 'other'" in fault.message
        connection.execute(fault.hint.removesuffix(" in psql").encode())
        assert database.check() == ()


def test_who_is_not_let_in_is_told_why(own: Server, records: URL) -> None:
    """The server answers, so nobody is sent to start it."""
    for wrong, hint in (
        (records.set(database="nope"), "make it: createdb"),
        (records.set(username="nobody-here"), "look at the user and the password of the address"),
    ):
        with closing(database_at("records", wrong, REGISTER)) as database:
            (fault,) = database.check()
        assert hint in fault.hint


@pytest.mark.parametrize("password", ["sec@ret", "sec@r/et", "s@ecr/et:x", "sec@/ret@"])
def test_a_password_that_is_written_as_it_is_is_not_shown(tmp_path: Path, password: str) -> None:
    address = f"postgresql://plainsite:{password}@host:5432/records"
    with pytest.raises(Faults) as caught:
        Addresses.of(tmp_path, {"PLAINSITE_RECORDS": address})
    (fault,) = caught.value.faults
    assert "written as %40" in fault.message
    assert "et" not in str(fault)
    assert "host:5432" not in str(fault)


def test_a_folder_that_cannot_be_written_to_is_named(records: URL, tmp_path: Path) -> None:
    known = KnownTables("records", tmp_path / "nowhere")
    with closing(database_at("records", records, REGISTER, known)) as database:
        (fault,) = database.state.faults
    assert f"make the folder {tmp_path / 'nowhere'}" in fault.hint


def test_a_restore_that_is_refused_puts_nothing_back(own: Server, tmp_path: Path) -> None:
    """Where the second of two servers has rows of others, the first takes none either."""
    places = {name: own.address(tmp_path / name) for name in ("records", "counters")}
    new = {name: own.address(tmp_path / f"new {name}") for name in places}
    for url, hour in ((places["counters"], 7), (new["counters"], 8)):
        with closing(PostgreSQLCounters(url, REGISTER)) as counters:
            counters.answered(datetime.date(2026, 3, hour), 1, given=1)
    with ExitStack() as stack:
        old, servers = (
            [
                stack.enter_context(closing(database_at(name, url, REGISTER)))  # type: ignore[arg-type]  # the two names
                for name, url in urls.items()
            ]
            for urls in (places, new)
        )
        with old[0].engine.begin() as connection:
            contacts = old[0].tables.tables["contacts"]
            connection.execute(insert(contacts), [{"id": "1", "email": EMAIL}])
        (tmp_path / "old").mkdir()
        (tmp_path / "old/secret.key").write_text("key")
        made = back_up(tmp_path / "old", tmp_path / "kept", KEEP, NOW, servers=old)
        with pytest.raises(Refusal, match="have rows already"):
            restore(made.path, tmp_path / "new", servers=servers)
        with servers[0].engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar() == 0
        assert not (tmp_path / "new/secret.key").exists()


@pytest.mark.parametrize("command", ["backup", "restore", "move"])
def test_a_server_that_is_away_is_named_with_what_to_do(
    command: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens on the socket that the address names; its password is not said."""
    monkeypatch.setenv("PLAINSITE_VAR", str(tmp_path / "other"))
    away = {
        name: f"postgresql://u:word@/{name}?host={tmp_path}" for name in ("records", "counters")
    }
    for name, address in away.items():
        monkeypatch.setenv(f"PLAINSITE_{name.upper()}", address)
    words = {
        "backup": (tmp_path / "backups",),
        "restore": (file,),
        "move": ("records", away["records"], f"sqlite:///{tmp_path}/records.sqlite3"),
    }
    failed = run("data", command, *words[command])
    assert failed.exit_code == 1
    assert f"error: records at {tmp_path}: the server does not answer\n" in failed.output
    assert "hint: start it, or look at the host and the port of the address" in failed.output
    assert "word" not in failed.output
    assert "OperationalError" not in failed.output
