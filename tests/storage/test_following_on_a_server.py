"""A changed register is followed on a server as in a file, and while another service writes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Connection, insert, select

from analytics.storage import catalog
from analytics.storage.migrations import STEPS
from analytics.storage.opening import database_at
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.postgresql import PostgreSQLCounters
from policy import read_site
from tests.fixtures.postgresql import Server, server
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)
HOUR = 24 * 20_513


@pytest.fixture
def own() -> Iterator[Server]:
    return server()


def forget_shapes(own: Server, url: URL, tables: list[str], steps: int = 2) -> None:
    """As though each table had been made by another statement, after as many steps."""
    schema = str(url.query["options"]).rpartition("=")[2]
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        for table in tables:
            connection.execute(f"COMMENT ON TABLE {table} IS '{steps} CREATE TABLE x (y)'".encode())


def keys_of(connection: Connection, tables: Iterable[str]) -> list[tuple[str, str]]:
    """Which tables refer to which others."""
    found = (row for each in tables for row in catalog.referring(connection, each))
    return sorted((table, says) for table, _, says in found)


@pytest.mark.parametrize("name", ["records", "counters"])
def test_every_table_can_be_made_anew_with_its_rows(own: Server, tmp_path: Path, name: str) -> None:
    """Those that foreign keys refer to as well; the keys hold afterwards as before."""
    url = own.address(tmp_path)
    with closing(database_at(name, url, REGISTER)) as before:
        before.take_up()
        tables = before.tables.tables
        if name == "records":
            with before.engine.begin() as connection:
                contact = {"id": "c1", "email": "ada@example.org"}
                connection.execute(insert(tables["contacts"]).values(contact))
        with before.engine.begin() as connection:
            keys = keys_of(connection, tables)
            shapes = catalog.shapes(connection)
    for table in tables:
        forget_shapes(own, url, [table], len(STEPS[name]))
        with closing(database_at(name, url, REGISTER)) as after:
            assert after.state.faults == ()
            with after.engine.begin() as connection:
                assert catalog.shapes(connection) == shapes
                assert keys_of(connection, tables) == keys
    if name == "records":
        assert len(keys) > 3
        with closing(database_at(name, url, REGISTER)) as after, after.engine.begin() as connection:
            emails = connection.execute(select(tables["contacts"].c.email)).scalars().all()
            assert emails == ["ada@example.org"]


def test_what_is_acknowledged_while_another_service_takes_up_the_tables_is_counted(
    own: Server, tmp_path: Path
) -> None:
    """As at each reload: the old one goes on until the new one is there."""
    url = own.address(tmp_path)
    told, over = [0], threading.Event()
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        counters.add(HOUR, [VIEW])
        names = [each.name for each in counters.database.tables.tables["totals"].columns]
        schema = str(url.query["options"]).rpartition("=")[2]
        with psycopg.connect(own.dsn, autocommit=True) as connection:
            connection.execute(f"SET search_path = {schema}".encode())
            noughts = ", ".join("0" for _ in names[1:])
            connection.execute(
                f"INSERT INTO totals ({', '.join(names)}) SELECT number, {noughts}"
                " FROM generate_series(1, 200000) number".encode()
            )

        def hit() -> None:
            while not over.is_set():
                counters.add(HOUR, [VIEW])
                told[0] += 1

        thread = threading.Thread(target=hit)
        thread.start()
        try:
            for _ in range(3):
                forget_shapes(own, url, ["totals"])
                with closing(PostgreSQLCounters(url, REGISTER)) as other:
                    assert other.database.state.usable
        finally:
            over.set()
            thread.join()
        (row,) = counters.series(HOUR, HOUR)
        assert row.visits == told[0] + 1


def test_what_a_dump_left_out_is_found_again(own: Server, tmp_path: Path) -> None:
    """`pg_dump --no-comments`: the tables are as they were, and nobody says by which version."""
    url = own.address(tmp_path)
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        counters.add(HOUR, [VIEW])
        tables = [*counters.database.tables.tables]
    schema = str(url.query["options"]).rpartition("=")[2]
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        for table in tables:
            connection.execute(f"COMMENT ON TABLE {table} IS NULL".encode())
    with closing(PostgreSQLCounters(url, REGISTER)) as counters:
        assert counters.database.state.usable
        assert counters.series(HOUR, HOUR)[0].visits == 1


def test_a_row_that_is_not_allowed_any_more_is_told_without_what_it_holds(
    own: Server, tmp_path: Path
) -> None:
    url = own.address(tmp_path)
    with closing(database_at("records", url, REGISTER)) as before:
        before.take_up()
    schema = str(url.query["options"]).rpartition("=")[2]
    with psycopg.connect(own.dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        connection.execute(b"ALTER TABLE staff RENAME TO old_staff")
        connection.execute(b"CREATE TABLE staff AS SELECT * FROM old_staff")
        connection.execute(b"DROP TABLE old_staff CASCADE")
        connection.execute(b"INSERT INTO staff (username) VALUES ('ada-byron')")
    with closing(database_at("records", url, REGISTER)) as after:
        told = " ".join(f"{each.message} {each.hint}" for each in after.check())
    assert 'has rows in "staff" that the register does not allow' in told
    assert "ada" not in told
