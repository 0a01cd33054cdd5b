"""The engines of the counters side by side: one to four collectors at once, size, and reports.

    python bench/stores.py [HITS] [THREADS]

The same made-up hits, those of `bench/store.py`, are added to a SQLite file, and to a PostgreSQL
and a ClickHouse server of this run's own. PostgreSQL puts each commit on the disk, ClickHouse 18.16
never waits for that. Each collector is a process of its own that shares commits among its
threads. What was counted is compared with what was sent before
anything is said. Then a report of the whole time is asked for, with a filter and without.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import URL

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.model import Dimension, Increment  # noqa: E402  (the path comes first)
from analytics.visits.store.base import CounterStore  # noqa: E402  (as above)
from analytics.visits.store.clickhouse import ClickHouseCounters  # noqa: E402  (as above)
from analytics.visits.store.postgresql import PostgreSQLCounters  # noqa: E402  (as above)
from analytics.visits.store.query import Query  # noqa: E402  (as above)
from analytics.visits.store.sqlite import Counters  # noqa: E402  (as above)
from bench.store import FIRST, hit  # noqa: E402  (as above)
from policy import read_site  # noqa: E402  (as above)
from tests.fixtures import clickhouse  # noqa: E402  (as above)
from tests.fixtures.postgresql import Server  # noqa: E402  (as above)

COLLECTORS = (1, 2, 4)
HOURS = 48


def opened(place: Path | URL) -> CounterStore:
    register = read_site(ROOT).register
    if isinstance(place, URL) and place.drivername == "clickhouse":
        return ClickHouseCounters(place, register, zone=UTC)
    if isinstance(place, URL):
        return PostgreSQLCounters(place, register, zone=UTC)
    return Counters(place, register, zone=UTC)


def collect(place: Path | URL, number: int, hits: int, threads: int) -> float:
    """Add so many hits, as one collector; seconds from the first to the last."""
    chance = random.Random(number)
    made = [
        (
            FIRST + chance.randrange(HOURS),
            [Increment(Dimension.ALL, "", visits=1, views=1), *hit(chance)],
        )
        for _ in range(hits)
    ]
    with closing(opened(place)) as store, ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        list(pool.map(lambda each: store.add(*each), made))
        return time.perf_counter() - began


def written(place: Path | URL, collectors: int, hits: int, threads: int) -> float:
    """Hits a second of all collectors together. Fails where one was lost, or counted twice."""
    each = hits // collectors
    given = [(place, number, each, threads) for number in range(collectors)]
    with closing(opened(place)):  # It makes the tables.
        pass
    with get_context("spawn").Pool(collectors) as pool:
        seconds = max(pool.starmap(collect, given))
    with closing(opened(place)) as store:
        (total,) = store.totals("all", FIRST, FIRST + HOURS - 1, 1)
    assert total.visits == each * collectors, (total.visits, each * collectors)
    return each * collectors / seconds


def asked(place: Path | URL) -> Mapping[str, float]:
    """Milliseconds that a report takes, the median of seven after the first."""
    everything = {"first": FIRST, "last": FIRST + HOURS - 1}
    queries = {
        "report": Query(**everything, dimension=Dimension.SOURCE),
        "filtered": Query(
            **everything,
            dimension=Dimension.SOURCE,
            filters=((Dimension.DEVICE, "/value 0/"),),
        ),
    }
    with closing(opened(place)) as store:
        return {name: timed(lambda each=each: store.rows(each)) for name, each in queries.items()}


def timed(ask: Callable[[], object]) -> float:
    ask()
    found = []
    for _ in range(7):
        began = time.perf_counter()
        ask()
        found.append(1_000 * (time.perf_counter() - began))
    return median(found)


def size(place: Path | URL, server: Server, other: clickhouse.Server) -> int:
    """Bytes of the tables and their indexes; of ClickHouse once all was merged."""
    if isinstance(place, Path):
        return place.stat().st_size
    if place.drivername == "clickhouse":
        with closing(opened(place)) as store:
            store.rewrite()
        return other.bytes_of(place.database or "")
    schema = str(place.query["options"]).rpartition("=")[2]
    return server.bytes_of(schema)


def main(hits: int = 4_000, threads: int = 16) -> None:
    """Print a line for each engine and number of collectors."""
    print(f"{hits} hits, {threads} threads a collector; ms are medians of seven")
    print(f"{'':12}{'collectors':>11}{'hits/s':>9}{'kB':>8}{'report':>9}{'filtered':>10}")
    server, other = Server(), clickhouse.Server()
    try:
        # Beside the code, since the usual place for temporary files may be in memory.
        with TemporaryDirectory(dir=ROOT) as name:
            for collectors in COLLECTORS:
                places: dict[str, Path | URL] = {
                    "SQLite": Path(name) / f"{collectors}.sqlite3",
                    "PostgreSQL": server.address(Path(name) / str(collectors)),
                    "ClickHouse": other.address(Path(name) / str(collectors)),
                }
                for engine, place in places.items():
                    speed = written(place, collectors, hits, threads)
                    taken = asked(place)
                    kilobytes = size(place, server, other) / 1e3
                    print(
                        f"{engine:12}{collectors:11}{speed:9.0f}{kilobytes:8.0f}"
                        f"{taken['report']:9.1f}{taken['filtered']:10.1f}"
                    )
    finally:
        server.stop()
        other.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
