"""The counters on two ClickHouse servers: what is counted on the first goes where it belongs, once,
whoever is killed meanwhile, and nobody sees any of it twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import URL, Connection

from analytics.storage import clickhouse_settling as settling
from analytics.storage.clickhouse import ClickHouse
from analytics.storage.clickhouse_client import Session
from analytics.storage.clickhouse_layout import Layout
from analytics.storage.schema import metadata
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import StoreError
from analytics.visits.store.cells import number_of
from analytics.visits.store.clickhouse import ClickHouseCounters
from analytics.visits.store.query import Query, Rows
from policy import read_site
from tests.fixtures.clickhouse import Server, shards
from tests.fixtures.collectors import acknowledged, collectors, counted
from tests.fixtures.counter_stores import lived
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
LAYOUT = Layout(metadata(REGISTER, "counters"), 2)
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)
NUMBER = 30


class Killed(Exception):
    pass


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """An empty database on two servers."""
    return shards().address(tmp_path)


@pytest.fixture
def counters(url: URL) -> Iterator[ClickHouseCounters]:
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        yield counters


def counters_of(counters: ClickHouseCounters) -> ClickHouse:
    assert isinstance(counters.database, ClickHouse)
    return counters.database


def hit(number: int) -> list[Increment]:
    return [VIEW, Increment(Dimension.SOURCE, f"site-{number}", visits=1, views=1)]


def count(counters: ClickHouseCounters) -> None:
    """Hits of which each is told from the others."""
    for number in range(NUMBER):
        counters.add(5, hit(number))


def seen(counters: ClickHouseCounters) -> tuple[int, dict[str, int]]:
    """By one question, and by one of many names."""
    (total,) = counters.series(0, 9)
    return total.visits, {row.cell: row.visits for row in counters.totals("source", 0, 9, 999)}


def once(hits: int, numbers: int = NUMBER) -> tuple[int, dict[str, int]]:
    return hits * numbers, {f"site-{number}": hits for number in range(numbers)}


def on(server: Server, statement: str, url: URL) -> None:
    server.ask(statement, url.database or "")


def marks(url: URL) -> dict[object, object]:
    found = shards().ask(settling.marks_in(LAYOUT.whole), url.database or "")
    return dict(found)


@pytest.mark.parametrize("does", [True, False])
@pytest.mark.parametrize("at", range(2))
def test_who_goes_on_ends_what_a_killed_one_began(
    counters: ClickHouseCounters, url: URL, monkeypatch: pytest.MonkeyPatch, at: int, *, does: bool
) -> None:
    """It is killed before each server does its part, and after: what is told, what is counted then
    and what is counted in the next batch are exact."""
    settle, calls = Session.settle, iter(range(9))

    def killed(session: Session, statement: str) -> None:
        last = next(calls) == at
        if does or not last:
            settle(session, statement)
        if last:
            raise Killed

    count(counters)
    with monkeypatch.context() as patched:
        patched.setattr(Session, "settle", killed)
        with pytest.raises(Killed):
            counters.rewrite()
    with closing(ClickHouseCounters(url, REGISTER)) as other:
        assert seen(other) == once(1)
        count(other)
        assert seen(counters) == seen(other) == once(2)
        other.rewrite()
        assert seen(counters) == once(2)
        assert marks(url) == {"#closed": 2, "#settled 1": 2, "#settled 2": 2}


def test_a_report_that_began_before_asks_again(counters: ClickHouseCounters) -> None:
    """Rows went to another server between two of its questions."""
    count(counters)
    asked: list[int] = []

    def ask(connection: Connection) -> list[int]:
        query = "SELECT sum(visits) FROM running"
        first = connection.exec_driver_sql(query).scalar_one()
        if not asked:
            counters.database.rewrite()
        asked.append(first)
        return [first, connection.exec_driver_sql(query).scalar_one()]

    first, second = counters._read(ask)
    assert first == second == asked[0]
    assert len(asked) == 2


def test_what_is_half_done_is_seen_by_nobody(counters: ClickHouseCounters, url: URL) -> None:
    """The second server has its rows, and the first has them still."""
    count(counters)
    on(
        shards().servers[0],
        "INSERT INTO cells_1_of_2 (of_table, there_sum) SELECT '#closed', 1",
        url,
    )
    second = Session(url.difference_update_query(["shard"]).set(port=shards().ports[1]))
    with closing(second):
        second.settle(settling.take(LAYOUT, 2, 1))
        second.settle(settling.take(LAYOUT, 2, 1))
    total = "SELECT sum(visits_sum) FROM cells_1_of_2_whole WHERE of_table = 'running'"
    ((doubled,),) = shards().ask(total, url.database or "")
    with closing(ClickHouseCounters(url, REGISTER)) as other:
        assert seen(other) == once(1)
    ((after,),) = shards().ask(total, url.database or "")
    assert doubled > after > 0


def test_many_read_and_write_while_rows_go_where_they_belong(
    counters: ClickHouseCounters, url: URL
) -> None:
    """Each report is of one moment: of all that were counted, each is in the headline and in its
    line, or in none."""
    over, wrong = list[bool](), list[list[Any]]()
    pair = number_of(Dimension.PAGE, Dimension.SOURCE)

    def settle() -> None:
        with closing(ClickHouseCounters(url, REGISTER)) as other:
            while not over:
                other.rewrite()
                time.sleep(0.1)

    def read() -> None:
        with closing(ClickHouseCounters(url, REGISTER)) as other:
            while not over:
                found = other._read(
                    lambda connection: [
                        connection.exec_driver_sql(f"SELECT sum(views) FROM {table}").scalar()
                        for table in ("totals", f"running WHERE pair = {pair}")
                    ]
                )
                if found[0] != found[1]:
                    wrong.append(found)

    threads = [Thread(target=settle), Thread(target=read)]
    for each in threads:
        each.start()
    processes = collectors(url, 2, 8)
    told = acknowledged(processes)
    over.append(True)
    for each in threads:
        each.join()
    found = counted(counters)
    # On a busy machine one may wait too long to be told: perhaps it is counted.
    assert told <= found
    assert found.total() <= 2 * 4 * 8
    assert wrong == []


def files(server: Server, url: URL) -> list[str]:
    query = "SELECT name FROM system.parts WHERE active AND table = 'cells_1_of_2'"
    found = server.ask(f"{query} AND database = '{url.database}'")
    return sorted((str(name) for (name,) in found), key=lambda name: int(name.split("_")[1]))


@pytest.mark.parametrize("at", [0, 1])
def test_a_power_cut_of_one_of_them_doubles_nothing(
    counters: ClickHouseCounters, url: URL, at: int
) -> None:
    """The file that it wrote last is gone, as where no disk had it yet, and the other one has its
    own: the second server has lost what it took, the first has what it gave away. What is counted
    afterwards is counted."""
    count(counters)
    for each in shards().servers[:2]:
        on(each, "SYSTEM STOP MERGES", url)
    with counters_of(counters)._session() as connection:
        connection.close_batch()
    server = shards().servers[at]
    before = files(server, url)
    on(server, "ALTER TABLE cells_1_of_2 DETACH PARTITION tuple()", url)
    kept = before[:-1]
    for name in kept:
        on(server, f"ALTER TABLE cells_1_of_2 ATTACH PART '{name}'", url)
    for each in shards().servers[:2]:
        on(each, "SYSTEM START MERGES", url)
    assert isinstance(counters.rows(Query(first=0, last=9, dimension=Dimension.SOURCE)), Rows)
    visits, names = seen(counters)
    assert visits in ({NUMBER} if at == 0 else {0, NUMBER})
    assert set(names.values()) <= {0, 1}
    if at == 0:
        assert (visits, names) == once(1)
    for number in range(NUMBER, NUMBER + 5):
        counters.add(5, hit(number))
    counters.rewrite()
    after, names_after = seen(counters)
    assert after == visits + 5
    assert {name: n for name, n in names_after.items() if name in names} == names
    assert [names_after[f"site-{NUMBER + number}"] for number in range(5)] == [1] * 5


def test_so_much_as_a_move_brings_goes_in_one_file(counters: ClickHouseCounters, url: URL) -> None:
    """Whatever a server takes is there wholly or not at all, however much it is."""
    for each in shards().servers[:2]:
        on(each, "SYSTEM STOP MERGES", url)
    number = 200_000
    on(
        shards().servers[0],
        "INSERT INTO cells_1_of_2 (of_table, hour_number, views_sum, batch_number)"
        f" SELECT 'totals', number + 1, 1, 1 FROM numbers({number})",
        url,
    )
    with counters_of(counters)._session() as connection:
        connection.close_batch()
    assert len(files(shards().servers[1], url)) == 1
    assert sum(row.views for row in counters.series(0, 10**7)) == number
    for each in shards().servers[:2]:
        on(each, "SYSTEM START MERGES", url)
    counters.rewrite()
    assert sum(row.views for row in counters.series(0, 10**7)) == number


def test_who_waits_too_long_for_others_has_counted_nothing(
    counters: ClickHouseCounters, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the others only have rows go where they belong."""
    count(counters)
    database = counters_of(counters)
    with database._session() as connection, closing(Session(database._urls[1])) as other:
        connection.lock()
        connection.do(lambda: connection.session.end([settling.closing_row(LAYOUT)]))
        other.begin(settles=True)
        monkeypatch.setattr("analytics.storage.clickhouse_client.BUSY_SECONDS", 0.2)
        with pytest.raises(StoreError):
            counters.add(5, [VIEW])
    assert seen(counters) == once(1)


def test_a_long_life_is_told_as_it_was(counters: ClickHouseCounters, tmp_path: Path) -> None:
    """Days end, rare values are folded, and rows go from server to server in between."""
    first = 24 * 20_513
    visits = lived(random.Random(4), range(first, first + 24 * 4), 60)
    with closing(
        ClickHouseCounters(
            shards().servers[0].address(tmp_path / "alone"), REGISTER, zone=ZoneInfo("UTC")
        )
    ) as alone:
        for store in (counters, alone):
            for number, visit in enumerate(visits):
                store.add(visit.hour, visit.increments)
                if number % 20 == 19:
                    store.rewrite()
                    while store.coarsen(visit.hour):
                        pass
            store.rewrite()
        # The mark of what has ended is drawn by chance.
        for table in LAYOUT.places.keys() - {"closings"}:
            rows = []
            for store in (counters, alone):
                with store.database.engine.connect() as connection:
                    found = connection.exec_driver_sql(f"SELECT * FROM {table}")
                    rows.append(sorted(map(tuple, found), key=repr))
            assert rows[0] == rows[1], table
