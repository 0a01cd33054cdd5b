"""Backups of what a server keeps: one file, as of others, put back into an empty server."""

from __future__ import annotations

import datetime
import random
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, make_url

import build
from analytics.storage.backups import back_up, restore
from analytics.storage.database import Name
from analytics.storage.opening import database_at
from analytics.visits.model import Dimension
from analytics.visits.store.base import CounterStore
from analytics.visits.store.query import Query
from policy import read_site
from policy.durations import Duration
from policy.failures import Refusal
from tests.fixtures.counter_stores import ADDRESSES, EVERY, lived
from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.postgresql import server
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
KEEP = Duration(14, "days")
NOW = datetime.datetime(2026, 3, 20, 8, tzinfo=datetime.UTC)
MARCH = 24 * 20_513
UTC = ZoneInfo("UTC")


@pytest.fixture(params=["postgresql", "clickhouse", "clickhouse on one"])
def engine(request: pytest.FixtureRequest) -> str:
    """Of the server that has the counters."""
    return str(request.param)


def addresses(engine: str, folder: Path, before: str = "") -> dict[Name, URL]:
    """Two databases that stand for a folder."""
    counters = make_url(ADDRESSES[engine](folder / f"{before}counters"))
    return {"records": server().address(folder / f"{before}records"), "counters": counters}


@pytest.fixture
def backup(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a service whose databases are both on a server, with a contact and some days of visits."""
    at = addresses(engine, tmp_path)
    for name, url in at.items():
        shown = url.render_as_string(hide_password=False)
        monkeypatch.setenv(f"PLAINSITE_{name.upper()}", shown)
    with form_site(tmp_path) as site:
        send(site.app.test_client(), REQUEST)
        var = site.var
    with closing(EVERY[engine](tmp_path / "counters", REGISTER, UTC)) as counters:
        for visit in lived(random.Random(1), range(MARCH, MARCH + 24 * 6), 200):
            counters.add(visit.hour, visit.increments)
        while counters.coarsen(MARCH + 24 * 6):
            pass
    servers = [database_at(name, url, REGISTER) for name, url in at.items()]
    made = back_up(var, tmp_path / "backups", KEEP, NOW, servers=servers)
    for each in servers:
        each.close()
    return made.path


def days(counters: CounterStore) -> object:
    """What is told of the days that have ended."""
    with counters.database.engine.connect() as connection:
        return sorted(map(tuple, connection.exec_driver_sql("SELECT * FROM counters")))


def test_what_a_server_keeps_is_put_back_into_an_empty_one(
    backup: Path, engine: str, tmp_path: Path
) -> None:
    at = addresses(engine, tmp_path, "new ")
    servers = [database_at(name, url, REGISTER) for name, url in at.items()]
    done = restore(backup, tmp_path / "new", servers=servers)
    assert done.databases == ("records", "counters")
    with servers[0].engine.connect() as connection:
        emails = connection.exec_driver_sql("SELECT email FROM contacts").scalars().all()
    assert emails == [REQUEST["email"]]
    with (
        closing(EVERY[engine](tmp_path / "new counters", REGISTER, UTC)) as new,
        closing(EVERY[engine](tmp_path / "counters", REGISTER, UTC)) as old,
    ):
        assert days(new) == days(old) != []
        asked = Query(first=0, last=10**7, dimension=Dimension.ALL)
        assert new.rows(asked) == old.rows(asked)
    assert (tmp_path / "new" / "secret.key").is_file()
    assert not [*(tmp_path / "new").glob("*.sqlite3")]
    with servers[0].engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM submissions")
    with pytest.raises(Refusal, match="have rows already"):
        restore(backup, tmp_path / "newer", servers=servers)
    for each in servers:
        each.close()


def test_a_restore_that_was_refused_is_in_the_way_of_none(
    backup: Path, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is what the databases had before they were lost; what was put back is known at once."""
    var = tmp_path / "operated"
    monkeypatch.setenv("PLAINSITE_VAR", str(var))

    def run(*words: object) -> Result:
        return CliRunner().invoke(build.main, ["--root", str(ROOT), "data", *map(str, words)])

    refused = run("restore", backup)  # Into the databases that it was made of.
    assert refused.exit_code == 1
    assert "have rows already" in refused.output
    for number in "12":
        at = addresses(engine, tmp_path, f"empty {number} ")
        for name, url in at.items():
            shown = url.render_as_string(hide_password=False)
            monkeypatch.setenv(f"PLAINSITE_{name.upper()}", shown)
        if number == "2":  # The others were lost.
            assert "is gone, or empty" in run("check").output
            (var / "secret.key").unlink()
        restored = run("restore", backup)
        assert restored.exit_code == 0, restored.output
        assert run("check").exit_code == 0


@pytest.mark.promise("P4")
def test_a_copy_tells_no_more_than_that_of_a_file(backup: Path, tmp_path: Path) -> None:
    """Two would tell what was counted between them: what runs is in none."""
    with tarfile.open(backup) as tar:
        tar.extractall(tmp_path / "read", filter="data")
    with closing(sqlite3.connect(tmp_path / "read" / "counters.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM running").fetchone() == (0,)
        ((kept,),) = copy.execute("SELECT count(*) FROM counters").fetchall()
        assert kept > 0
        for table in ("counters", "names"):
            with pytest.raises(sqlite3.OperationalError, match="no such column"):
                copy.execute(f"SELECT rowid FROM {table}")
