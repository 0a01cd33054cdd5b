"""How long hits wait while PostgreSQL writes its tables anew, as it does each minute.

    python bench/written_anew.py [ROWS] [--seconds 20] [--threads 4]

So many ROWS run, and as many stand for days that have ended. Hits are added by some threads all the
while, and all is written anew again and again, with what has ended every second time, as after a
day closed. Each hit that was counted is found again before anything is said.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from argparse import ArgumentParser
from contextlib import closing
from os import getloadavg
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.model import MEASURES, Dimension, Increment  # noqa: E402  (the path comes first)
from analytics.visits.store.base import StoreError  # noqa: E402  (as above)
from analytics.visits.store.postgresql import PostgreSQLCounters  # noqa: E402  (as above)
from bench.histories.growth import postgresql  # noqa: E402  (as above)
from bench.store import FIRST, hit  # noqa: E402  (as above)
from bench.stores import opened  # noqa: E402  (as above)

ONES = ", ".join("1" for _ in MEASURES)


def fill(store: PostgreSQLCounters, rows: int) -> None:
    """So many rows that run, of two days and a month, and of days that have ended."""
    named = ", ".join(MEASURES)
    month = FIRST - FIRST % 744
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO running (step, first, pair, value, other, {named})"
            f" SELECT CASE WHEN n % 2 = 0 THEN 'hour' ELSE 'month' END,"
            f" CASE WHEN n % 2 = 0 THEN {FIRST} + n % 48 ELSE {month} END,"
            f" 900 + n % 90, 10000000 + n / 4320, n % 4320, {ONES}"
            f" FROM generate_series(1, {rows}) AS n ON CONFLICT DO NOTHING"
        )
        connection.exec_driver_sql(
            f"INSERT INTO counters (pair, step, first, value, other, {named})"
            f" SELECT 900 + n % 90, 'day', {FIRST} - 24 * (1 + n % 700), 10000000 + n, 0, {ONES}"
            f" FROM generate_series(1, {rows}) AS n"
        )


def main(rows: int, seconds: float, threads: int) -> None:
    """Print how long hits waited, with and without."""
    server = postgresql()
    try:
        place = server.address(Path("written-anew"))
        with closing(opened(place)) as store:
            assert isinstance(store, PostgreSQLCounters)
            fill(store, rows)
            store.rewrite()
            asked = "SELECT count(*) FROM running"
            with store.database.engine.connect() as connection:
                there = connection.exec_driver_sql(asked).scalar_one()
            print(f"{there:,} rows run; {threads} threads")
            measure(store, "nothing is written anew", seconds, threads)
            measure(store, "what runs is", seconds, threads, [set()])
            both = [set(), {"counters", "rare"}]
            measure(store, "and what has ended", seconds, threads, both)
            print(f"load: {' '.join(f'{each:.1f}' for each in getloadavg())}", flush=True)
    finally:
        server.stop()


def measure(
    store: PostgreSQLCounters,
    name: str,
    seconds: float,
    threads: int,
    changed: list[set[str]] | None = None,
) -> None:
    """Add hits for so long; print how long they waited, and how many were refused."""
    over, waits, refused = Event(), list[float](), list[float]()
    before = sum(each.visits for each in store.series(FIRST, FIRST + 47))

    def add(number: int) -> None:
        chance = random.Random(number)
        while not over.is_set():
            made = [Increment(Dimension.ALL, "", visits=1, views=1), *hit(chance)]
            began = time.perf_counter()
            try:
                store.add(FIRST + chance.randrange(48), made)
                waits.append(time.perf_counter() - began)
            except StoreError:
                refused.append(time.perf_counter() - began)
                time.sleep(0.05)  # As a browser that is answered 503 does not ask again at once.

    adding = [Thread(target=add, args=(number,)) for number in range(threads)]
    for each in adding:
        each.start()
    took, until = list[float](), time.perf_counter() + seconds
    while time.perf_counter() < until:
        if not changed:
            time.sleep(0.1)
            continue
        store._changed |= changed[len(took) % len(changed)]
        began = time.perf_counter()
        try:
            store.rewrite()
            took.append(time.perf_counter() - began)
        except SQLAlchemyError as error:
            print(f"    was not written anew: {type(error).__name__}")
        time.sleep(1)
    over.set()
    for each in adding:
        each.join()
    found = sum(each.visits for each in store.series(FIRST, FIRST + 47)) - before
    assert found >= len(waits), (found, len(waits))
    cuts = statistics.quantiles(waits, n=1000)
    often = f", {len(took)} times, each {statistics.median(took):.1f} s" if took else ""
    print(
        f"  {name:26}{len(waits) / seconds:7.0f} hits/s, waited {cuts[499] * 1e3:.0f} ms (half),"
        f" {cuts[989] * 1e3:.0f} (99 %), {max(waits) * 1e3:.0f} (longest), {len(refused)} refused"
        f"{often}",
        flush=True,
    )


if __name__ == "__main__":
    asked = ArgumentParser()
    asked.add_argument("rows", nargs="?", type=int, default=900_000)
    for option, default in (("seconds", 20.0), ("threads", 4)):
        asked.add_argument(f"--{option}", type=type(default), default=default)
    given = asked.parse_args()
    main(given.rows, given.seconds, given.threads)
