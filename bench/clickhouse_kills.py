"""A ClickHouse server that is killed again and again while collectors count.

    python bench/clickhouse_kills.py [KILLS] [COLLECTORS] [SERVERS]

Each time two processes add hits by four threads each, while this one has rows merged, and on two
servers go where they belong, again and again. A server is ended by SIGKILL at a moment at random
and started again: of two, either. Then all that was ever acknowledged must be counted, once: of
each thread the one hit that waited may be counted as well, since nobody could say whether it was.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.storage.unusable import DatabaseUnavailable  # noqa: E402  (as above)
from analytics.visits.store.clickhouse import ClickHouseCounters  # noqa: E402  (the path comes first)
from policy import Register, read_site  # noqa: E402  (as above)
from tests.fixtures.clickhouse import Server, Shards  # noqa: E402  (as above)
from tests.fixtures.collectors import acknowledged, collectors, counted  # noqa: E402  (as above)

THREADS = 4
HITS = 40


@contextmanager
def merging(url: URL, register: Register) -> Iterator[None]:
    """Have rows merged all the time."""
    over = Event()

    def merge() -> None:
        with closing(ClickHouseCounters(url, register)) as counters:
            while not over.wait(0.2):
                with suppress(SQLAlchemyError, DatabaseUnavailable):  # It was killed.
                    counters.rewrite()

    thread = Thread(target=merge)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main(kills: int = 20, number: int = 2, servers: int = 1) -> None:
    """Print a line for each kill. Fails where a hit was lost, or counted twice."""
    register, chance = read_site(ROOT).register, random.Random(1)
    told: Counter[tuple[int, str]] = Counter()
    own = Server() if servers == 1 else Shards()
    try:
        url = own.address(Path("kills"))
        for kill in range(1, kills + 1):
            with merging(url, register):
                processes = collectors(url, number, HITS)
                time.sleep(chance.uniform(1.5, 6))
                own.kill()
                own.start()
                told += acknowledged(processes)
            with closing(ClickHouseCounters(url, register)) as counters:
                found = counted(counters)
            unknown = (found - told).total()
            assert told <= found, f"lost: {told - found}"
            assert unknown <= kill * number * THREADS, unknown
            print(f"kill {kill}: {told.total()} acknowledged, none lost, {unknown} more counted")
    finally:
        own.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
