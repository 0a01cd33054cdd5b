"""The counters in ClickHouse: commits, what is seen of them, and what is gone."""

from __future__ import annotations

import datetime
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import URL, Connection
from sqlalchemy.exc import IntegrityError

from analytics.storage import clickhouse_client
from analytics.storage.clickhouse_layout import CELLS
from analytics.storage.database import open_records
from analytics.storage.retention import purge, what_is_due
from analytics.visits.model import MEASURES, Dimension, Increment
from analytics.visits.store import clickhouse, published
from analytics.visits.store.base import StoreError
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.clickhouse import ClickHouseCounters
from analytics.visits.store.query import Query
from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.clickhouse import server
from tests.fixtures.counter_stores import lived
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)
ALWAYS = {"first": 0, "last": 10**7}

HOLDING = """
import sys, time
from sqlalchemy import make_url
from analytics.storage.clickhouse_client import Session
session = Session(make_url(sys.argv[1]))
session.begin()
print("writes", flush=True)
time.sleep(600)
"""
"""A collector that stands still while it writes."""


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """An empty database."""
    return server().address(tmp_path)


@pytest.fixture
def counters(url: URL) -> Iterator[ClickHouseCounters]:
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        yield counters


def parts(url: URL) -> int:
    """How many files of rows the server has."""
    query = f"SELECT count() FROM system.parts WHERE active AND table = '{CELLS}'"
    ((number,),) = server().ask(f"{query} AND database = '{url.database}'")
    return int(number)


def test_a_commit_is_one_insert_of_one_part(counters: ClickHouseCounters, url: URL) -> None:
    """Whatever it changes, it is there wholly or not at all."""
    before = parts(url)
    hit = [VIEW, Increment(Dimension.SOURCE, "Google", visits=1, views=1)]
    counters.add(5, hit, consent=(datetime.date(2026, 3, 2), 1))
    assert parts(url) == before + 1


def test_a_collector_that_is_killed_while_it_writes_wrote_nothing_and_keeps_nobody_waiting(
    counters: ClickHouseCounters, url: URL
) -> None:
    counters.add(1, [VIEW])
    text = url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", HOLDING, text]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "writes\n"
        waiting = Thread(target=lambda: counters.add(1, [VIEW]))
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive(), "two write at once"
        holding.send_signal(signal.SIGKILL)
    waiting.join(clickhouse_client.BUSY_SECONDS)
    (row,) = counters.series(0, 9)
    assert row.visits == 2


def test_who_waits_too_long_for_others_has_counted_nothing(
    counters: ClickHouseCounters, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clickhouse_client, "BUSY_SECONDS", 0.2)
    counters.add(1, [VIEW])
    with closing(clickhouse_client.Session(url)) as other:
        other.begin()
        with pytest.raises(StoreError):
            counters.add(1, [VIEW])
    counters.add(1, [VIEW])
    (row,) = counters.series(0, 9)
    assert row.visits == 2


def test_each_measure_adds_up_and_what_goes_on_is_bounded_by_what_began(
    counters: ClickHouseCounters,
) -> None:
    for _ in range(2):
        amounts = dict.fromkeys(MEASURES, 3) | {"visits": 1}
        counters.add(7, [Increment(Dimension.ALL, "", **amounts)])
    (row,) = counters.series(7, 7)
    found = {name: getattr(row, name) for name in MEASURES}
    assert found == dict.fromkeys(MEASURES, 6) | {"visits": 2, "continued": 2}


def test_what_is_asked_while_others_write_is_of_one_moment(
    counters: ClickHouseCounters,
) -> None:
    """A report puts several questions; what was counted between two of them is in none. Where the
    server has merged it with what was there, all are put again, at last while nobody writes."""
    counters.add(5, [VIEW, Increment(Dimension.SOURCE, "Google", visits=1, views=1)])
    asked: list[int] = []
    merges = True

    def ask(connection: Connection) -> tuple[int, int]:
        query = "SELECT sum(visits) FROM totals"
        first = connection.exec_driver_sql(query).scalar_one()
        if len(asked) < clickhouse.TRIES:
            counters.add(5, [VIEW])
            if merges:
                counters.database.rewrite()
        asked.append(first)
        return first, connection.exec_driver_sql(query).scalar_one()

    first, second = counters._read(ask)
    assert first == second == 1 + clickhouse.TRIES
    assert len(asked) == clickhouse.TRIES + 1
    merges = False
    asked.clear()
    first, second = counters._read(ask)
    assert first == second
    assert len(asked) == 1


