"""What an administrator makes on a server for one of several sites, and its user may use."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import URL

from analytics.storage.addresses import Addresses
from analytics.storage.opening import database_at
from tests.fixtures import clickhouse, postgresql
from tests.storage.test_several_sites import REGISTER, on_postgresql


def test_what_an_administrator_made_is_given_to_its_user(tmp_path: Path) -> None:
    """A schema, and then tables: each hint is typed as it stands, and then all is well."""
    address = on_postgresql(tmp_path)
    url = Addresses.of(tmp_path, {"PLAINSITE_RECORDS": address}, site="north").records
    assert isinstance(url, URL)
    dsn = f"{postgresql.server().dsn} dbname={url.database}"
    role = f"owner_{url.database}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN IN ROLE pg_checkpoint".encode())
        connection.execute(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {role}".encode())
        with closing(database_at("records", url, REGISTER)) as records:
            records.take_up()
        told = []
        for _ in range(2):
            with closing(database_at("records", url.set(username=role), REGISTER)) as records:
                (fault,) = records.check()
            told.append(fault.message)
            statement, _, again = fault.hint.removesuffix(" in psql").partition(r" \gexec")
            found = connection.execute(statement.encode())
            for (each,) in found.fetchall() if again or found.description else []:
                connection.execute(each.encode())
    assert told == [
        "the service may make no tables in its schema",
        f"its tables belong to plainsite, and not to {role}",
    ]
    with closing(database_at("records", url.set(username=role), REGISTER)) as records:
        assert records.check() == ()
        records.rewrite()


def test_a_database_of_clickhouse_may_be_called_in_any_way(tmp_path: Path) -> None:
    """And a user who may use the site's own alone needs no other."""
    server = clickhouse.server()
    server.ask('CREATE DATABASE "my-counters"')
    url = URL.create("clickhouse", "plainsite", host="127.0.0.1", port=server.port)
    url = url.set(database="my-counters", query={"site": "north"})
    with closing(database_at("counters", url, REGISTER)) as counters:
        counters.take_up()
        assert counters.check() == ()
    url = url.set(database="own")
    with closing(database_at("counters", url, REGISTER)) as counters:
        (fault,) = counters.check()
        assert fault.hint == "make it: CREATE DATABASE own_north in clickhouse-client"
        server.ask(fault.hint.removeprefix("make it: ").removesuffix(" in clickhouse-client"))
        assert counters.check() == ()
        counters.take_up()
