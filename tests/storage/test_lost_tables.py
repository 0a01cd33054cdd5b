"""What a database had and has lost is told until somebody puts it back or accepts the loss."""

from __future__ import annotations

import datetime
import json
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analytics.staff.accounts import add_staff
from analytics.storage.backups import back_up, restore
from analytics.storage.checking import REMINDER_SECONDS, Checker
from analytics.storage.database import Database, Name, open_records
from analytics.storage.known_tables import KnownTables
from analytics.storage.unusable import HELD, DatabaseState
from build import main
from policy import Faults, read_site
from policy.durations import Duration
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import HOST, ROOT, Clock, SmallSite

REGISTER = read_site(ROOT).register


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be taken up is tried again by the next request, not two seconds later."""
    monkeypatch.setattr("analytics.storage.database.SECONDS_BETWEEN_TRIES", 0.0)


def sql(path: Path, *statements: str) -> None:
    """What somebody does by hand, who waits for the service's turn."""
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
        for each in statements:
            database.execute(each)
        database.commit()


def command(var: Path, *words: str) -> Result:
    """`build.py data …` for the site of this repository, with its databases in `var`."""
    environment = {"PLAINSITE_VAR": str(var)}
    return CliRunner().invoke(main, ["--root", str(ROOT), "data", *words], env=environment)


def told(site: SmallSite, name: Name) -> str:
    """What /healthz says of a database; empty where it works."""
    answer = site.app.test_client().get("/healthz")
    part = json.loads(answer.data)["parts"][f"{name} database"]
    assert part["works"] or answer.status_code == 503
    return str(part.get("why", ""))


def drop(path: Path) -> None:
    sql(path, "PRAGMA foreign_keys = OFF", "DROP TABLE outbox")


def drop_column(path: Path) -> None:
    sql(path, "ALTER TABLE submissions DROP COLUMN phone")


def replace_by_older(path: Path) -> None:
    """A copy of the time before the table was."""
    older = path.with_name("older")
    shutil.copy(path, older)
    drop(older)
    older.replace(path)


def overwrite_by_older(path: Path) -> None:
    """The same bytes, in place: the file is the same one to the system."""
    older = path.with_name("older")
    shutil.copy(path, older)
    drop(older)
    path.write_bytes(older.read_bytes())
    older.unlink()


LOSSES = {
    "dropped": (drop, "outbox"),
    "a column": (drop_column, "submissions.phone"),
    "replaced": (replace_by_older, "outbox"),
    "overwritten": (overwrite_by_older, "outbox"),
}


