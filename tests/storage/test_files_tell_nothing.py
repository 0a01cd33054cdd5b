"""What is at rest tells nothing: no file, free page or journal says what came together, or when.

The attack takes every file beside a database, and the backup, and looks where the bytes of each
value stand: how often, first and last in the file, and in which order within their pages. Each is
compared with the truth. On a write-ahead log it finds the whole order, which the last tests show.

What an engine must keep for a while, the register declares as a `[[window]]`: the attack comes when
it is over, and after the next start where the service was killed.
"""

from __future__ import annotations

import datetime
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analytics.storage.backups import back_up
from analytics.visits.model import Dimension, Increment
from policy import read_site
from policy.durations import Duration
from tests.contacts.test_contacts_crash import SERVING as SERVES
from tests.contacts.test_contacts_crash import post_form
from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.small_site import ROOT, SmallSite

REGISTER = read_site(ROOT).register
HITS = SENDERS = 57
PAGE = 4_096
HOUR = 500_000
TOGETHER = (
    Dimension.PAGE,
    Dimension.ENTRY,
    Dimension.SOURCE,
    Dimension.BROWSER,
    Dimension.SYSTEM,
    Dimension.DEVICE,
)
CHANCE = 4.5 / HITS**0.5
"""Further from nought than this, a correlation by chance is seen once in 150,000 tries."""


def names(chance: random.Random) -> list[str]:
    """One for each that comes: the alphabet tells nothing about their order."""
    return [f"{chance.getrandbits(48):012x}" for _ in range(HITS)]


def readings(data: bytes, values: list[str]) -> Iterator[tuple[str, list[float]]]:
    """Whatever the bytes may tell: for each reading, a number for each value."""
    found = {value: [*places(data, value.encode())] for value in values}
    if any(len(at) == 0 for at in found.values()):
        return
    yield "how often", [len(found[value]) for value in values]
    yield "first in the file", [found[value][0] for value in values]
    yield "last in the file", [found[value][-1] for value in values]
    for name, of in (("first", 0), ("last", -1)):
        yield (
            f"{name}, by page",
            [found[value][of] // PAGE * PAGE - found[value][of] % PAGE for value in values],
        )


def places(data: bytes, value: bytes) -> Iterator[int]:
    at = data.find(value)
    while at >= 0:
        yield at
        at = data.find(value, at + 1)


def correlation(one: Iterable[float], other: Iterable[float]) -> float:
    """Spearman's, from -1 to 1; nought where one of them says nothing."""
    a, b = ranks([*one]), ranks([*other])
    mean = (len(a) - 1) / 2
    spread = (sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)) ** 0.5
    return sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True)) / spread if spread else 0


def ranks(numbers: list[float]) -> list[float]:
    """Each number's place among all; those that are equal share theirs."""
    places_of: dict[float, list[int]] = {}
    for place, number in enumerate(sorted(numbers)):
        places_of.setdefault(number, []).append(place)
    return [sum(places_of[number]) / len(places_of[number]) for number in numbers]


def order_told(files: dict[str, bytes], values: list[str]) -> dict[str, float]:
    """What tells in which order the values came."""
    return {
        f"{file}: {reading}": told
        for file, data in files.items()
        for reading, numbers in readings(data, values)
        for told in [correlation(numbers, range(len(values)))]
        if abs(told) > CHANCE
    }


def company_told(files: dict[str, bytes], some: list[str], others: list[str]) -> dict[str, float]:
    """What tells which of `others` came with which of `some`."""
    return {
        f"{file}: {reading}": told
        for file, data in files.items()
        for (reading, one), (_, other) in zip(
            readings(data, some), readings(data, others), strict=False
        )
        for told in [correlation(one, other)]
        if abs(told) > CHANCE
    }


