"""A database moved between a file and a server, either way: whole, and the old one as it was."""

from __future__ import annotations

import datetime
import hashlib
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event, make_url

import build
from analytics.storage import clickhouse_arriving, in_use, moving
from analytics.storage.opening import database_at
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import CounterStore
from analytics.visits.store.query import Interval, Query
from policy import read_site
from tests.fixtures import postgresql
from tests.fixtures.counter_stores import ADDRESSES, ENGINES, EVERY, lived
from tests.fixtures.small_site import ROOT, small_site
from tests.storage.test_databases import write_old

REGISTER = read_site(ROOT).register
UTC = ZoneInfo("UTC")
MARCH = 24 * 20_513


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two moves in one folder would refuse each other, as tests run beside one another."""
    monkeypatch.setenv("PLAINSITE_VAR", str(tmp_path / "of-its-own"))


def fill(store: CounterStore) -> None:
    for visit in lived(random.Random(1), range(MARCH, MARCH + 24 * 6), 150):
        store.add(visit.hour, visit.increments, consent=(datetime.date(2026, 3, 1), 1))
    while store.coarsen(MARCH + 24 * 6):
        pass


def told(store: CounterStore) -> list[object]:
    always = {"first": 0, "last": 10**7}
    asked = [Query(**always, dimension=each) for each in (Dimension.SOURCE, Dimension.PAGE)]
    asked.append(Query(**always, interval=Interval.HOUR))
    return [*(store.rows(query) for query in asked), [*store.consents()]]


def address(engine: str, folder: Path) -> str:
    return ADDRESSES[engine](folder) or f"sqlite:///{folder}/counters.sqlite3"


def moved(source: str, target: str) -> Result:
    words = ["--root", str(ROOT), "data", "move", "counters", source, target]
    return CliRunner().invoke(build.main, words)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@pytest.mark.parametrize(
    "ways",
    [
        ("sqlite", "postgresql"),
        ("postgresql", "sqlite"),
        ("sqlite", "clickhouse on one"),
        ("clickhouse on one", "clickhouse"),
        ("clickhouse", "sqlite"),
    ],
)
def test_what_is_asked_of_the_new_place_is_answered_as_by_the_old(
    ways: tuple[str, str], tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    with closing(EVERY[ways[0]](old, REGISTER, UTC)) as store:
        fill(store)
        before = told(store)
    bytes_of = digest(old / "counters.sqlite3")
    places = address(ways[0], old), address(ways[1], new)
    for _ in range(2):  # Again, as where nobody knows whether it was done.
        done = moved(*places)
        assert done.exit_code == 0, done.output
        assert "each as it was" in done.output
    assert digest(old / "counters.sqlite3") == bytes_of
    with closing(EVERY[ways[1]](new, REGISTER, UTC)) as store:
        assert told(store) == before
        store.add(MARCH + 24 * 6, [Increment(Dimension.ALL, "", visits=1)])
    refused = moved(*places)
    assert refused.exit_code == 1
    assert "have rows already" in refused.output


def test_a_move_that_is_stopped_did_nothing_and_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, UTC)) as store:
        fill(store)
    places = address("sqlite", tmp_path), address("postgresql", tmp_path)
    copy, copied = moving._copy, []

    def stop(old: object, new: object, table: object) -> None:
        if len(copied) > 3:
            raise KeyboardInterrupt
        copied.append(table)
        copy(old, new, table)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(moving, "_copy", stop)
    assert moved(*places).exit_code != 0
    with closing(ENGINES["postgresql"](tmp_path, REGISTER, UTC)) as store:
        assert store.series(0, 10**7) == []
    monkeypatch.setattr(moving, "_copy", copy)
    assert moved(*places).exit_code == 0


def test_a_copy_that_differs_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, UTC)) as store:
        fill(store)
    copy = moving._copy

    def lose(old: object, new: object, table: object) -> None:
        copy(old, new, table)  # type: ignore[arg-type]  # as it was called
        if str(table) == "totals":
            new.exec_driver_sql("UPDATE totals SET views = views + 1")  # type: ignore[attr-defined]  # a connection

    monkeypatch.setattr(moving, "_copy", lose)
    refused = moved(address("sqlite", tmp_path), address("postgresql", tmp_path))
    assert "the copy differs in totals" in refused.output
    with closing(ENGINES["postgresql"](tmp_path, REGISTER, UTC)) as store:
        assert store.series(0, 10**7) == []


def test_a_server_is_sent_the_rows_of_a_table_as_one_stream(tmp_path: Path) -> None:
    """A statement for each row took three times as long."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with closing(ENGINES["sqlite"](tmp_path, REGISTER, UTC)) as store:
        fill(store)
    with (
        closing(database_at("counters", tmp_path / "counters.sqlite3", REGISTER)) as old,
        closing(database_at("counters", postgresql.server().address(tmp_path), REGISTER)) as new,
    ):
        new.take_up()
        event.listen(new.engine, "before_cursor_execute", note)
        rows = sum(number for number, _ in moving.move(old, new).values())
    assert rows > 1_000
    assert not [each for each in sent if each.startswith("INSERT")]


def test_a_place_that_is_none_is_named(tmp_path: Path) -> None:
    assert "there is no " in moved(f"sqlite:///{tmp_path}/none.sqlite3", "postgresql://x/y").output
    assert "this is not the address" in moved("none", "postgresql://x/y").output
    assert not (tmp_path / "none.sqlite3").exists()


