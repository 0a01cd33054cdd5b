"""Databases that are old, damaged, missing, strange or replaced: what follows, and what is said."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from analytics.storage.addresses import Addresses
from analytics.storage.database import Database, Name, open_records
from analytics.storage.health import storage_health
from analytics.storage.migrations import STEPS
from analytics.storage.unusable import DatabaseUnavailable
from policy import Faults, read_site
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT, SmallSite

REGISTER = read_site(ROOT).register
OLD = ROOT / "tests/fixtures/version-0.1"
NAMES: tuple[Name, Name] = ("counters", "records")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be taken up is tried again by the next request, not two seconds later."""
    monkeypatch.setattr("analytics.storage.database.SECONDS_BETWEEN_TRIES", 0.0)


def write_old(var: Path) -> None:
    """The files as version 0.1 left them, with a write-ahead log."""
    var.mkdir(parents=True)
    for name in NAMES:
        with closing(sqlite3.connect(var / f"{name}.sqlite3")) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript((OLD / f"{name}.sql").read_text(encoding="utf-8"))


def statements(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        return {name: sql[sql.index("(") :] for name, sql in database.execute(query)}


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_files_of_version_0_1_are_made_to_follow(tmp_path: Path) -> None:
    """Everything in them is there under its new name, and they are as new ones are."""
    write_old(tmp_path / "old/var")
    with form_site(tmp_path / "old") as site, form_site(tmp_path / "new") as new:
        assert storage_health(site.service.stores).works
        sent = rows(
            site,
            "SELECT email, organization, phone, suspected_spam FROM submissions"
            " JOIN contacts ON contacts.id = contact ORDER BY email",
        )
        assert sent == [
            ("ada@example.org", "Hill School", "020 7946 0958", None),
            ("bob@example.org", None, None, None),
            ("program@example.org", None, None, "It came with fields that the form does not have"),
        ]
        assert rows(site, "SELECT count(*) FROM permissions") == [(2,)]
        assert rows(site, "SELECT * FROM retention_runs") == [("2026-03-01", "submissions", 2)]
        outbox = "SELECT legal_basis, legal_basis_row, state, text FROM outbox"
        assert rows(site, outbox) in ([("request", None, "waiting", "Here")], [])
        assert site.total("page")["/about/"]["views"] == 1
        assert send(site.app.test_client(), REQUEST | {"message": "New"}).status_code == 303
        for name in NAMES:
            found, wanted = (statements(each.var / f"{name}.sqlite3") for each in (site, new))
            assert found == wanted
        for path in site.var.iterdir():
            assert not path.name.endswith(("-wal", "-shm"))


def test_the_legal_bases_of_version_0_1_are_kept_in_the_access_log(tmp_path: Path) -> None:
    """Version 0.1 called the column `ground`: to whom something was given, and by what right."""
    write_old(tmp_path / "var")
    path = tmp_path / "var/records.sqlite3"
    entries = [
        ("l2", 1_772_438_460, "anna", "told", "c1", "court order", "A court", "Case 7"),
        ("l3", 1_772_438_520, "anna", "read", "c1", None, None, None),
    ]
    with closing(sqlite3.connect(path)) as database:
        database.executemany("INSERT INTO access_log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", entries)
        database.commit()
    before = asked(path, "SELECT * FROM access_log ORDER BY id")
    open_records(path, REGISTER).dispose()
    columns = "id, at, username, action, contact, legal_basis, recipient, reason"
    assert asked(path, f"SELECT {columns} FROM access_log ORDER BY id") == before
    assert before[1:] == entries
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        asked(path, "SELECT ground FROM access_log")


def test_a_database_is_made_to_follow_once(tmp_path: Path) -> None:
    """The file says how many steps it has had."""
    write_old(tmp_path / "var")
    for _ in range(2):
        open_records(tmp_path / "var/records.sqlite3", REGISTER).dispose()
    version = "PRAGMA user_version"
    assert asked(tmp_path / "var/records.sqlite3", version) == [(len(STEPS["records"]),)]


def changed(*sql: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            for each in sql:
                database.execute(each)
            database.commit()

    return change


CELL = "INSERT INTO totals VALUES (1, 1, 2, 0, 0, 0)"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("counters", changed(CELL, "ALTER TABLE totals DROP COLUMN engaged_ms")),
        ("counters", changed(CELL, "DROP TABLE consents")),
        (
            "counters",
            changed(
                "DROP TABLE rare",
                "CREATE TABLE rare (pair BIGINT, step TEXT CHECK (step = 'day'), first BIGINT,"
                " value BIGINT, times BIGINT, PRIMARY KEY (pair, step, first, value))",
                CELL,
            ),
        ),
        ("records", changed("ALTER TABLE submissions DROP COLUMN phone")),
    ],
    ids=["measure", "table", "options", "column"],
)
def test_what_may_be_migrated_is(
    tmp_path: Path, name: Name, change: Callable[[Path], None]
) -> None:
    """A hit and a form are taken at once, and what was counted before is still there.

    The file is one that the service sees for the first time: `test_lost_tables.py` has the others.
    """
    with form_site(tmp_path):
        pass
    (tmp_path / "var" / f"{name}.tables.json").unlink()
    change(tmp_path / "var" / f"{name}.sqlite3")
    with form_site(tmp_path) as site:
        assert storage_health(site.service.stores).works
        visitor = site.visitor()
        visitor.consent()
        assert visitor.view("/").status_code == 204
        assert send(site.app.test_client(), REQUEST).status_code == 303
        if name == "counters":
            kept = asked(site.var / "counters.sqlite3", "SELECT views FROM totals WHERE hour = 1")
            assert kept in ([(2,)], []), "too old by now, or as it was"