def test_a_row_that_the_register_does_not_allow_is_refused(counters: ClickHouseCounters) -> None:
    insert = "INSERT INTO struck_hours (hour, day, note) VALUES (?, ?, ?)"
    refused = "INSERT INTO pages_served VALUES ('2026-03-01', '/', 'perhaps', 1)"
    with counters.database.engine.connect() as connection:
        connection.exec_driver_sql(insert, (5, "2026-03-01", "a monitor"))
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql(refused)
    with counters.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM struck_hours").scalar_one() == 0


@pytest.mark.parametrize("text", ["it's \\ and \n \t \0 'so'", "“ä” 漢字 🙂", "-- /* ? %s"])
def test_any_text_is_kept_as_it_is(counters: ClickHouseCounters, text: str) -> None:
    counters.add(5, [VIEW, Increment(Dimension.SOURCE, text, visits=1, views=1)])
    (total,) = counters.totals("source", 0, 9, 9)
    assert total.cell == text
    asked = Query(**ALWAYS, filters=((Dimension.SOURCE, text),))
    assert counters.rows(asked).rows[0].visits == 1  # type: ignore[union-attr]  # it is kept


def test_what_goes_is_gone_from_the_files_too(counters: ClickHouseCounters, url: URL) -> None:
    """Nothing is left of rows, nor of the differences that took them away, once it was merged."""
    for visit in lived(random.Random(3), range(24 * 20_513, 24 * 20_513 + 20), 20):
        counters.add(visit.hour, visit.increments)
    with counters.database.engine.begin() as connection:
        for table in ("running", "totals", "names"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    counters.rewrite()
    tables = {table for (table,) in server().ask(f"SELECT of_table FROM {url.database}.{CELLS}")}
    assert tables & {"running", "totals", "names"} == set()


def test_what_is_published_of_it_is_what_a_file_publishes(
    counters: ClickHouseCounters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row, over several parts, after days and weeks were closed."""
    monkeypatch.setattr(published, "ROWS_AT_ONCE", 50)
    first = 24 * 20_513
    visits = lived(random.Random(4), range(first, first + 24 * 3), 90)
    calendar = Calendar(ZoneInfo("UTC"))
    with closing(Counters(tmp_path / "counters.sqlite3", REGISTER)) as file:
        told = []
        for store in (file, counters):
            with ThreadPoolExecutor(64) as pool:
                list(pool.map(lambda each, to=store: to.add(each.hour, each.increments), visits))
            while store.coarsen(first + 24 * 6):
                pass
            parts = published.published(store, calendar, 0, first + 24 * 4)
            told.append([row for part in parts for row in part])
        assert told[0] == told[1]
        assert len(told[0]) > 100


def test_the_retention_job_deletes_what_is_over(
    counters: ClickHouseCounters, tmp_path: Path
) -> None:
    counters.add(5, [VIEW, Increment(Dimension.SOURCE, "Google", visits=1, views=1)])
    records = open_records(tmp_path / "records.sqlite3", REGISTER)
    now = datetime.datetime(2026, 3, 20, 8, tzinfo=datetime.UTC)
    over = {
        due.table: (due.rows, due.over) for due in what_is_due(REGISTER, records, counters, now)
    }
    assert over["totals"] == (1, 1)
    deleted = {each.table: each.rows for each in purge(REGISTER, records, counters, now)}
    assert deleted["totals"] == 1
    assert counters.series(0, 10**7) == []
    assert purge(REGISTER, records, counters, now) == ()
    records.dispose()


def test_people_find_each_table_by_its_name(counters: ClickHouseCounters, url: URL) -> None:
    counters.add(5, [VIEW])
    found = server().ask(f"SELECT hour, visits FROM {url.database}.totals")
    assert found == [(5, 1)]
