"""The engines of the counters side by side: two years of views, and hits a second.

    python bench/stores.py [VIEWS...] [--hits 4000] [--threads 16] [--rounds 5] [--keep FOLDER]

For each number of VIEWS, a history of two years (`bench/histories`) is kept by all three engines,
by Umami's tables in PostgreSQL and by Plausible's in ClickHouse, all on servers of this run's own.
All are asked the same, and the answers compared, before any time is said. Then hits are added to
what is there, and all that changed is written anew, as it is each minute. With `--keep`, the
counters' file of a history is kept, and taken from there the next time.

Last, the same made-up hits, those of `bench/store.py`, are added where nothing was counted before.
PostgreSQL puts each commit on the disk, ClickHouse 18.16 never waits for that. Each collector is a
process of its own that shares commits among its threads. What was counted is compared with what was
sent before anything is said. A hit that is refused ends the run: on a machine that is so busy, the
rates would say nothing.
"""

from __future__ import annotations

import random
import sys
import time
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC
from multiprocessing import get_context
from os import getloadavg
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.model import Dimension, Increment  # noqa: E402  (the path comes first)
from analytics.visits.store.base import CounterStore  # noqa: E402  (as above)
from analytics.visits.store.clickhouse import ClickHouseCounters  # noqa: E402  (as above)
from analytics.visits.store.postgresql import PostgreSQLCounters  # noqa: E402  (as above)
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


def collect(place: Path | URL, number: int, hits: int, threads: int, first: int) -> float:
    """Add so many hits from the hour `first` on, as one collector; seconds that took."""
    chance = random.Random(number)
    made = [
        (
            first + chance.randrange(HOURS),
            [Increment(Dimension.ALL, "", visits=1, views=1), *hit(chance)],
        )
        for _ in range(hits)
    ]
    with closing(opened(place)) as store, ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        list(pool.map(lambda each: store.add(*each), made))
        return time.perf_counter() - began


def written(
    place: Path | URL, collectors: int, hits: int, threads: int, first: int = FIRST
) -> float:
    """Hits a second of all collectors together. Fails where one was lost, or counted twice."""
    each = hits // collectors
    given = [(place, number, each, threads, first) for number in range(collectors)]
    before = counted(place, first)  # It makes the tables.
    with get_context("spawn").Pool(collectors) as pool:
        seconds = max(pool.starmap(collect, given))
    added = counted(place, first) - before
    assert added == each * collectors, (added, each * collectors)
    return each * collectors / seconds


def counted(place: Path | URL, first: int) -> int:
    """The visits of those hours."""
    with closing(opened(place)) as store:
        return sum(each.visits for each in store.totals("all", first, first + HOURS - 1, 1))


def rates(hits: int, threads: int, server: Server, other: clickhouse.Server) -> None:
    """Print a line for each number of collectors, all with nothing counted before."""
    print(f"{hits} hits, {threads} threads a collector: hits a second")
    print(f"{'collectors':>12}{'SQLite':>12}{'PostgreSQL':>12}{'ClickHouse':>12}")
    with TemporaryDirectory(dir=ROOT) as name:  # The usual place may be in memory.
        for collectors in COLLECTORS:
            places: list[Path | URL] = [
                Path(name) / f"{collectors}.sqlite3",
                server.address(Path(name) / str(collectors)),
                other.address(Path(name) / str(collectors)),
            ]
            found = [written(place, collectors, hits, threads) for place in places]
            print(f"{collectors:12}" + "".join(f"{each:12.0f}" for each in found), flush=True)
    print(f"load: {' '.join(f'{each:.1f}' for each in getloadavg())}", flush=True)


def main(given: Namespace) -> None:
    """Print all of it."""
    from bench.histories import growth  # noqa: PLC0415  (it needs this file's)

    server, other = growth.postgresql(), clickhouse.Server()
    try:
        for views in given.views:
            growth.measure(views, given, server, other)
        rates(given.hits, given.threads, server, other)
    finally:
        server.stop()
        other.stop()


if __name__ == "__main__":
    asked = ArgumentParser()
    asked.add_argument("views", nargs="*", type=int, default=[10**at for at in (4, 5, 6, 7)])
    for option, default in (("hits", 4_000), ("threads", 16), ("rounds", 5)):
        asked.add_argument(f"--{option}", type=int, default=default)
    asked.add_argument("--keep", type=Path)
    main(asked.parse_args())
