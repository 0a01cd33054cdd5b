"""The counters in PostgreSQL: several collectors, a server that goes away, and what it must be."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from analytics.storage.unusable import DatabaseUnavailable
from analytics.visits.model import MEASURES, Dimension, Increment
from analytics.visits.store.base import StoreError
from analytics.visits.store.postgresql import PostgreSQLCounters
from policy import read_site
from tests.fixtures.collectors import acknowledged, collectors, counted, wait_until
from tests.fixtures.postgresql import Server, server
from tests.fixtures.small_site import ROOT, small_site

REGISTER = read_site(ROOT).register
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)
DAY = datetime.date(2026, 3, 2)


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """An empty schema."""
    return server().address(tmp_path)


@pytest.fixture
def counters(url: URL) -> Iterator[PostgreSQLCounters]:
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        yield counters


@pytest.mark.parametrize("number", [2, 4])
def test_several_collectors_at_once_are_exact(url: URL, number: int) -> None:
    """Each cell, each total and each consent is the sum of what they were told is counted; none
    failed for another, though all began with the same new names in empty tables."""
    told = acknowledged(collectors(url, number, hits=60))
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        assert told.total() == number * 4 * 60
        assert counted(counters) == told
        assert sum(row.visits for row in counters.series(0, 10**9)) == told.total()
        (consents,) = counters.consents()
        assert (consents.version, consents.given) == (1, told.total())
        pairs = counters.write(
            lambda connection: connection.exec_driver_sql(
                "SELECT sum(views) FROM running WHERE pair = 403 OR pair = 304"
            ).scalar()
        )
        assert pairs in (None, told.total())


def test_no_goal_is_reached_by_more_visits_than_began_whoever_counts(url: URL) -> None:
    """Two collectors read how many began, and both add: none reads what the other is changing."""
    with (
        closing(PostgreSQLCounters(url, REGISTER)) as one,
        closing(PostgreSQLCounters(url, REGISTER)) as other,
    ):
        one.add(5, [VIEW])
        goal = Increment(Dimension.GOAL, "asked", visits=1, times=1)
        for each in (one, other, one, other):
            each.add(5, [goal])
        (total,) = one.totals("goal", 0, 23, 9)
        assert (total.visits, total.times) == (1, 4)


def test_a_server_that_is_killed_loses_nothing_that_was_acknowledged() -> None:
    """kill -9 of the server under load: what was told is there, once, after it began again."""
    own = Server()
    try:
        url = own.address(Path("killed"))
        processes = collectors(url, 2, hits=400)
        with closing(PostgreSQLCounters(url, REGISTER)) as counters:
            wait_until(lambda: len(counters.series(0, 10**9)) == 3)
            time.sleep(0.3)
            own.kill()
            own.start()
            told = acknowledged(processes)
            wait_until(lambda: counters.database.state.usable)
            found = counted(counters)
        assert 0 < told.total() < 2 * 4 * 400, "the server was not killed in between"
        assert told <= found
        # Of each thread the hit that waited may have been committed, and nobody could say so.
        assert (found - told).total() <= 2 * 4
    finally:
        own.stop()


def test_without_its_server_the_site_is_served_and_counts_again_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Server()
    address = own.address(tmp_path).render_as_string(hide_password=False)
    monkeypatch.setenv("PLAINSITE_COUNTERS", address)
    try:
        with small_site(tmp_path) as site:
            visitor = site.visitor()
            assert visitor.consent().status_code == 204
            own.kill()
            assert visitor.view("/").status_code == 503
            with visitor.client.get("/") as page:
                assert page.status_code == 200
            health = visitor.client.get("/healthz")
            assert health.status_code == 503
            own.start()
            wait_until(lambda: site.service.counters.database.state.usable)
            assert visitor.view("/").status_code == 204
            wait_until(lambda: visitor.client.get("/healthz").status_code == 200)
            assert site.total("page")["/"]["views"] == 1
    finally:
        own.stop()


def test_an_addition_that_fails_is_a_store_error_and_counts_nothing(
    counters: PostgreSQLCounters, url: URL
) -> None:
    """Another program holds the table for longer than a commit waits."""
    counters.add(1, [VIEW])
    schema = str(url.query["options"]).partition("=")[2]
    with psycopg.connect(server().dsn) as held:
        held.execute(f"LOCK TABLE {schema}.totals IN ACCESS EXCLUSIVE MODE".encode())
        with pytest.raises(StoreError):
            counters.add(1, [VIEW])
    counters.add(1, [VIEW])
    (row,) = counters.series(0, 9)
    assert row.visits == 2


def test_a_statement_may_have_the_signs_that_the_driver_uses(counters: PostgreSQLCounters) -> None:
    """Such as an option of a register in the statement that made a table."""
    with counters.database.engine.connect() as connection:
        ask = connection.exec_driver_sql
        assert ask("SELECT '100 %', '?'").one() == ("100 %", "?")
        assert ask("SELECT '100 %', ?::int", (5,)).one() == ("100 %", 5)


def test_each_measure_adds_up_in_one_statement(counters: PostgreSQLCounters) -> None:
    """What goes on is bounded by what began, in a row that is made and in one that is there."""
    for _ in range(2):
        amounts = dict.fromkeys(MEASURES, 3) | {"visits": 1}
        counters.add(7, [Increment(Dimension.ALL, "", **amounts)])
    (row,) = counters.series(7, 7)
    found = {name: getattr(row, name) for name in MEASURES}
    assert found == dict.fromkeys(MEASURES, 6) | {"visits": 2, "continued": 2}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("wal_recycle", "on"),
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("wal_keep_size", "64MB"),
        ("track_counts", "off"),
        ("log_statement", "mod"),
        ("log_duration", "on"),
        ("log_min_duration_statement", "0"),
        ("log_min_duration_sample", "0"),
        ("log_transaction_sample_rate", "1"),
    ],
)
def test_a_server_that_would_make_the_register_untrue_is_refused(
    tmp_path: Path, setting: str, value: str
) -> None:
    """What the hint says, typed in psql, mends it."""
    own = server()
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        (before,) = connection.execute(f"SHOW {setting}".encode()).fetchone() or ("",)
        own.set(setting, value)
        url = own.address(tmp_path)
        try:
            with closing(PostgreSQLCounters(url, REGISTER)) as counters:
                (fault,) = counters.database.check()
                assert f'the server has "{setting} = {value}"' in fault.message
                with pytest.raises(DatabaseUnavailable):
                    counters.database.take_up()
                assert fault.hint.startswith("ALTER SYSTEM SET")
        finally:
            own.set(setting, before)
        connection.execute("SELECT 1")
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        assert counters.database.check() == ()


def test_who_may_not_forget_the_log_is_told_what_to_grant(tmp_path: Path) -> None:
    url = server().address(tmp_path)
    schema = str(url.query["options"]).partition("=")[2]
    role = f"plain_{schema}"
    with psycopg.connect(server().dsn, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        connection.execute(f"ALTER SCHEMA {schema} OWNER TO {role}".encode())
        with closing(PostgreSQLCounters(url.set(username=role), REGISTER)) as counters:
            faults = counters.database.check()
            assert len(faults) == 2
            for fault in faults:
                connection.execute(fault.hint.removesuffix(" in psql").encode())
            assert counters.database.check() == ()


def test_tables_follow_the_register_and_nothing_else_may_be_there(url: URL) -> None:
    """As in a file: a column that is missing comes, what nobody declared is named, and what was
    lost is not made anew."""
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        counters.add(3, [VIEW])
    schema = str(url.query["options"]).partition("=")[2]

    def change(statement: str) -> None:
        with psycopg.connect(server().dsn, autocommit=True) as connection:
            connection.execute(f"SET search_path = {schema}".encode())
            connection.execute(statement.encode())

    change("ALTER TABLE totals DROP COLUMN engaged_ms")
    change("COMMENT ON TABLE totals IS '2 CREATE TABLE totals (hour)'")
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        (row,) = counters.series(0, 9)
        assert (row.visits, row.engaged_ms) == (1, 0)
    change("CREATE TABLE copies (who text)")
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        (fault,) = counters.database.check()
        assert 'has a table "copies" that is not declared' in fault.message
        change(fault.hint.partition(": ")[2].removesuffix(" in psql"))
        wait_until(lambda: counters.database.state.usable)
        change("DROP TABLE rare")
        counters.database.look()
        assert counters.database.lost() == ("rare",)
        assert not counters.database.state.usable
