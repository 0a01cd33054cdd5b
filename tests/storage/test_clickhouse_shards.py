"""Several ClickHouse servers that keep counters together: which ones an address may name, what
comes of one that is added, and what is said of one that is away, empty or another's."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from analytics.storage.addresses import Addresses
from analytics.storage.clickhouse_layout import Layout
from analytics.storage.clickhouse_together import Together
from analytics.storage.schema import metadata
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import StoreError
from analytics.visits.store.clickhouse import ClickHouseCounters
from policy import Fault, Faults, read_site
from tests.fixtures.clickhouse import Server, Shards, shards
from tests.fixtures.counter_stores import lived
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
TABLES = metadata(REGISTER, "counters")
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)
HOUR = 24 * 20_513
ADDRESS = "clickhouse://plainsite@one:9000/counters"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be taken up is tried again by whoever comes next, not two seconds later."""
    monkeypatch.setattr("analytics.storage.server.SECONDS_BETWEEN_TRIES", 0.0)


def opened(url: URL) -> closing[ClickHouseCounters]:
    return closing(ClickHouseCounters(url, REGISTER))


def faults(url: URL) -> list[Fault]:
    """What a check says, and whoever takes it up."""
    with opened(url) as counters:
        found = [*counters.database.check()]
        said = counters.database.state.faults
        assert [each.hint for each in said] == [each.hint for each in found]
        return found


def fill(counters: ClickHouseCounters) -> list[object]:
    """Some days of visits, of which the first have ended; what is told of them."""
    visits = lived(random.Random(1), range(HOUR, HOUR + 24 * 3), 60)
    day = datetime.date(2026, 3, 1), 1
    with ThreadPoolExecutor(64) as pool:  # All at once, so that they share commits.
        list(pool.map(lambda each: counters.add(each.hour, each.increments, consent=day), visits))
    while counters.coarsen(HOUR + 24 * 2):
        pass
    return told(counters)


def told(counters: ClickHouseCounters) -> list[object]:
    """All rows of all tables."""
    found: list[object] = []
    with counters.database.engine.connect() as connection:
        for table in TABLES.sorted_tables:
            rows = connection.exec_driver_sql(f"SELECT * FROM {table.name}")
            found.append(sorted(map(tuple, rows), key=repr))
    return found


def rows_of(server: Server, url: URL, servers: int) -> set[tuple[object, ...]]:
    """The keys of all rows of declared tables that stand on one of them."""
    layout = Layout(TABLES, servers)
    keys = ", ".join(layout.key[:-1])
    query = f"SELECT DISTINCT {keys} FROM {layout.cells} WHERE of_table < '#' OR of_table >= '$'"
    return {*server.ask(query, url.database or "")}


def without_shards(url: URL) -> URL:
    return url.difference_update_query(["shard"])


def in_order(url: URL, *order: int) -> URL:
    """The address with the servers in another order."""
    ports = [shards().ports[each] for each in order]
    first, *others = [f"127.0.0.1:{port}" for port in ports]
    told = {"shard": others}
    alone = without_shards(url).set(port=int(first.rpartition(":")[2]))
    return alone.update_query_dict(told) if others else alone


