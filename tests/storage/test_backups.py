"""Backups: whole or not there, made while the service runs, restored as they were; forgotten."""

from __future__ import annotations

import datetime
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from analytics.storage.backups import DATABASES, BackupError, back_up, restore
from analytics.storage.deletion_limits import LastRun
from policy import read_site
from policy.durations import Duration
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.small_site import ROOT, SmallSite, small_site
from tests.storage.test_databases import write_old

REGISTER = read_site(ROOT).register
KEEP = Duration(14, "days")
NOW = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path / "site") as site:
        yield site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


MARK = 'INSERT INTO "closings"'
"""It was drawn for tables that a copy has not whole."""

RUNNING = ('INSERT INTO "running"', 'INSERT INTO "names"', MARK)


def everything(var: Path, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Both databases as SQL."""
    told = {}
    for name in DATABASES:
        with closing(sqlite3.connect(var / name)) as database:
            told[name] = sorted(
                line for line in database.iterdump() if not line.startswith(without)
            )
    return told


def test_what_is_restored_is_what_there_was(site, folder, tmp_path):
    """Both databases row for row, and the key, so that cookies stay valid. What has not ended is
    left out of it, with the names that only that has: two copies would tell what came between."""
    send(site.app.test_client(), REQUEST | {"permission": "yes"})
    visitor = site.visitor()
    visitor.consent()
    visitor.view()
    made = back_up(site.var, folder, KEEP, NOW)
    restore(made.path, tmp_path / "restored")
    assert everything(tmp_path / "restored") == everything(site.var, without=RUNNING)
    again = tmp_path / "again"
    again.mkdir()
    shutil.move(tmp_path / "restored", again / "var")
    with small_site(again) as later:
        other = later.visitor()
        other.cookie = visitor.cookie
        assert other.view().status_code == 204
        assert later.total("all")[""]["views"] == 2


def test_a_backup_of_an_earlier_version_is_restored_and_made_to_follow(tmp_path):
    """What it holds is there under its new names."""
    write_old(tmp_path / "old")
    path = tmp_path / "plainsite-20260101T000000Z.tar"
    with tarfile.open(path, "w") as archive:
        for name in DATABASES:
            archive.add(tmp_path / "old" / name, name)
    restore(path, tmp_path / "site/var")
    with form_site(tmp_path / "site") as site:
        assert rows(site, "SELECT count(*) FROM submissions WHERE suspected_spam IS NULL") == [(2,)]
        assert rows(site, "SELECT count(*) FROM retention_runs") == [(1,)]


def test_nobody_else_may_read_it(site, folder):
    path = back_up(site.var, folder, KEEP, NOW).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with tarfile.open(path) as tar:
        assert {(member.mode, member.uid, member.uname) for member in tar} == {(0o600, 0, "")}


def test_it_is_made_while_the_service_writes(site, folder, tmp_path):
    """Each copy is of one moment: all that was acknowledged before it is in it."""
    ended = threading.Event()

    def write() -> None:
        visitor = site.visitor()
        visitor.consent()
        while not ended.is_set():
            assert visitor.view().status_code == 204

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        for number in range(5):
            time.sleep(0.05)
            before = site.total("all").get("", {}).get("views", 0)
            made = back_up(site.var, folder, KEEP, NOW + number * DAY)
            after = site.total("all").get("", {}).get("views", 0)
            restored = tmp_path / f"restored {number}"
            restore(made.path, restored)
            with closing(sqlite3.connect(restored / "counters.sqlite3")) as database:
                ((views,),) = database.execute("SELECT coalesce(sum(views), 0) FROM totals")
            assert before <= views <= after
    finally:
        ended.set()
        for writer in writers:
            writer.join()


@pytest.mark.promise("P11")
def test_what_was_erased_is_gone_from_the_next_backup_and_in_time_from_all(site, folder):
    """A search of every byte. The copies made before are deleted on the day the register says."""
    canary = "canary-" + "x" * 1_000
    assert send(site.app.test_client(), REQUEST | {"message": canary}).status_code == 303
    back_up(site.var, folder, KEEP, NOW)
    assert files_with(folder, b"canary-xxx") == 1
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    site.service.contacts.erase(contact)
    later = back_up(site.var, folder, KEEP, NOW + 1 * DAY)
    assert later.removed == ()
    assert b"canary-xxx" not in later.path.read_bytes()
    assert REQUEST["email"].encode() not in later.path.read_bytes()
    back_up(site.var, folder, KEEP, NOW + 13 * DAY)
    assert files_with(folder, b"canary-xxx") == 1
    last = back_up(site.var, folder, KEEP, NOW + 14 * DAY)
    assert [path.name for path in last.removed] == ["plainsite-20260302T080000Z.tar"]
    assert files_with(folder, b"canary-xxx") == 0


def files_with(folder: Path, text: bytes) -> int:
    return sum(text in path.read_bytes() for path in folder.iterdir())


def test_only_its_own_files_are_deleted(site, folder):
    folder.mkdir()
    others = ("notes.txt", "plainsite-20200101.tar", "plainsite-20200101T000000Z.tar.gz")
    for name in others:
        (folder / name).write_text("keep me")
    old = folder / "plainsite-20200101T000000Z.tar"
    old.write_text("an old one")
    LastRun(site.var / "retention.json").write(NOW.date())
    assert back_up(site.var, folder, KEEP, NOW).removed == (old,)
    assert all((folder / name).exists() for name in others)


def test_a_backup_that_was_killed_leaves_no_file(site, folder, tmp_path):
    """Killed at many moments; each time there is a whole file or none."""
    send(site.app.test_client(), REQUEST | {"message": "x" * 1_500})
    code = (
        "import datetime, pathlib, sys; from analytics.storage.backups import back_up;"
        "from policy.durations import Duration;"
        "print('ready', flush=True);"
        "[back_up(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), Duration(1, 'months'),"
        " datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=n))"
        " for n in range(int(sys.argv[3]), 10**6)]"
    )
    for number in range(6):
        command = [sys.executable, "-c", code, site.var, folder, str(number * 10_000)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.02 + number * 0.013)
            while number == 5 and not any(folder.glob("plainsite-*.tar")):
                time.sleep(0.01)  # On a busy machine none was made so far.
            os.kill(process.pid, signal.SIGKILL)
    made = sorted(folder.glob("plainsite-*.tar"))
    assert made
    for left in folder.glob(".making-*"):
        os.utime(left, (0, 0))
    back_up(site.var, folder, Duration(12, "months"), NOW)
    assert {path.suffix for path in folder.iterdir()} == {".tar"}, "nor what it had begun"
    for number, path in enumerate(made):
        restore(path, tmp_path / f"restored {number}")


def test_nothing_there_is_overwritten(site, folder):
    """Restoring beside databases that are there would lose one or the other."""
    made = back_up(site.var, folder, KEEP, NOW)
    before = everything(site.var)
    with pytest.raises(BackupError, match="exists: stop the service and move it away"):
        restore(made.path, site.var)
    assert everything(site.var) == before


def damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = data.index(b"SQLite format 3") + 4_096
    data[middle : middle + 3_000] = b"\xff" * 3_000
    path.write_bytes(data)


def with_another_file(path: Path) -> None:
    with tarfile.open(path, "a") as tar:
        tar.add(ROOT / "LICENSE", "../LICENSE")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (damaged, "damaged|malformed"),
        (with_another_file, "other files in it"),
        (lambda path: path.write_bytes(b"no tar"), "was not restored"),
        (lambda path: path.write_bytes(path.read_bytes()[:5_000]), "was not restored"),
    ],
)
def test_what_is_no_whole_backup_is_refused(site, folder, tmp_path, harm, says):
    """And nothing is put in place."""
    path = back_up(site.var, folder, KEEP, NOW).path
    harm(path)
    with pytest.raises(BackupError, match=says):
        restore(path, tmp_path / "restored")
    assert list((tmp_path / "restored").iterdir()) == []


def test_the_commands(site, folder, tmp_path, monkeypatch):
    """As an operator types them; both say what they did, and what to do where they could not."""
    monkeypatch.setenv("PLAINSITE_VAR", str(site.var))
    made = CliRunner().invoke(build.main, ["data", "backup", str(folder)])
    assert made.exit_code == 0, made.output
    (path,) = folder.iterdir()
    assert f"Wrote {path}" in made.output
    refused = CliRunner().invoke(build.main, ["data", "restore", str(path)])
    assert (refused.exit_code, "move it away" in refused.output) == (1, True)
    monkeypatch.setenv("PLAINSITE_VAR", str(tmp_path / "new"))
    empty = CliRunner().invoke(build.main, ["data", "backup", str(folder)])
    assert (empty.exit_code, "start the service once" in empty.output) == (1, True)
    restored = CliRunner().invoke(build.main, ["data", "restore", str(path)])
    assert restored.exit_code == 0, restored.output
    assert "Restored" in restored.output
    assert everything(tmp_path / "new") == everything(site.var, without=(MARK,))


def test_one_database_is_put_back_and_the_rest_stays(site, folder, tmp_path, monkeypatch):
    """As where one server of several has lost its part of the counters."""
    monkeypatch.setenv("PLAINSITE_VAR", str(site.var))
    path = back_up(site.var, folder, KEEP, NOW).path
    words = ["data", "restore", str(path), "--only", "counters"]
    refused = CliRunner().invoke(build.main, words)
    assert (refused.exit_code, "counters.sqlite3 exists" in refused.output) == (1, True)
    counters = site.var / "counters.sqlite3"
    counters.rename(tmp_path / "away")
    before = {each.name: each.read_bytes() for each in site.var.iterdir() if "records" in each.name}
    before["secret.key"] = (site.var / "secret.key").read_bytes()
    restored = CliRunner().invoke(build.main, words)
    assert restored.exit_code == 0, restored.output
    assert counters.is_file()
    assert {name: (site.var / name).read_bytes() for name in before} == before


def test_a_backup_that_does_not_say_whose_it_is_is_restored(site, folder, tmp_path):
    """Those of earlier versions do not; and what says it is read by those."""
    made = back_up(site.var, folder, KEEP, NOW)
    restore(made.path, tmp_path / "restored", owners=("https://south.example",))
    assert everything(tmp_path / "restored") == everything(site.var, without=(MARK,))
    told = back_up(site.var, folder, KEEP, NOW + DAY, owner="https://north.example")
    with tarfile.open(told.path) as tar:
        assert {*tar.getnames()} == {*DATABASES, "secret.key"}
    with pytest.raises(BackupError, match=r"is of the site https://north\.example, not of"):
        restore(told.path, tmp_path / "again", owners=("https://south.example",))
    restore(told.path, tmp_path / "again", owners=("https://NORTH.example",))
