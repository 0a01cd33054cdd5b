"""Shared commits against a commit for each request, in the same run on the same disk.

    python bench/counters.py [REQUESTS] [THREADS]

Each request adds the nine increments of a page view and returns once they are on the disk.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.state import Agent, View, view  # noqa: E402  (the path comes first)
from analytics.visits.store.sqlite import Counters  # noqa: E402  (as above)
from policy import read_site  # noqa: E402  (as above)

HOUR = 500_000
CHROME = Agent("Chrome", "Windows", "Desktop")
COUNTED = view(None, View(0, "/", "/", "Direct", CHROME), lambda _: "direct").increments


def main(requests: int = 2_000, threads: int = 32) -> None:
    """Print requests per second of both, and their ratio."""
    alone = speed(Lock(), requests, threads)
    shared = speed(nullcontext(), requests, threads)
    print(f"a commit each  {alone:8.0f} requests/s")
    print(f"shared commits {shared:8.0f} requests/s")
    print(f"ratio          {shared / alone:8.1f}  ({requests} requests, {threads} threads)")


def speed(turns: AbstractContextManager[object], requests: int, threads: int) -> float:
    """Requests per second, each of them within `turns`: a lock there keeps commits apart."""

    def add(_: int) -> None:
        with turns:
            counters.add(HOUR, COUNTED)

    # Beside the code, since the usual place for temporary files may be in memory.
    with (
        TemporaryDirectory(dir=ROOT) as folder,
        closing(Counters(Path(folder) / "counters.sqlite3", read_site(ROOT).register)) as counters,
        ThreadPoolExecutor(threads) as pool,
    ):
        start = time.perf_counter()
        list(pool.map(add, range(requests)))
        elapsed = time.perf_counter() - start
        (total,) = counters.totals("all", HOUR, HOUR, 1)
        assert total.views == requests
    return requests / elapsed


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