def at_rest(*folders: Path) -> dict[str, bytes]:
    """Every file, and every file in an archive."""
    files = {}
    for path in sorted(path for folder in folders for path in folder.iterdir()):
        files[path.name] = path.read_bytes()
        if path.suffix == ".tar":
            with tarfile.open(path) as archive:
                for member in archive:
                    inner = archive.extractfile(member)
                    assert inner is not None
                    files[f"{path.name}/{member.name}"] = inner.read()
    return files


def backed_up(site: SmallSite, folder: Path) -> Path:
    now = datetime.datetime.fromtimestamp(site.clock(), datetime.UTC)
    return back_up(site.var, folder, Duration(14, "days"), now).path.parent


def rewritten(site: SmallSite) -> None:
    """Wait until the records were written anew, which follows each change by itself, and within
    the declared window (`test_rewriting.py` has that with a clock of its own)."""
    deadline = time.monotonic() + REGISTER.window("records").keep.seconds
    while site.service.stores.rewriter.due:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    site.service.stores.rewriting.close()


@pytest.mark.promise("P4")
def test_single_hits_leave_neither_order_nor_company(tmp_path: Path) -> None:
    """57 hits, one after the other, each with its own page, source and browser."""
    chance = random.Random(5)
    cells = {dimension: names(chance) for dimension in TOGETHER}
    with form_site(tmp_path / "site") as site:
        site.service.stores.counters_rewriting.close()  # Its journals would be looked at, too.
        for number in range(HITS):
            site.service.counters.add(
                HOUR, [Increment(each, cells[each][number], views=1) for each in TOGETHER]
            )
            journal = site.var / "counters.sqlite3-journal"
            assert not any(journal.read_bytes()), "overwritten before the visitor is answered"
        files = at_rest(site.var, backed_up(site, tmp_path / "backups"))
        assert any(cells[Dimension.PAGE][0].encode() in data for data in files.values())
        for dimension in TOGETHER:
            assert order_told(files, cells[dimension]) == {}
            assert company_told(files, cells[Dimension.PAGE], cells[dimension]) == {} or (
                dimension is Dimension.PAGE
            )


@pytest.mark.promise("P4")
@pytest.mark.parametrize("killed", [False, True])
def test_submissions_leave_no_order(tmp_path: Path, killed: bool) -> None:
    """57 forms, one after the other; also where the process ends without closing anything."""
    emails = [f"{name}@example.org" for name in names(random.Random(6))]
    with form_site(tmp_path / "site") as site:
        client = site.app.test_client()
        for email in emails:
            site.service.rate_limiter.forget()
            assert send(client, REQUEST | {"email": email}).status_code == 303
        rewritten(site)
        folders = [site.var]
        if not killed:
            site.service.close()
            folders.append(backed_up(site, tmp_path / "backups"))
        assert order_told(at_rest(*folders), emails) == {}
        assert not any((site.var / "records.sqlite3-journal").read_bytes())


SERVING = (
    """
from analytics.storage.rewriting import Rewriter
Rewriter.__call__ = lambda self: None  # It is killed within the window, however slow all is.
"""
    + SERVES
)


