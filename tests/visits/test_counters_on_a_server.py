"""What counters on a server must do, whichever one it is: several collectors at once, and a server
that goes away and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import CounterStore
from analytics.visits.store.cells import number_of
from analytics.visits.store.clickhouse import ClickHouseCounters
from analytics.visits.store.postgresql import PostgreSQLCounters
from policy import read_site
from tests.fixtures import clickhouse, postgresql
from tests.fixtures.collectors import acknowledged, collectors, counted, wait_until
from tests.fixtures.small_site import ROOT, small_site

REGISTER = read_site(ROOT).register
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)


@dataclass(frozen=True)
class Engine:
    """What the tests of a process share, what is made for one alone, the store that speaks to it,
    and how many `hits` each thread of a collector adds: as many as it commits in some seconds."""

    shared: Callable[[], Any]
    own: Callable[[], Any]
    store: Callable[[URL], CounterStore]
    hits: int


def on_clickhouse(url: URL) -> CounterStore:
    return ClickHouseCounters(url, REGISTER)


ENGINES = {
    "postgresql": Engine(
        postgresql.server,
        postgresql.Server,
        lambda url: PostgreSQLCounters(url, REGISTER),
        hits=60,
    ),
    "clickhouse": Engine(clickhouse.server, clickhouse.Server, on_clickhouse, hits=20),
    "clickhouse on two": Engine(clickhouse.shards, clickhouse.Shards, on_clickhouse, hits=20),
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@pytest.fixture
def url(engine: Engine, tmp_path: Path) -> URL:
    """Where nothing is yet."""
    found: URL = engine.shared().address(tmp_path)
    return found


@pytest.fixture
def own(engine: Engine) -> Iterator[Any]:
    """A server that nobody else uses."""
    server = engine.own()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("engine", "number"),
    [
        *(("postgresql", number) for number in (2, 4)),
        ("clickhouse", 2),
        *(("clickhouse on two", number) for number in (2, 4)),
    ],
    indirect=["engine"],
)
def test_several_collectors_at_once_are_exact(engine: Engine, url: URL, number: int) -> None:
    """Each cell, each pair, each total and each consent is the sum of what they were told is
    counted; none failed for another, though all began with the same new names in empty tables."""
    told = acknowledged(collectors(url, number, engine.hits))
    with closing(engine.store(url)) as counters:
        assert told.total() == number * 4 * engine.hits
        assert counted(counters) == told
        assert sum(row.visits for row in counters.series(0, 10**9)) == told.total()
        (consents,) = counters.consents()
        assert (consents.version, consents.given) == (1, told.total())
        pair = number_of(Dimension.PAGE, Dimension.SOURCE)
        with counters.database.engine.connect() as connection:
            query = f"SELECT sum(views) FROM running WHERE pair = {pair}"
            assert connection.exec_driver_sql(query).scalar_one() == told.total()


def test_no_goal_is_reached_by_more_visits_than_began_whoever_counts(
    engine: Engine, url: URL
) -> None:
    """Two collectors read how many began, and both add: none reads what the other is changing."""
    with closing(engine.store(url)) as one, closing(engine.store(url)) as other:
        one.add(5, [VIEW])
        goal = Increment(Dimension.GOAL, "asked", visits=1, times=1)
        for each in (one, other, one, other):
            each.add(5, [goal])
        (total,) = one.totals("goal", 0, 23, 9)
        assert (total.visits, total.times) == (1, 4)


def test_a_server_that_is_killed_loses_nothing_that_was_acknowledged(
    engine: Engine, own: Any
) -> None:
    """kill -9 of the server under load: what was told is there, once, after it began again."""
    url, hits = own.address(Path("killed")), 7 * engine.hits
    processes = collectors(url, 2, hits)
    with closing(engine.store(url)) as counters:
        wait_until(lambda: len(counters.series(0, 10**9)) == 3)
        counters.rewrite()
        time.sleep(0.3)
        own.kill()
        own.start()
        told = acknowledged(processes)
        wait_until(lambda: counters.database.state.usable)
        found = counted(counters)
    assert 0 < told.total() < 2 * 4 * hits, "the server was not killed in between"
    assert told <= found
    # Of each thread the hit that waited may have been committed, and nobody could say so.
    assert (found - told).total() <= 2 * 4


def test_without_its_server_the_site_is_served_and_counts_again_once_it_is_back(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = own.address(tmp_path).render_as_string(hide_password=False)
    monkeypatch.setenv("PLAINSITE_COUNTERS", address)
    with small_site(tmp_path) as site:
        visitor = site.visitor()
        assert visitor.consent().status_code == 204
        # What fails because of the server is tried again half a minute later.
        wait_until(lambda: site.service.stores.retention.state.last_success is not None)
        own.kill()
        assert visitor.view("/").status_code == 503
        with visitor.client.get("/") as page:
            assert page.status_code == 200
        health = visitor.client.get("/healthz")
        assert health.status_code == 503
        of_two = " of 2: the server does not answer" in health.text
        assert of_two == (len(getattr(own, "servers", [own])) == 2), "it is not said which one"
        own.start()
        wait_until(lambda: site.service.counters.database.state.usable)
        assert visitor.view("/").status_code == 204
        wait_until(lambda: visitor.client.get("/healthz").status_code == 200)
        assert site.total("page")["/"]["views"] == 1
