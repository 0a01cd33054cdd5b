"""Commands on sites that turn features off: their databases are those of the register."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import build
from analytics.storage.backups import BackupError, restore
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import CASES, served, use, whole_site
from tests.generator.test_build_faults import change, parts

REMEMBERED = {"build.cache", "build.cache.head"}

DATABASES = {
    "audiences": ["records", "counters"],
    "everything": [],
    "forms": ["records", "counters"],
    "staff": ["records", "counters"],
    "visits": ["records"],
}
SECONDS = 60


@pytest.fixture
def without(tmp_path: Path) -> Callable[[str], Path]:
    """A site without that feature."""
    cases = {case.stem: case for case in CASES}

    def make(feature: str) -> Path:
        root = whole_site(tmp_path / feature)
        for what, text in parts(cases[feature]):
            change(root, what, text)
        return root

    return make


def command(root: Path, *words: str) -> Result:
    return CliRunner().invoke(build.main, ["--root", str(root), *words])


@pytest.mark.parametrize("feature", [name for name in DATABASES if DATABASES[name]])
def test_a_backup_holds_the_databases_of_the_register(feature, without, tmp_path):
    """And is restored to a site that works as before."""
    root = without(feature)
    site = served(root)
    assert use(site) == []
    site.close()
    made = command(root, "data", "backup", str(tmp_path / "backups"))
    assert made.exit_code == 0, made.output
    (path,) = (tmp_path / "backups").iterdir()
    with tarfile.open(path) as tar:
        names = [name.removesuffix(".sqlite3") for name in tar.getnames()]
    assert names == [*DATABASES[feature], "secret.key"]
    shutil.move(root / "var", tmp_path / "away")
    restored = command(root, "data", "restore", str(path))
    assert restored.exit_code == 0, restored.output
    assert sorted(p.name for p in (root / "var").iterdir()) == sorted(
        [*(f"{name}.sqlite3" for name in DATABASES[feature]), "secret.key"]
    )
    both = "Both databases can be used.\n"
    assert command(root, "data", "check").output == (
        both if len(DATABASES[feature]) == 2 else "The records can be used.\n"
    )
    site = served(root)
    site.close()


def test_what_no_feature_keeps_any_more_stays_in_the_backup(without, tmp_path):
    """Nothing would ever delete it. The other way round, a database is made by the next start."""
    root, before = without("visits"), whole_site(tmp_path / "before")
    served(before).close()
    assert command(before, "data", "backup", str(tmp_path / "all")).exit_code == 0
    (path,) = (tmp_path / "all").iterdir()
    restored = command(root, "data", "restore", str(path))
    assert restored.exit_code == 0, restored.output
    assert f"Left in {path}: the counters, as no feature that is on keeps any." in restored.output
    assert not (root / "var" / "counters.sqlite3").exists()
    assert command(root, "data", "backup", str(tmp_path / "some")).exit_code == 0
    (path,) = (tmp_path / "some").iterdir()
    shutil.rmtree(before / "var")
    restored = command(before, "data", "restore", str(path))
    assert restored.exit_code == 0, restored.output
    assert f"{path} holds no counters: the next start makes them empty." in restored.output
    site = served(before)
    assert use(site) == []
    site.close()


def test_a_backup_that_lost_its_end_is_refused(tmp_path):
    """Cut between two of its files it would look like that of a site without counters."""
    root = whole_site(tmp_path / "site")
    served(root).close()
    assert command(root, "data", "backup", str(tmp_path / "backups")).exit_code == 0
    (path,) = (tmp_path / "backups").iterdir()
    with tarfile.open(path) as tar:
        starts = [member.offset for member in tar.getmembers()][1:]
    whole = path.read_bytes()
    for start in starts:
        path.write_bytes(whole[:start])
        with pytest.raises(BackupError, match="its end is missing"):
            restore(path, tmp_path / "restored")
    assert list((tmp_path / "restored").iterdir()) == []


NOTHING = "this site has no database: no feature that is on keeps anything"


@pytest.mark.parametrize(
    ("words", "says", "status"),
    [
        (("data", "backup", "backups"), NOTHING, 1),
        (("data", "restore", "LICENSE"), NOTHING, 1),
        (("data", "retention"), NOTHING, 1),
        (("data", "rotate-secret"), NOTHING, 1),
        (("data", "check"), NOTHING.capitalize(), 0),
        (("staff", "list"), 'the feature "staff" is off', 1),
        (("staff", "remove", "ada"), 'the feature "staff" is off', 1),
        (("staff", "roles", "ada", "--role", "admin"), 'the feature "staff" is off', 1),
        (("staff", "password", "ada", "--password", "x"), 'the feature "staff" is off', 1),
        (("staff", "add", "ada", "--role", "admin", "--password", "x"), '"staff" is off', 1),
        (("openapi",), '"paths": {}', 0),
        (("policy", "show"), "log.fault", 0),
        (("build",), "Built", 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_plain_site_answers_each_command_in_words(without, monkeypatch, words, says, status):
    """And keeps nothing because of it: what builds remember of the site is no data."""
    root = without("everything")
    monkeypatch.chdir(ROOT)
    assert command(root, "build").exit_code == 0
    told = command(root, *words)
    assert (says in told.output, told.exit_code) == (True, status), told.output
    assert _kept(root) == REMEMBERED


def test_the_preview_serves_a_plain_site(without):
    """As a process of its own; it names only addresses that there are."""
    root = without("everything")
    line = [sys.executable, "-u", "build.py", "--root", str(root), "serve", "--port", "0"]
    with subprocess.Popen(
        line,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            address = next(each for each in lines if each.startswith("Plainsite is at")).split()[-1]
            said = ""
            while "Ctrl-C" not in said:
                said += next(lines)
            named = [word for word in said.split() if word.startswith("http")]
            assert named == [f"{address}/", f"{address}/privacy/"]
            assert all(_status(each) == 200 for each in named)
            assert _status(f"{address}/staff/") == 404
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=SECONDS)[0]
    assert rest.endswith("Stopped.\n")
    assert process.returncode == 0
    assert _kept(root) <= REMEMBERED


def _kept(root: Path) -> set[str]:
    return {path.name for path in (root / "var").glob("*")}


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