@pytest.mark.parametrize(
    ("name", "change", "says", "mend"),
    [
        ("counters", "CREATE TABLE seen (ip TEXT)", 'a table "seen"', "DROP TABLE"),
        ("counters", "CREATE VIEW x AS SELECT 1", 'a view "x"', "DROP VIEW"),
        ("records", "CREATE INDEX x ON contacts (email)", 'an index "x"', "DROP INDEX"),
        (
            "records",
            "CREATE TRIGGER x AFTER INSERT ON contacts BEGIN SELECT 1; END",
            'a trigger "x"',
            "DROP TRIGGER",
        ),
        (
            "counters",
            "ALTER TABLE counters ADD COLUMN visitor TEXT",
            'a column "visitor" in "counters"',
            "DROP COLUMN",
        ),
        ("records", "PRAGMA user_version = 99", "a later version of Plainsite", "earlier backup"),
    ],
)
def test_what_may_not_is_said_and_pages_are_served(
    tmp_path: Path, name: Name, change: str, says: str, mend: str
) -> None:
    """The statement in the hint mends it, and the running service takes it up."""
    with form_site(tmp_path):
        pass
    path = tmp_path / "var" / f"{name}.sqlite3"
    changed(change)(path)
    with form_site(tmp_path) as site:
        (fault,) = faults(site, name)
        assert says in fault.message
        assert mend in fault.hint
        assert_only_what_depends_on_it_fails(site, name)
        if "'" in fault.hint:
            statement = fault.hint.split("'")[-2]
            changed(statement)(path)
            assert_everything_works(site)


def faults(site: SmallSite, name: Name) -> tuple:
    health = storage_health(site.service.stores)
    (state,) = (each for each in health.databases if each.name == name)
    assert not (health.works and state.faults)
    return state.faults


