"""One ClickHouse server beside two that keep the same counters together: merging and reports.

    python -m bench.clickhouse_shards [VIEWS] [--rounds 3] [--keep FOLDER]

A history of two years (`bench/histories`) is moved to both, as `data move` does it. Both are asked
all questions, and must answer the same; then a hit is added and all is merged, again and again, as
it is every seven seconds. All three servers are on this machine, so two have no more processors
than one: what is compared is how much each has to do, and what it costs to ask two.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from dataclasses import replace
from os import getloadavg
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import URL

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.model import Dimension, Increment  # noqa: E402  (the path comes first)
from bench.histories import comparing, counters  # noqa: E402  (as above)
from bench.histories.asking import QUESTIONS, Keeper  # noqa: E402  (as above)
from bench.histories.growth import _file  # noqa: E402  (as above)
from bench.histories.ours import Ours  # noqa: E402  (as above)
from bench.histories.processes import seconds_of  # noqa: E402  (as above)
from bench.histories.visits import Days  # noqa: E402  (as above)
from tests.fixtures import clickhouse  # noqa: E402  (as above)

HIT = [Increment(Dimension.ALL, "", visits=1, views=1)]


class OfServers(Ours):
    """The counters on one server, or on several."""

    servers: list[clickhouse.Server]

    def processor(self) -> float:
        return time.process_time() + sum(seconds_of(each.process.pid) for each in self.servers)

    def sizes(self) -> list[float]:
        """Megabytes on each."""
        name = self.place.database if isinstance(self.place, URL) else ""
        return [each.bytes_of(name or "") / 1e6 for each in self.servers]


def filled(name: str, servers: clickhouse.Server | clickhouse.Shards, file: Path) -> OfServers:
    """One that has all of a file."""
    OfServers.servers = servers.servers
    made = OfServers.moved(name, servers.address(file), None, file)
    assert isinstance(made, OfServers)
    made.servers = servers.servers
    print(f"    on the disk: {', '.join(f'{size:.1f} MB' for size in made.sizes())}", flush=True)
    return made


def merged(of: OfServers, times: int) -> None:
    """Print how long it takes to merge all, after a hit."""
    took, used = list[float](), list[float]()
    for _ in range(times):
        of.store.add(counters.LAST_HOUR, HIT)
        before, began = of.processor(), time.perf_counter()
        of.store.rewrite()
        took.append(time.perf_counter() - began)
        used.append(of.processor() - before)
    print(
        f"  {of.name}: merged in {median(took):.2f} s (the best {min(took):.2f};"
        f" processor {median(used):.2f})",
        flush=True,
    )


def main(views: int, rounds: int, keep: Path | None) -> None:
    """Print all of it."""
    days = Days.made(views)
    one, two = clickhouse.Server(), clickhouse.Shards()
    try:
        with TemporaryDirectory() as name:
            file = _file(Path(name), keep, views, days)
            print(f"{days.views:,} views", flush=True)
            of = [filled("one server", one, file), filled("two servers", two, file)]
            for short in QUESTIONS:
                question = replace(short, limit=10**6)
                first, second = (each.ask(question) for each in of)
                assert [*first] == [*second], question
            print(f"  all {len(QUESTIONS)} questions are answered the same")
            for each in of:
                merged(each, 5)
            keepers: list[Keeper] = [*of]
            comparing.show(keepers, comparing.timed(keepers, rounds))
            for each in of:
                each.close()
        print(f"load: {' '.join(f'{each:.1f}' for each in getloadavg())}")
    finally:
        one.stop()
        two.stop()


if __name__ == "__main__":
    asked = ArgumentParser()
    asked.add_argument("views", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--keep", type=Path)
    given = asked.parse_args()
    main(given.views, given.rounds, given.keep)