@pytest.mark.parametrize(("lose", "name"), LOSSES.values(), ids=LOSSES)
def test_a_loss_is_told_until_it_is_accepted(
    tmp_path: Path, lose: Callable[[Path], None], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Before anybody needs it, by every restart as well; nothing is made anew by itself."""
    with caplog.at_level(logging.INFO, "plainsite"), form_site(tmp_path) as site:
        stores = site.service.stores
        for task in (stores.retention, stores.rewriting, stores.checking):
            task.close()
        assert send(site.app.test_client(), REQUEST).status_code == 303
        lose(site.var / "records.sqlite3")
        check = Checker([stores.records], site.service.log)
        for _ in range(3):
            check()
            assert name in told(site, "records")
            assert send(site.app.test_client(), REQUEST).status_code == 503
        assert site.app.test_client().get("/", buffered=True).status_code == 200
        said = [record.getMessage() for record in caplog.records]
        assert sum("the records database cannot be used" in each for each in said) == 1
    for _ in range(2):
        with form_site(tmp_path) as site:
            assert name in told(site, "records")
            assert send(site.app.test_client(), REQUEST).status_code == 503
            checked = command(site.var, "check")
            assert (checked.exit_code, name in checked.output) == (1, True)
            assert f"data accept-loss {name}" in checked.output
    with form_site(tmp_path) as site:
        accepted = command(site.var, "accept-loss", name)
        assert (accepted.exit_code, name in accepted.output) == (0, True)
        assert told(site, "records") == ""
        assert send(site.app.test_client(), REQUEST | {"message": "Again"}).status_code == 303
        assert rows(site, "SELECT count(*) FROM contacts") == [(1,)], "the rest is as it was"
        assert command(site.var, "check").exit_code == 0


def test_staff_who_can_have_it_mended_are_told_on_every_page(tmp_path: Path) -> None:
    """Those with other roles cannot do anything about it."""
    password = "four words nobody guesses"
    with form_site(tmp_path) as site:
        for task in (site.service.stores.retention, site.service.stores.checking):
            task.close()
        clients = {}
        for role in ("admin", "contacts"):
            today = site.service.clock.today()
            add_staff(site.service.records, REGISTER, role, password, (role,), today)
            clients[role] = site.app.test_client()
            sent = {"username": role, "password": password}
            clients[role].post("/staff/sign-in/", data=sent, headers={"Origin": HOST})
        (site.var / "counters.sqlite3").rename(tmp_path / "away")
        assert "data accept-loss counters" in clients["admin"].get("/staff/retention/").text
        assert "accept-loss" not in clients["contacts"].get("/staff/contacts/").text
        (tmp_path / "away").rename(site.var / "counters.sqlite3")
        assert "accept-loss" not in clients["admin"].get("/staff/retention/").text


def test_what_is_put_back_is_taken_up(tmp_path: Path) -> None:
    """Without a restart, and nobody needs to confirm anything."""
    with form_site(tmp_path) as site:
        stores, path = site.service.stores, site.var / "records.sqlite3"
        for task in (stores.retention, stores.rewriting, stores.checking):
            task.close()
        assert send(site.app.test_client(), REQUEST).status_code == 303
        shutil.copy(path, site.var / "backup")
        drop(path)
        stores.records.look()
        assert "outbox" in told(site, "records")
        (site.var / "backup").replace(path)
        assert told(site, "records") == ""
        assert send(site.app.test_client(), REQUEST | {"message": "Again"}).status_code == 303


def test_a_file_that_is_gone_is_not_begun_anew_by_a_restart(tmp_path: Path) -> None:
    """It may be on a disk that is not there yet. Whoever meant it says so."""
    with form_site(tmp_path):
        pass
    path = tmp_path / "var/counters.sqlite3"
    path.rename(tmp_path / "away")
    with form_site(tmp_path) as site:
        assert "is gone" in told(site, "counters")
        assert site.visitor().consent().status_code == 503
        assert not path.exists()
        assert command(site.var, "check").exit_code == 1
        assert command(site.var, "accept-loss", "counters").exit_code == 0
        assert told(site, "counters") == ""
        assert site.visitor().consent().status_code == 204


def test_staff_commands_make_nothing_anew_either(tmp_path: Path) -> None:
    path, known = tmp_path / "records.sqlite3", KnownTables("records", tmp_path)
    open_records(path, REGISTER, known).dispose()
    drop(path)
    with pytest.raises(Faults, match="outbox"):
        open_records(path, REGISTER, known)
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.OperationalError):
        database.execute("SELECT * FROM outbox")


def test_only_what_is_missing_can_be_accepted(tmp_path: Path) -> None:
    """And nothing is, where one of the names is wrong."""
    with form_site(tmp_path):
        pass
    var = tmp_path / "var"
    drop(var / "records.sqlite3")
    wrong = command(var, "accept-loss", "outbox", "contact")
    assert (wrong.exit_code, "missing is: outbox" in wrong.output) == (1, True)
    known = KnownTables("records", var)
    records = Database("records", var / "records.sqlite3", REGISTER, known=known)
    assert records.lost() == ("outbox",)


def test_who_restores_was_told_what_the_backup_holds(tmp_path: Path) -> None:
    """One of an earlier version lacks a table: it is made, as after an update."""
    with form_site(tmp_path) as site:
        assert send(site.app.test_client(), REQUEST).status_code == 303
    var = tmp_path / "var"
    drop(var / "records.sqlite3")
    when = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
    backup = back_up(var, tmp_path / "backups", Duration(14, "days"), when).path
    for path in (*var.glob("*.sqlite3"), *var.glob("*-journal"), var / "secret.key"):
        path.unlink()
    restore(backup, var)
    with form_site(tmp_path) as site:
        assert told(site, "records") == told(site, "counters") == ""
        assert rows(site, "SELECT count(*) FROM contacts") == [(1,)]
        assert send(site.app.test_client(), REQUEST | {"message": "New"}).status_code == 303


def test_what_was_never_there_is_made(tmp_path: Path) -> None:
    """A feature that is turned on, or a column that is declared: nothing of it can be lost."""
    path, known = tmp_path / "records.sqlite3", KnownTables("records", tmp_path)
    open_records(path, REGISTER, known).dispose()
    drop(path)
    drop_column(path)
    known.forget("outbox")
    known.forget("submissions", "phone")
    open_records(path, REGISTER, known).dispose()
    assert "phone" in known.read()["submissions"]
    assert "outbox" in known.read()


def test_it_is_told_again_each_hour(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And once more when it can be used again."""
    clock = Clock(0.0)
    with form_site(tmp_path) as site, caplog.at_level(logging.INFO, "plainsite"):
        stores = site.service.stores
        for task in (stores.retention, stores.rewriting, stores.checking):
            task.close()
        check = Checker([stores.records], site.service.log, clock)
        path = stores.records.file.path
        path.rename(site.var / "away")
        for seconds in (0, 1, REMINDER_SECONDS - 1, REMINDER_SECONDS, REMINDER_SECONDS + 1):
            clock.now = seconds
            check()
        (site.var / "away").rename(path)
        check()
        said = [record.getMessage() for record in caplog.records]
    assert said == [
        "the records database cannot be used now: build.py data check says why",
        "the records database cannot be used now: build.py data check says why",
        "the records database can be used again",
    ]


def test_one_that_another_program_holds_is_not_called_broken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody needs to mend it: it is used again when that program lets go."""
    with form_site(tmp_path) as site, caplog.at_level(logging.INFO, "plainsite"):
        stores = site.service.stores
        for task in (stores.retention, stores.rewriting, stores.checking):
            task.close()
        check = Checker([stores.records], site.service.log)
        with monkeypatch.context() as patched:
            held = DatabaseState("records", True, (), HELD)
            patched.setattr(Database, "state", property(lambda _: held))
            check()
        check()
        said = [record.getMessage() for record in caplog.records]
    assert said == [
        "another program holds the records database: nothing can be written until it lets go",
        "the records database can be used again",
    ]


def test_the_running_service_sees_it_by_itself(tmp_path: Path) -> None:
    """Nobody asks for anything but /healthz, and nothing else uses the file."""
    with form_site(tmp_path) as site:
        stores = site.service.stores
        stores.retention.close()
        stores.rewriting.close()
        drop(site.var / "records.sqlite3")
        deadline = time.monotonic() + PATIENCE
        while "outbox" not in told(site, "records"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