def test_nothing_is_moved_while_a_service_would_go_on_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it took meanwhile would stay behind. Once it is stopped, all of it is moved."""
    target = f"sqlite:///{tmp_path}/moved.sqlite3"
    with small_site(tmp_path) as site:
        monkeypatch.setenv("PLAINSITE_VAR", str(site.var))
        source = f"sqlite:///{site.var}/counters.sqlite3"
        site.service.counters.answered(datetime.date(2026, 3, 2), 1, given=1)
        refused = moved(source, target)
        assert refused.exit_code == 1
        assert f"a service runs with {site.var}" in refused.output
        assert not (tmp_path / "moved.sqlite3").exists()
    assert moved(source, target).exit_code == 0


def test_a_service_starts_beside_another(tmp_path: Path) -> None:
    """As at each reload."""
    with small_site(tmp_path) as site:
        in_use.held(site.var).close()


def test_a_service_that_is_closed_twice_closes_nothing_of_others(tmp_path: Path) -> None:
    """Numbers of handles are used again at once."""
    with small_site(tmp_path) as site:
        site.service.close()
        pipes = [os.pipe() for _ in range(20)]
        site.service.close()
    for handle in (end for pipe in pipes for end in pipe):
        os.close(handle)


@pytest.mark.parametrize("engine", ["clickhouse on one", "clickhouse"])
def test_a_move_in_parts_that_is_stopped_counts_nothing_and_goes_on_where_it_was(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process, and no INSERT, has more rows than a part, however many there are."""
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, UTC)) as store:
        fill(store)
        before = told(store)
    monkeypatch.setattr(clickhouse_arriving, "AT_ONCE", 200)
    monkeypatch.setattr(moving, "IN_PARTS", {"yield_per": 100})
    put, sizes = clickhouse_arriving.Arriving._put, list[int]()

    def note(arriving: clickhouse_arriving.Arriving, rows: list[tuple[object, ...]]) -> None:
        if len(sizes) == 4:
            raise KeyboardInterrupt
        sizes.append(len(rows))
        put(arriving, rows)

    monkeypatch.setattr(clickhouse_arriving.Arriving, "_put", note)
    places = address("sqlite", tmp_path), address(engine, tmp_path)
    assert moved(*places).exit_code != 0
    with closing(database_at("counters", make_url(places[1]), REGISTER)) as database:
        with database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM running").scalar_one()
        assert rows == 0
    first, sizes[:] = sum(sizes), [0, 0, 0, 0, 0]
    done = moved(*places)
    assert done.exit_code == 0, done.output
    rows = int(done.output.partition(" rows")[0].replace(",", ""))
    assert first + sum(sizes) == rows
    assert max(sizes) < 400
    with closing(EVERY[engine](tmp_path, REGISTER, UTC)) as store:
        assert told(store) == before
    with closing(database_at("counters", make_url(places[1]), REGISTER)) as database:
        assert database.check() == ()
        with database.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            parts = [*clickhouse_arriving.parts_of_table(raw, "running")]
            query = "SELECT name FROM system.tables WHERE name LIKE '%moving%'"
            assert raw.ask(query)[0] == []
    assert sum(map(len, parts)) > 1_000
    assert max(map(len, parts)) < 400


def test_what_arrived_otherwise_than_it_was_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, UTC)) as store:
        fill(store)
    put = clickhouse_arriving.Arriving._put

    def lose(arriving: clickhouse_arriving.Arriving, rows: list[tuple[object, ...]]) -> None:
        put(arriving, rows[1:])

    places = address("sqlite", tmp_path), address("clickhouse", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(clickhouse_arriving.Arriving, "_put", lose)
        refused = moved(*places)
    assert "the copy differs in" in refused.output
    with closing(ENGINES["clickhouse"](tmp_path, REGISTER, UTC)) as store:
        assert store.series(0, 10**7) == []
    assert moved(*places).exit_code == 0


@pytest.mark.parametrize("engine", ["postgresql", "clickhouse on one", "clickhouse"])
def test_files_of_version_0_1_are_moved_and_stay_what_they_are(engine: str, tmp_path: Path) -> None:
    """What they have follows on the way, so that they can be gone back to with the old version."""
    write_old(tmp_path / "var")
    file = tmp_path / "var/counters.sqlite3"
    before = {each.name: each.read_bytes() for each in file.parent.iterdir()}
    done = moved(f"sqlite:///{file}", address(engine, tmp_path))
    assert done.exit_code == 0, done.output
    assert {each.name: each.read_bytes() for each in file.parent.iterdir()} == before
    with (
        closing(EVERY[engine](tmp_path, REGISTER, UTC)) as store,
        closing(sqlite3.connect(file)) as old,
    ):
        query = "SELECT cell, sum(views) FROM counters WHERE dimension = 'page' GROUP BY cell"
        views = dict(old.execute(query))
        assert views
        assert {each.cell: each.views for each in store.totals("page", 0, 10**7, 99)} == views


def test_records_of_version_0_1_are_moved_to_a_server(tmp_path: Path) -> None:
    write_old(tmp_path / "var")
    file = tmp_path / "var/records.sqlite3"
    before = digest(file)
    words = ["--root", str(ROOT), "data", "move", "records", f"sqlite:///{file}"]
    done = CliRunner().invoke(build.main, [*words, ADDRESSES["postgresql"](tmp_path)])
    assert done.exit_code == 0, done.output
    assert digest(file) == before
    url = postgresql.server().address(tmp_path)
    with (
        closing(database_at("records", url, REGISTER)) as records,
        records.engine.connect() as connection,
    ):
        found = connection.exec_driver_sql("SELECT count(*) FROM submissions").scalar_one()
    with closing(sqlite3.connect(file)) as old:
        assert old.execute("SELECT count(*) FROM submissions").fetchone() == (found,)
