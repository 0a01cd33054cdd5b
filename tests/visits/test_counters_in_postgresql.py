"""The counters in PostgreSQL: what it does in its own way, and what its server must be."""

from __future__ import annotations

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
from tests.fixtures.collectors import wait_until
from tests.fixtures.postgresql import server
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """An empty schema."""
    return server().address(tmp_path)


@pytest.fixture
def counters(url: URL) -> Iterator[PostgreSQLCounters]:
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        yield counters


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
        with psycopg.connect(server().dsn, autocommit=True) as elsewhere:
            elsewhere.execute(fault.hint.partition(": ")[2].removesuffix(" in psql").encode())
        wait_until(lambda: counters.database.state.usable)
        change("DROP TABLE rare CASCADE")
        counters.database.look()
        assert counters.database.lost() == ("rare",)
        assert not counters.database.state.usable