def assert_only_what_depends_on_it_fails(site: SmallSite, name: Name) -> None:
    client, visitor = site.app.test_client(), site.visitor()
    assert client.get("/", buffered=True).status_code == 200
    assert visitor.consent().status_code == (503 if name == "counters" else 204)
    answer = send(client, REQUEST)
    assert answer.status_code == (503 if name == "records" else 303)
    if name == "records":
        assert REQUEST["message"] in answer.text
        staff = client.post(
            "/staff/sign-in/",
            data={"username": "anna", "password": "x"},
            headers={"Origin": "http://localhost"},
        )
        assert (staff.status_code, "Something failed" in staff.text) == (503, True)


def assert_everything_works(site: SmallSite) -> None:
    health = storage_health(site.service.stores)
    assert all(database.works for database in health.databases), health.databases
    visitor = site.visitor()
    until = time.monotonic() + PATIENCE
    # Beside what the service itself writes, nothing waits behind a write that failed.
    while (taken := visitor.consent().status_code) == 503 and time.monotonic() < until:
        time.sleep(0.05)
    assert taken == 204
    assert send(site.app.test_client(), REQUEST | {"message": "Again"}).status_code == 303


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff" * 20_000)


def torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4_096:16_384] = b"\xff" * 12_288
    path.write_bytes(data)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("harm", [garbage, torn, folder])
def test_a_damaged_database_is_taken_up_once_it_was_mended(
    tmp_path: Path, name: Name, harm: Callable[[Path], None]
) -> None:
    """Pages are served meanwhile, and nothing is restarted."""
    with form_site(tmp_path) as site:
        site.service.stores.rewriter.rewrite()
    path = tmp_path / "var" / f"{name}.sqlite3"
    whole = path.read_bytes()
    harm(path)
    with form_site(tmp_path) as site:
        assert faults(site, name)
        assert_only_what_depends_on_it_fails(site, name)
        path.rmdir() if path.is_dir() else path.unlink()
        path.write_bytes(whole)
        assert_everything_works(site)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_replaced_while_the_service_runs_is_taken_up(
    tmp_path: Path, name: Name
) -> None:
    """One that is gone is not made anew: it may be on its way back."""
    with form_site(tmp_path) as site:
        assert_everything_works(site)
        path = site.var / f"{name}.sqlite3"
        path.rename(site.var / "away")
        assert "is gone" in faults(site, name)[0].message
        assert_only_what_depends_on_it_fails(site, name)
        assert not path.exists()
        (site.var / "away").rename(path)
        assert_everything_works(site)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_emptied_while_the_service_runs_is_told_and_not_begun_anew(
    tmp_path: Path, name: Name
) -> None:
    """An empty file is a sound database to SQLite: without a table."""
    with form_site(tmp_path) as site:
        assert_everything_works(site)
        path = site.var / f"{name}.sqlite3"
        whole = path.read_bytes()
        path.write_bytes(b"")
        assert "is gone" in faults(site, name)[0].message
        assert_only_what_depends_on_it_fails(site, name)
        assert path.read_bytes() == b""
        path.write_bytes(whole)
        assert_everything_works(site)


@pytest.mark.parametrize(("name", "table"), [("counters", "consents"), ("records", "contacts")])
def test_a_table_that_goes_while_the_service_runs_is_told(
    tmp_path: Path, name: Name, table: str
) -> None:
    """By whoever looks first after it was missed; put back, it is taken up."""
    with form_site(tmp_path) as site:
        assert_everything_works(site)
        path = site.var / f"{name}.sqlite3"
        changed(f"ALTER TABLE {table} RENAME TO strange")(path)
        if name == "counters":
            assert site.visitor().consent().status_code == 503
        else:
            assert send(site.app.test_client(), REQUEST).status_code == 503
        assert "strange" in " ".join(fault.message for fault in faults(site, name))
        changed(f"ALTER TABLE strange RENAME TO {table}")(path)
        assert_everything_works(site)


