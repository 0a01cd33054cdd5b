"""Large tables of PostgreSQL are written anew while hits go on, and nothing is lost by it: whoever
is killed, and whatever else changes them meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import URL, Connection, Table, event
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage import postgresql_anew, postgresql_connection
from analytics.storage.moving import copy_rows, reading
from analytics.storage.postgresql_parts import parts_of
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import StoreError
from analytics.visits.store.cells import TABLES
from analytics.visits.store.closing_rows import WHOLE
from analytics.visits.store.postgresql import PostgreSQLCounters
from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.apart import HITS, count
from tests.fixtures.patience import PATIENCE
from tests.fixtures.postgresql import server
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
HOUR = 24 * 20_513
HIT = [
    Increment(Dimension.ALL, "", visits=1, views=1),
    Increment(Dimension.SOURCE, "Google", visits=1, views=1),
    Increment(TABLES[WHOLE].one, "it", visits=1, views=1),
]
GOES_ON = [
    Increment(Dimension.ALL, "", continued=1),
    Increment(Dimension.SOURCE, "Google", continued=1),
]


class Held:
    """Writing anew, that stands still once the large tables are written, until it may go on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.written, self.may_go_on = Event(), Event()
        fill: Callable[..., None] = postgresql_anew._fill

        def fill_and_wait(connection: Connection, table: Table, *rest: object) -> None:
            fill(connection, table, *rest)
            self.written.set()
            assert self.may_go_on.wait(PATIENCE)

        patch.setattr(postgresql_anew, "_fill", fill_and_wait)

    def begun(self, counters: PostgreSQLCounters) -> Thread:
        """Begin, and wait until the tables are written."""

        def rewrite() -> None:
            with suppress(SQLAlchemyError):  # As the task does, which tries again.
                counters.rewrite()

        thread = Thread(target=rewrite)
        thread.start()
        assert self.written.wait(PATIENCE)
        return thread

    def end(self, thread: Thread) -> None:
        """Let it go on, and wait for its end."""
        self.may_go_on.set()
        thread.join(PATIENCE)


@pytest.fixture
def url(tmp_path: Path) -> URL:
    return server().address(tmp_path)


@pytest.fixture
def counters(url: URL) -> Iterator[PostgreSQLCounters]:
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        counters.rewrite()
        yield counters


def rows(counters: PostgreSQLCounters) -> dict[str, int]:
    """How many rows each part of the table has that hits write to."""
    names = ["running", *parts_of("running")]
    with counters.database.engine.connect() as connection:
        ask = connection.exec_driver_sql
        return {each: ask(f"SELECT count(*) FROM ONLY {each}").scalar_one() for each in names}


def sources(counters: PostgreSQLCounters) -> Counter[str]:
    """The visits of each, and of them those that went on."""
    (found,) = counters.totals("source", HOUR, HOUR, 9)
    return Counter(visits=found.visits, continued=found.continued)


