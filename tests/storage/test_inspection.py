"""What is wrong with a database is told before anybody needs it, and no longer than it is so."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from analytics.storage.checking import Checker
from analytics.storage.database import Name
from analytics.storage.inspection import CHECKED_BYTES, HELD_SECONDS, LOOKS, Inspection
from analytics.storage.sqlite_file import SQLiteFile
from analytics.web.log import ServiceLog
from policy import read_site
from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT, Clock, SmallSite

NAMES: tuple[Name, Name] = ("counters", "records")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be taken up is tried again by the next who asks, not two seconds later."""
    monkeypatch.setattr("analytics.storage.database.SECONDS_BETWEEN_TRIES", 0.0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """With a hit and a form in it, and nobody who looks after it: the tests look themselves."""
    with form_site(tmp_path) as site:
        stores = site.service.stores
        for task in (stores.retention, stores.rewriting, stores.checking):
            task.close()
        visitor = site.visitor()
        assert visitor.consent().status_code == visitor.view("/").status_code == 204
        assert send(site.app.test_client(), REQUEST).status_code == 303
        yield site


def look(site: SmallSite, name: Name) -> None:
    stores = site.service.stores
    (stores.records if name == "records" else stores.counters.database).look()


def why(site: SmallSite, name: Name) -> str:
    """What /healthz says of a database; empty where it works. The metrics say the same."""
    (part,) = (each for each in site.service.parts() if each.name == f"{name} database")
    told = json.loads(site.app.test_client().get("/healthz").data)["parts"][part.name]
    assert (told["works"], told.get("why", "")) == (part.works, part.why)
    assert part.works != bool(part.why)
    return part.why


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


def torn(path: Path) -> None:
    """Its first page is as it was, and those that connections remember."""
    data = bytearray(path.read_bytes())
    data[4_096:16_384] = b"\xff" * 12_288
    path.write_bytes(data)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("harm", [garbage, torn, emptied])
def test_a_file_that_is_overwritten_in_place_is_told(
    site: SmallSite, name: Name, harm: Callable[[Path], None]
) -> None:
    """Without a hit and without a form; put back, it is taken up as it was."""
    path = site.var / f"{name}.sqlite3"
    whole = path.read_bytes()
    look(site, name)
    assert why(site, name) == ""
    harm(path)
    site.service.stores.records._inspection._next_read = 0.0
    site.service.stores.counters.database._inspection._next_read = 0.0
    look(site, name)
    assert "damaged" in why(site, name) or "is gone" in why(site, name)
    path.write_bytes(whole)
    assert why(site, name) == ""
    assert site.visitor().consent().status_code == 204
    assert send(site.app.test_client(), REQUEST | {"message": "Again"}).status_code == 303


@contextmanager
def read_from_outside(path: Path, begin: str = "BEGIN") -> Iterator[None]:
    """Somebody has begun to read, and does not end: a program, or a person at a prompt."""
    with closing(sqlite3.connect(path)) as other:
        other.execute(begin)
        other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield
        other.rollback()


def test_a_reader_who_keeps_forms_from_being_stored_is_told(site: SmallSite) -> None:
    """At once when a form was answered 503, and for as long as it is so."""
    client = site.app.test_client()
    with read_from_outside(site.var / "records.sqlite3"):
        assert send(client, REQUEST | {"message": "New"}).status_code == 503
        assert why(site, "records") == "another program holds it"
        look(site, "records")
        assert why(site, "records") == "another program holds it"
    look(site, "records")
    assert why(site, "records") == ""
    assert send(client, REQUEST | {"message": "New"}).status_code == 303


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_reader_is_told_before_anybody_writes(site: SmallSite, name: Name, begin: str) -> None:
    """Once whoever came would have waited in vain; not one who reads for a moment."""
    clock = Clock(100.0)
    stores = site.service.stores
    database = stores.records if name == "records" else stores.counters.database
    database._inspection._clock = clock
    with read_from_outside(site.var / f"{name}.sqlite3", begin):
        for _ in range(LOOKS):
            look(site, name)
            assert why(site, name) == ""
            clock.now += HELD_SECONDS / (LOOKS - 1)
        look(site, name)
        assert why(site, name) == "another program holds it"
    look(site, name)
    assert why(site, name) == ""


def test_a_reader_who_comes_and_goes_holds_nobody(site: SmallSite) -> None:
    """Whatever is committed between two looks says so as well."""
    clock = Clock(100.0)
    site.service.stores.records._inspection._clock = clock
    with read_from_outside(site.var / "records.sqlite3"):
        look(site, "records")
    assert send(site.app.test_client(), REQUEST | {"message": "New"}).status_code == 303
    clock.now += HELD_SECONDS + 1
    assert why(site, "records") == ""


def test_a_journal_that_could_not_be_overwritten_is_so_within_its_window(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program had the lock at the moment after the commit."""
    journal = site.var / "counters.sqlite3-journal"
    with monkeypatch.context() as patch:
        patch.setattr(SQLiteFile, "overwrite_journal", lambda *_, **__: False)
        assert site.visitor().consent().status_code == 204
    assert any(journal.read_bytes())
    look(site, "counters")
    assert not any(journal.read_bytes())


@pytest.mark.parametrize(("window", "between"), [(60.0, 1.0), (2.0, 1.0), (1.0, 0.5)])
def test_it_is_looked_at_within_half_of_the_window(window: float, between: float) -> None:
    """That the register declares for what a journal tells."""
    log = ServiceLog(read_site(ROOT).register)
    assert Checker([], log, shortest_window=window)() == between


def test_a_file_is_read_through_once_after_it_changed(site: SmallSite) -> None:
    """And for at most a twentieth of the time; a large one is not."""
    records = site.service.stores.records
    clock, asked = Clock(0.0), []

    class Slow(sqlite3.Connection):
        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
            if "quick_check" in statement:
                asked.append(clock.now)
                clock.now += 2.0
            return super().execute(statement, *values)

    inspection = Inspection(records.file, records.tables, clock)
    with closing(sqlite3.connect(records.file.path, factory=Slow)) as connection:
        for seconds in (0.0, 10.0, 41.0, 43.0, 44.0, 90.0):
            clock.now = max(clock.now, seconds)
            inspection.see(connection)
            if seconds == 10.0:
                records.file.path.touch()
    assert asked == [0.0, 43.0]
    assert CHECKED_BYTES >= 1 << 20


def test_the_running_service_tells_it_by_itself(tmp_path: Path) -> None:
    """Nobody asks for anything but /healthz, and nothing else uses the file."""
    with form_site(tmp_path) as site:
        site.service.stores.retention.close()
        assert why(site, "counters") == ""
        garbage(site.var / "counters.sqlite3")
        deadline = time.monotonic() + PATIENCE
        while not why(site, "counters"):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_one_look_that_met_a_write_does_not_say_that_another_program_holds_it(
    site: SmallSite,
) -> None:
    """On a busy machine the next look may come when that is long over."""
    records = site.service.stores.records
    clock = Clock(0.0)
    inspection = Inspection(records.file, records.tables, clock)
    with (
        closing(sqlite3.connect(records.file.path)) as other,
        closing(records.file.connect_to_look()) as looking,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert not inspection.probe(looking)
        clock.now = 60.0
        assert not inspection.held
        for _ in range(LOOKS):
            clock.now += 1.0
            assert not inspection.probe(looking)
        assert inspection.held
        other.rollback()
        assert inspection.probe(looking)
        assert not inspection.held