@pytest.mark.promise("P4")
def test_a_service_that_is_killed_leaves_an_order_until_the_next_start(tmp_path: Path) -> None:
    """As the register says. A backup tells it at no time, one of the killed service's files too."""
    emails = [f"{name}@example.org" for name in names(random.Random(7))]
    with form_site(tmp_path):
        pass
    folders = (ROOT, tmp_path / "public", tmp_path / "var")
    command = [sys.executable, "-c", SERVING, *map(str, folders)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        for number, email in enumerate(emails):
            assert b" 303 " in post_form(port, f"127.0.0.{number // 10 + 2}", email)
        process.kill()
    left = {"records.sqlite3": (tmp_path / "var/records.sqlite3").read_bytes()}
    assert max(map(abs, order_told(left, emails).values())) > 0.5, "the attack would see it"
    keep, when = Duration(14, "days"), datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
    back_up(tmp_path / "var", tmp_path / "while dead", keep, when)
    assert order_told(at_rest(tmp_path / "while dead"), emails) == {}
    with form_site(tmp_path) as site:
        rewritten(site)
        after = at_rest(site.var, backed_up(site, tmp_path / "after"))
    assert all(email.encode() in after["records.sqlite3"] for email in emails)
    assert order_told(after, emails) == {}


COUNTING = """
import json, os, signal, sys
from pathlib import Path
from analytics.storage.sqlite_file import SQLiteFile
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.sqlite import Counters
from policy import read_site

path, root, hour, cells = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
cells = {Dimension(name): values for name, values in json.loads(cells).items()}
counters = Counters(path, read_site(root).register)
last = len(next(iter(cells.values()))) - 1
for number in range(last + 1):
    if number == last:  # Committed, and not overwritten yet.
        SQLiteFile.overwrite_journal = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    hits = [Increment(each, values[number], views=1) for each, values in cells.items()]
    counters.add(hour, hits)
"""


@pytest.mark.promise("P4")
def test_a_counter_that_is_killed_leaves_a_journal_until_the_next_start(tmp_path: Path) -> None:
    """The worst moment: the last hit is committed, and what it replaced is not overwritten."""
    chance = random.Random(8)
    cells = {dimension: names(chance) for dimension in TOGETHER}
    with form_site(tmp_path):
        pass
    path = tmp_path / "var/counters.sqlite3"
    told = json.dumps({str(each): values for each, values in cells.items()})
    command = [sys.executable, "-c", COUNTING, str(path), str(ROOT), str(HOUR), told]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    journal = path.with_name("counters.sqlite3-journal")
    assert any(journal.read_bytes()), "the worst moment was met"
    with form_site(tmp_path) as site:
        site.service.retention_thread.close()
        files = at_rest(site.var, backed_up(site, tmp_path / "backups"))
    assert not any(files.get("counters.sqlite3-journal", b""))
    for dimension in TOGETHER:
        assert order_told(files, cells[dimension]) == {}
        if dimension is not Dimension.PAGE:
            assert company_told(files, cells[Dimension.PAGE], cells[dimension]) == {}


def written_as_before(path: Path, cells: dict[Dimension, list[str]], hits: int = HITS) -> None:
    """As version 0.1 wrote: with a write-ahead log, a row beside the one that came before."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE counters (hour, dimension, cell, views, PRIMARY KEY"
            " (hour, dimension, cell)) WITHOUT ROWID"
        )
        for number in range(hits):
            for dimension in TOGETHER:
                row = (HOUR, str(dimension), cells[dimension][number])
                database.execute("INSERT INTO counters VALUES (?, ?, ?, 1)", row)
            database.commit()
        for beside in path.parent.glob(f"{path.name}*"):
            (path.parent / f"copy of {beside.name}").write_bytes(beside.read_bytes())


def test_on_a_write_ahead_log_the_attack_finds_everything(tmp_path: Path) -> None:
    """So it would see it here."""
    chance = random.Random(5)
    cells = {dimension: names(chance) for dimension in TOGETHER}
    written_as_before(tmp_path / "counters.sqlite3", cells)
    files = at_rest(tmp_path)
    log = {name: data for name, data in files.items() if name.endswith("-wal")}
    assert max(abs(told) for told in order_told(log, cells[Dimension.PAGE]).values()) > 0.9
    told = company_told(log, cells[Dimension.PAGE], cells[Dimension.SOURCE])
    assert max(abs(each) for each in told.values()) > 0.9


def test_in_a_page_as_sqlite_fills_it_the_attack_finds_the_order(tmp_path: Path) -> None:
    """Which is why the files are written anew."""
    chance = random.Random(5)
    cells = {dimension: names(chance) for dimension in TOGETHER}
    written_as_before(tmp_path / "counters.sqlite3", cells, hits=8)  # One page holds them.
    data = (tmp_path / "counters.sqlite3").read_bytes()
    few = cells[Dimension.PAGE][:8]
    numbers = [-float(data.find(value.encode()) % PAGE) for value in few]
    assert correlation(numbers, range(8)) > 0.9