def test_hits_are_counted_while_tables_are_written_anew(
    counters: PostgreSQLCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are found at once, bounded by what was counted before, and told of no longer than by
    the next time."""
    for _ in range(3):
        counters.add(HOUR, HIT)
    held = Held(monkeypatch)
    thread = held.begun(counters)
    counters.add(HOUR, HIT)
    for _ in range(9):
        counters.add(HOUR, GOES_ON)
    assert sources(counters) == Counter(visits=4, continued=4)
    held.end(thread)
    assert sources(counters) == Counter(visits=4, continued=4)
    assert counters.rewriting_due, "what came meanwhile tells what came together"
    counters.rewrite()
    assert sources(counters) == Counter(visits=4, continued=4)
    assert sorted(rows(counters).values())[:3] == [0, 0, 0]
    assert not counters.rewriting_due


def test_a_report_that_has_some_tables_has_the_others_too(
    counters: PostgreSQLCounters, url: URL
) -> None:
    """Whoever writes anew waits for those that it has, and keeps none from it meanwhile: else the
    server would end one of the two."""
    counters.add(HOUR, HIT)
    schema = str(url.query["options"]).partition("=")[2]
    named = locked_by(counters)
    waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%TABLE%'"
    for first in range(1, len(named)):
        counters.add(HOUR, HIT)
        counters._changed.update(counters.database.tables.tables)
        with (
            psycopg.connect(server().dsn) as report,
            psycopg.connect(server().dsn, autocommit=True) as look,
        ):
            report.execute(f"SET search_path = {schema}; SET lock_timeout = 200".encode())
            report.execute(f"LOCK TABLE {', '.join(named[:first])} IN ACCESS SHARE MODE".encode())
            thread = Thread(target=counters.rewrite)
            thread.start()
            while thread.is_alive() and look.execute(waits).rowcount == 0:
                time.sleep(0.02)
            report.execute(f"LOCK TABLE {', '.join(named[first:])} IN ACCESS SHARE MODE".encode())
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert sources(counters)["visits"] == len(named)


def locked_by(counters: PostgreSQLCounters) -> list[str]:
    """The tables that a report has, in the order in which it comes to have them."""
    said = list[str]()
    with counters.database.engine.connect() as connection:

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            said.append(statement)

        event.listen(connection.engine, "before_cursor_execute", note)
        counters.series(HOUR, HOUR)
        event.remove(connection.engine, "before_cursor_execute", note)
    (statement,) = (each for each in said if each.startswith("LOCK TABLE"))
    return statement.removeprefix("LOCK TABLE ").partition(" IN ")[0].split(", ")


def test_what_closes_while_tables_are_written_anew_waits_and_is_not_lost(
    counters: PostgreSQLCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        counters.add(HOUR, HIT)
    held = Held(monkeypatch)
    writing = held.begun(counters)

    def close_days() -> None:
        while counters.coarsen(HOUR + 24 * 4):
            pass

    closing_days = Thread(target=close_days)
    closing_days.start()
    counters.add(HOUR, HIT)
    held.end(writing)
    closing_days.join(PATIENCE)
    assert not closing_days.is_alive()
    counters.rewrite()
    assert sum(each.visits for each in counters.series(HOUR, HOUR)) == 13
    with counters.database.engine.connect() as connection:
        hours = "SELECT count(*) FROM running WHERE step = 'hour'"
        assert connection.exec_driver_sql(hours).scalar_one() == 0
        told = "SELECT count(*) FROM counters WHERE step = 'day'"
        assert connection.exec_driver_sql(told).scalar_one() > 0


def test_a_service_that_starts_with_another_register_waits_and_hits_go_on(
    url: URL, counters: PostgreSQLCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that is declared otherwise is put together, and is written anew just now."""
    schema = str(url.query["options"]).partition("=")[2]
    counters.add(HOUR, HIT)
    held = Held(monkeypatch)
    writing = held.begun(counters)
    with psycopg.connect(server().dsn, autocommit=True) as connection:
        declared = f"{schema}.running".encode()
        query = b"SELECT obj_description('" + declared + b"'::regclass)"
        ((said,),) = connection.execute(query).fetchall()
        earlier = str(said).replace("visits BIGINT", "visits  INT").replace("'", "''").encode()
        connection.execute(b"COMMENT ON TABLE " + declared + b" IS '" + earlier + b"'")
    others = list[PostgreSQLCounters]()
    starting = Thread(target=lambda: others.append(PostgreSQLCounters(url, REGISTER)))
    starting.start()
    until, waited = time.monotonic() + postgresql_connection.BUSY_MS / 1e3 + 1, list[float]()
    while time.monotonic() < until:
        began = time.monotonic()
        with suppress(StoreError):
            counters.add(HOUR, GOES_ON)
        waited.append(time.monotonic() - began)
        time.sleep(0.1)
    is_waiting = starting.is_alive()
    held.end(writing)
    assert is_waiting
    assert max(waited) < 2
    starting.join(PATIENCE)
    with closing(*others) as other:
        assert not other.database.check()
        other.add(HOUR, HIT)
        other.rewrite()
        assert sources(other)["visits"] == 2


def test_a_service_that_is_killed_meanwhile_leaves_what_was_counted(
    url: URL, counters: PostgreSQLCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had written the tables, and its session ends. Another one finds all, in either part."""
    counters.add(HOUR, HIT)
    with monkeypatch.context() as patch:
        held = Held(patch)
        thread = held.begun(counters)
        counters.add(HOUR, HIT)
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND state = 'idle in transaction'"
        )
        with psycopg.connect(server().dsn, autocommit=True) as connection:
            connection.execute(query)
        held.end(thread)
    parts = rows(counters)
    assert all(parts[f"running_part_{number}"] for number in (2, 3)), "nothing was killed"
    with closing(PostgreSQLCounters(url, REGISTER)) as other:
        other.add(HOUR, HIT)
        assert sources(other)["visits"] == 3
        other.rewrite()
        assert sources(other)["visits"] == 3
        assert sorted(rows(other).values())[:3] == [0, 0, 0]


def test_a_copy_has_each_row_once(tmp_path: Path, counters: PostgreSQLCounters) -> None:
    """What hits added since the last time is a row of its own in another part."""
    counters.add(HOUR, HIT)
    counters.rewrite()
    counters.add(HOUR, HIT)
    with closing(Counters(tmp_path / "counters.sqlite3", REGISTER)) as copy:
        with reading(counters.database) as old, copy.database.engine.begin() as new:
            copy_rows(old, new, copy.database.tables)
        found = copy.totals("source", HOUR, HOUR, 9)
        assert [*found] == [*counters.totals("source", HOUR, HOUR, 9)]


def test_a_part_that_is_gone_is_told_and_not_made_anew(url: URL) -> None:
    schema = str(url.query["options"]).partition("=")[2]
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        counters.add(HOUR, HIT)
    with psycopg.connect(server().dsn, autocommit=True) as connection:
        connection.execute(f"DROP TABLE {schema}.running_part_1".encode())
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        (fault,) = counters.database.check()
        assert '"running_part_1" is gone' in fault.message
        said = fault.hint.partition("anew: ")[2].partition(" in psql")[0]
        with psycopg.connect(server().dsn, autocommit=True) as connection:
            connection.execute(f"SET search_path = {schema}".encode())
            connection.execute(said.encode())
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        assert counters.database.check() == ()


def test_rows_that_somebody_put_beside_the_others_are_kept(
    url: URL, counters: PostgreSQLCounters
) -> None:
    """The two places of what was written anew both have some."""
    count(counters)
    counters.rewrite()
    schema = str(url.query["options"]).partition("=")[2]
    with psycopg.connect(server().dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        there, empty = ("running", "running_part_1")
        if not rows(counters)["running"]:
            there, empty = empty, there
        connection.execute(f"INSERT INTO {empty} SELECT * FROM ONLY {there}".encode())
    counters.add(HOUR, HIT)
    counters.rewrite()
    with counters.database.engine.connect() as connection:
        pair = "SELECT sum(visits) FROM running WHERE step = 'hour' AND pair = 200"
        assert connection.exec_driver_sql(pair).scalar_one() == 2 * len(HITS) + 1
    assert sorted(rows(counters).values())[:3] == [0, 0, 0]
