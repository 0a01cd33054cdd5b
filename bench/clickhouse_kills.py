"""A ClickHouse server that is killed again and again while collectors count.

    python bench/clickhouse_kills.py [KILLS] [COLLECTORS]

Each time two processes add hits by four threads each, and the server is ended by SIGKILL at a
moment at random and started again. Then all that was ever acknowledged must be counted, once: of
each thread the one hit that waited may be counted as well, since nobody could say whether it was.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.store.clickhouse import ClickHouseCounters  # noqa: E402  (the path comes first)
from policy import read_site  # noqa: E402  (as above)
from tests.fixtures.clickhouse import Server  # noqa: E402  (as above)
from tests.fixtures.collectors import acknowledged, collectors, counted  # noqa: E402  (as above)

THREADS = 4
HITS = 120


def main(kills: int = 20, number: int = 2) -> None:
    """Print a line for each kill. Fails where a hit was lost, or counted twice."""
    register, chance = read_site(ROOT).register, random.Random(1)
    told: Counter[tuple[int, str]] = Counter()
    own = Server()
    try:
        url = own.address(Path("kills"))
        for kill in range(1, kills + 1):
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