@pytest.mark.parametrize(
    "more", ["?shard=two", "?shard=two:9001&shard=three", "?secure=true&shard=[::1]:9000"]
)
def test_an_address_names_further_servers(tmp_path: Path, more: str) -> None:
    assert Addresses.of(tmp_path, {"PLAINSITE_COUNTERS": f"{ADDRESS}{more}"})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("?shard=one:9000", "it names a server twice"),
        ("?shard=one", "it names a server twice"),
        ("?shard=two&shard=two:9000", "it names a server twice"),
        ("?shard=two:port", "each shard= says HOST or HOST:PORT"),
        ("?shard=two:99999", "a port is a number from 1 to 65535"),
        ("?shard=[::1]:0", "a port is a number from 1 to 65535"),
        ("?shard=", "each shard= says HOST or HOST:PORT"),
        ("?shard=two,three", "each shard= says HOST or HOST:PORT"),
        ("?shards=two", "has no option but secure=true and shard=HOST:PORT"),
    ],
)
def test_an_address_that_cannot_be_is_said(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(Faults, match=says):
        Addresses.of(tmp_path, {"PLAINSITE_COUNTERS": f"{ADDRESS}{more}"})


def test_each_row_stands_on_one_and_people_see_the_whole_on_each(tmp_path: Path) -> None:
    url = shards().address(tmp_path)
    with opened(url) as counters:
        before = fill(counters)
        counters.rewrite()
        assert told(counters) == before
        one, two = (rows_of(each, url, 2) for each in shards().servers[:2])
        assert one.isdisjoint(two)
        assert 0.5 < len(one) / len(two) < 2
        for each in shards().servers[:2]:
            seen = each.ask("SELECT sum(visits) FROM totals", url.database or "")
            assert seen == [(60,)]
            numbers = each.ask("SELECT number FROM shards ORDER BY number", url.database or "")
            assert numbers == [(1,), (2,)]


def test_what_goes_leaves_no_server_anything(tmp_path: Path) -> None:
    """Though it was counted before others were told where it belongs, and taken away after."""
    url = shards().address(tmp_path)
    with opened(url) as counters:
        fill(counters)
        counters.rewrite()
        with counters.database.engine.begin() as connection:
            for table in TABLES.sorted_tables:
                connection.exec_driver_sql(f"DELETE FROM {table.name}")
        counters.rewrite()
        assert [rows_of(each, url, 2) for each in shards().servers[:2]] == [set(), set()]


@pytest.mark.parametrize("before", [1, 2])
def test_one_more_is_added_and_the_old_address_is_refused(tmp_path: Path, before: int) -> None:
    """What was there is told as before, and stands where it belongs; a service that still has the
    old address counts nothing, and says why."""
    old, new = shards().address(tmp_path, before), shards().address(tmp_path, before + 1)
    with opened(old) as still_there:
        wanted = fill(still_there)
        if before > 1:
            still_there.rewrite()
        still_there.add(HOUR + 90, [VIEW])
        wanted = told(still_there)
        with opened(new) as counters:
            assert counters.database.check() == ()
            assert told(counters) == wanted
            counters.rewrite()
            assert told(counters) == wanted
            on_each = [rows_of(each, new, before + 1) for each in shards().servers[: before + 1]]
            assert min(map(len, on_each)) > 10
            assert sum(map(len, on_each)) == len(set.union(*on_each))
            with pytest.raises(StoreError):
                still_there.add(HOUR + 90, [VIEW])
            (fault, *_) = still_there.database.state.faults
            named = {1: "one", 2: "2"}[before]
            says = f"the counters stand on {before + 1} servers, and the address names {named}"
            assert fault.message.endswith(says)
            counters.add(HOUR + 90, [VIEW])
            assert told(counters) != wanted


class Stopped(Exception):
    pass


@pytest.mark.parametrize("after", range(4))
def test_one_that_is_added_may_be_stopped_at_any_time(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = shards().address(tmp_path, 1), shards().address(tmp_path)
    with opened(old) as counters:
        wanted = fill(counters)
    steps = {0: "_mark", 1: "_gather", 2: "_forget_fewer", 3: "astray"}

    def stop(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(Together, steps[after], stop)
        with pytest.raises(Stopped):
            ClickHouseCounters(new, REGISTER)
    if after < 2:
        # The old address may go on, once what the new one left is deleted, as is said.
        for _ in range(9):
            if not (found := faults(old)):
                break
            for each in found:
                shards().ask(each.hint.partition(": ")[2].removesuffix(" in clickhouse-client"))
        with opened(old) as counters:
            assert told(counters) == wanted
    with opened(new) as counters:
        assert told(counters) == wanted
        counters.rewrite()
        assert told(counters) == wanted


def test_a_gathering_that_is_stopped_before_the_old_table_goes_is_made_again(
    tmp_path: Path,
) -> None:
    """The rows are in the old and in the new one: the old one counts."""
    old, new = shards().address(tmp_path, 1), shards().address(tmp_path)
    with opened(old) as counters:
        wanted = fill(counters)
    layout = Layout(TABLES, 2)
    for each in shards().servers[:2]:
        each.ask(layout.create(layout.cells), new.database or "")
    keys, sums = (", ".join(each) for each in (layout.key[:-1], layout.sums))
    moved = f"INSERT INTO {layout.cells} ({keys}, {sums}) SELECT {keys}, {sums} FROM cells_1"
    shards().ask(moved, new.database or "")
    shards().servers[1].ask(
        "CREATE VIEW shard AS SELECT toUInt8(2) AS number, 'x' AS of", new.database or ""
    )
    shards().ask("CREATE VIEW shard AS SELECT toUInt8(1) AS number, 'x' AS of", new.database or "")
    with opened(new) as counters:
        assert told(counters) == wanted


def test_servers_in_another_order_or_number_are_refused(tmp_path: Path) -> None:
    url = shards().address(tmp_path)
    with opened(url) as counters:
        counters.add(HOUR, [VIEW])
    for order, says in (
        ((0,), "the counters stand on 2 servers, and the address names one"),
        ((1,), "the counters stand on 2 servers, and the address names one"),
        ((1, 0), "it is server 2 of the counters, and not 1 as the address says"),
    ):
        fault = faults(in_order(url, *order))[0]
        assert fault.message == says
        assert fault.hint.startswith("write the address with all of them, in the order in which")
    three = shards().address(tmp_path, 3)
    assert "not 1 as the address" in faults(in_order(three, 1, 0, 2))[0].message
    twice = url.update_query_dict({"shard": f"localhost:{shards().ports[0]}"})
    assert "it is server 1 of the counters, and not 2" in faults(twice)[0].message


def test_one_server_under_two_names_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    url = shards().address(tmp_path)
    port = shards().ports[0]
    twice = url.update_query_dict({"shard": f"localhost:{port}"})
    (fault,) = faults(twice)
    assert fault.path == f"{url.database} at localhost:{port}"
    assert fault.message == f"it is the same server as 127.0.0.1:{port}"
    tables = f"SELECT name FROM system.tables WHERE database = '{url.database}'"
    assert shards().ask(tables) == []


def test_one_that_keeps_other_counters_is_not_taken(tmp_path: Path) -> None:
    """Those of one server, or of others."""
    url = shards().address(tmp_path / "one")
    with opened(shards().address(tmp_path / "two")) as counters:
        counters.add(HOUR, [VIEW])
    with opened(url) as counters:
        counters.add(HOUR, [VIEW])
    other = in_order(url, 1).set(database=shards().address(tmp_path / "alone", 2).database)
    with opened(other) as counters:
        counters.add(HOUR, [VIEW])
    (fault, *_) = faults(in_order(url, 0, 1).set(database=other.database))
    assert fault.message == "it has counters of its own"
    second = shards().servers[1]
    second.ask("DROP TABLE shard", url.database or "")
    second.ask("CREATE VIEW shard AS SELECT toUInt8(2) AS number, 'x' AS of", url.database or "")
    (fault, *_) = faults(url)
    assert fault.message == "it belongs to other counters than the first one"


@pytest.mark.parametrize("at", [0, 1])
def test_one_that_lost_what_it_held_is_said(tmp_path: Path, at: int) -> None:
    """Also to a service that does not know what was there. What the hint says mends it."""
    url = shards().address(tmp_path)
    with opened(url) as counters:
        fill(counters)
        counters.rewrite()
    server = shards().servers[at]
    server.ask(f"DROP DATABASE {url.database}")
    server.ask(f"CREATE DATABASE {url.database}")
    (fault,) = faults(url)
    assert fault.path == f"{url.database} at 127.0.0.1:{server.port}"
    assert 'has lost the table "cells_1_of_2", with what it held' in fault.message
    assert "on each of the servers" in fault.hint
    for each in shards().servers[:2]:
        for statement in fault.hint.partition(" in clickhouse-client")[0].split(" and "):
            each.ask(statement)
    with opened(url) as counters:
        assert counters.database.check() == ()
        counters.add(HOUR, [VIEW])


def test_what_others_made_on_one_of_them_is_left_as_it_is(tmp_path: Path) -> None:
    url = shards().address(tmp_path)
    second = shards().servers[1]
    second.ask("CREATE TABLE cells_1_of_2 (who String) ENGINE = Log", url.database or "")
    (fault,) = faults(url)
    assert "it has counters of its own" in fault.message
    second.ask("DROP TABLE cells_1_of_2", url.database or "")
    second.ask("CREATE TABLE names (who String) ENGINE = Log", url.database or "")
    (fault,) = faults(url)
    assert fault.path == f"{url.database} at 127.0.0.1:{second.port}"
    assert 'the table "names" of ' in fault.message
    tables = f"SELECT name FROM system.tables WHERE database = '{url.database}'"
    assert shards().ask(tables) == []


def test_a_register_that_changed_is_followed_by_each(tmp_path: Path) -> None:
    """And each row still belongs where it stands: what goes afterwards is gone."""
    url = shards().address(tmp_path)
    with opened(url) as counters:
        wanted = fill(counters)
        counters.rewrite()
    for each in shards().servers[:2]:
        each.ask("ALTER TABLE cells_1_of_2 DROP COLUMN engaged_ms_sum", url.database or "")
    with opened(url) as counters:
        assert counters.database.check() == ()
        found = told(counters)
        assert [len(each) for each in found] == [len(each) for each in wanted]  # type: ignore[arg-type]  # rows
        counters.add(HOUR + 90, [VIEW])
        with counters.database.engine.begin() as connection:
            for table in TABLES.sorted_tables:
                connection.exec_driver_sql(f"DELETE FROM {table.name}")
        counters.rewrite()
        assert [rows_of(each, url, 2) for each in shards().servers[:2]] == [set(), set()]


@pytest.fixture
def own() -> Iterator[Shards]:
    found = Shards()
    yield found
    found.stop()


def test_one_that_is_away_or_knows_no_others_is_named(own: Shards, tmp_path: Path) -> None:
    """Nothing is told that would leave out what it has, and nothing is counted without it."""
    url, second = own.address(tmp_path), own.servers[1]
    with opened(url) as counters:
        counters.add(HOUR, [VIEW])
        counters.rewrite()
        second.kill()
        with pytest.raises(StoreError):
            counters.add(HOUR, [VIEW])
        (fault,) = counters.database.state.faults
        assert fault.path == f"{url.database} at 127.0.0.1:{second.port}"
        assert fault.message == "server 2 of 2: the server does not answer"
        clusters = second.folder / "config.d" / "clickhouse-shards.xml"
        known = clusters.read_text()
        clusters.write_text(known.replace("plainsite_2", "others"))
        second.start()
        (fault,) = counters.database.state.faults
        assert fault.path == f"{url.database} at 127.0.0.1:{second.port}"
        assert fault.message == "server 2 of 2: its configuration has no <plainsite_2> of 2 servers"
        second.kill()
        ports = f"<port>{own.ports[0]}<", f"<port>{own.ports[2]}<"
        clusters.write_text(known.replace(*ports))
        second.start()
        (fault,) = counters.database.state.faults
        assert fault.message == "server 2 of 2: the server does not reach the others"
        second.kill()
        clusters.write_text(known)
        second.start()
        counters.add(HOUR, [VIEW])
        assert [row.visits for row in counters.series(0, 10**7)] == [2]


def test_each_site_has_a_database_of_its_own_on_each(tmp_path: Path) -> None:
    """Beside the one that the address names, and whoever comes first makes it."""
    url = shards().address(tmp_path)
    north, south = (url.update_query_dict({"site": name}) for name in ("north", "south"))
    with opened(north) as counters, opened(south) as other:
        fill(counters)
        other.add(HOUR, [VIEW])
        counters.rewrite()
        other.rewrite()
        assert [row.visits for row in other.series(0, 10**7)] == [1]
    names = {f"{url.database}_north", f"{url.database}_south", str(url.database)}
    for each in shards().servers[:2]:
        found = {str(name) for (name,) in each.ask("SHOW DATABASES")}
        assert {name for name in found if name.startswith(str(url.database))} == names


def test_a_database_may_be_called_in_any_way(tmp_path: Path) -> None:
    url = shards().address(tmp_path).set(database=f"north's-{tmp_path.name[-9:]}")
    for each in shards().servers[:2]:
        each.ask(f'CREATE DATABASE "{url.database}"')
    with opened(url) as counters:
        wanted = fill(counters)
        counters.rewrite()
        assert told(counters) == wanted