def test_without_their_folder_pages_are_served(tmp_path: Path) -> None:
    with form_site(tmp_path):
        pass
    key = (tmp_path / "var/secret.key").read_text()
    (tmp_path / "var/records.tables.json").unlink()  # Nothing was ever there.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAINSITE_SECRET_KEY", key)
        patch.setenv("PLAINSITE_RECORDS", f"sqlite:///{tmp_path}/nowhere/records.sqlite3")
        with form_site(tmp_path) as site:
            (fault,) = faults(site, "records")
            assert "No such file" in fault.message
            assert_only_what_depends_on_it_fails(site, "records")
            (tmp_path / "nowhere").mkdir()
            assert_everything_works(site)


@pytest.mark.promise("P11")
def test_files_that_others_could_read_are_taken_from_them(tmp_path: Path) -> None:
    """Whoever made them, and with whatever umask."""
    write_old(tmp_path / "var")
    (tmp_path / "var").chmod(0o755)
    for path in (tmp_path / "var").iterdir():
        path.chmod(0o644)
    with form_site(tmp_path) as site:
        assert_everything_works(site)
        site.service.retention_thread.close()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in site.var.iterdir()}
        assert set(modes.values()) == {0o600}, modes
        assert stat.S_IMODE(site.var.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://localhost/site", 'no store is known for "mysql"'),
        ("postgresql://localhost", "names a database"),
        ("sqlite://", "names a file"),
        ("sqlite:///:memory:", "names a file"),
        ("sqlite:////srv/x.sqlite3?mode=ro", "names a file"),
        ("postgresql://one:99999/records", "a port is a number from 1 to 65535"),
        ("records.sqlite3", "not the address of a database"),
    ],
)
def test_an_address_that_cannot_be_used_is_said(tmp_path: Path, address: str, says: str) -> None:
    with pytest.raises(Faults) as caught:
        Addresses.of(tmp_path, {"PLAINSITE_RECORDS": address})
    (fault,) = caught.value.faults
    assert fault.path == "PLAINSITE_RECORDS"
    assert says in fault.message
    given = fault.hint.split("like ")[1].split(",")[0]
    found = Addresses.of(tmp_path, {"PLAINSITE_RECORDS": given}).records
    if address.startswith("postgresql"):  # Who has a server is not sent to a file.
        assert found == make_url("postgresql://user:password@host/database")
    else:
        assert found == tmp_path / "records.sqlite3"


def test_the_two_databases_are_two(tmp_path: Path) -> None:
    """Unless given, they are in the folder of the site's data."""
    assert Addresses.of(tmp_path, {}) == Addresses(
        tmp_path / "records.sqlite3", tmp_path / "counters.sqlite3"
    )
    with pytest.raises(Faults, match="would be one,"):
        Addresses.of(tmp_path, {"PLAINSITE_RECORDS": f"sqlite:///{tmp_path}/counters.sqlite3"})


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Database]:
    database = Database("records", tmp_path / "records.sqlite3", REGISTER)
    yield database
    database.close()


def test_a_check_changes_nothing(records: Database) -> None:
    """It says beforehand what a new version could not follow; `build.py data check` shows it."""
    assert records.check() == ()
    records.take_up()
    path = records.file.path
    records.known.forget()
    changed("CREATE TABLE seen (ip TEXT)", "ALTER TABLE submissions DROP COLUMN phone")(path)
    before = path.read_bytes()
    assert [fault.message for fault in records.check()] == [
        'records.sqlite3 has a table "seen" that is not declared'
    ]
    assert path.read_bytes() == before


def test_one_metadata_for_each_database(records: Database) -> None:
    assert records.tables is Database("records", records.file.path, REGISTER).tables


def test_a_database_that_another_holds_is_said(records: Database) -> None:
    records.take_up()
    records.close()
    again = Database("records", records.file.path, REGISTER, busy_ms=20)
    with closing(sqlite3.connect(records.file.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailable) as caught:
            again.take_up()
        other.rollback()
    assert "holds it" in caught.value.faults[0].message
    again.take_up()
    again.close()
