"""How long the report takes to make, with two years of views of 10,000 pages in SQLite.

    python -m bench.reports [VIEWS] [FILE]

The counters are those of `bench/store.py`, kept in FILE if that is named, so that they need not be
made again; the site is in their zone, as no other has their months. Each report is asked of the
service as a browser asks for it: the first time, and the best of five after it; the processor's
time is that of the request alone, so that it means the same on a busy machine. Nothing else of the
service runs: the first start after such a file was written has much to close. With `--profile`,
also what takes the time.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from zoneinfo import ZoneInfo

from analytics.background import BackgroundTask
from analytics.staff.reports.ahead import Ahead
from analytics.staff.reports.counted import Counted
from analytics.visits.store.remembered import draw_mark
from analytics.visits.store.sqlite import Counters
from bench.store import DAYS, FIRST, Bulk, fill
from policy import read_site
from tests.fixtures.small_site import ROOT, small_site
from tests.fixtures.staff import add, signed_in

REPORTS = {
    "30 days": "period=30-days",
    "last month": "period=last-month",
    "24 months": "period=24-months",
    "24 months, compared with nothing": "period=24-months&compare=none",
    "24 months, pages alone": "period=24-months&only=page",
    "24 months, by a source": "period=24-months&filter=source:/value 3/",
    "24 months, by an entry": "period=24-months&filter=entry:/value 3/",
    "30 days, by a source": "period=30-days&filter=source:/value 3/",
}


def made(path: Path, views: int) -> None:
    """Write the counters, unless they are there."""
    if path.exists():
        return
    with closing(Counters(path, read_site(ROOT).register)):
        pass
    with closing(sqlite3.connect(path)) as new:
        new.execute("PRAGMA synchronous = OFF")
        fill(Bulk(new, None), views)
        new.commit()


def measure(folder: Path, counters: Path, *, profile: bool) -> None:
    """Print a line for each report."""
    (folder / "var").mkdir()
    shutil.copy(counters, folder / "var" / "counters.sqlite3")
    in_utc = patch("analytics.app.ZoneInfo", lambda _: ZoneInfo("UTC"))
    with patch.object(BackgroundTask, "_run"), in_utc, small_site(folder) as site:
        site.clock.now = (FIRST + 24 * DAYS) * 3_600 - 3_600 * 9
        hour = int(site.clock.now) // 3_600  # As if all that had ended by then had just closed.
        site.service.counters.write(lambda connection: draw_mark(connection, hour))
        add(site, rita="reports")
        client = signed_in(site, "rita")
        gc.collect()
        gc.freeze()  # As the service does when it has started (wsgi).
        service, is_folded = site.service, False
        ahead = Ahead(Counted(service.site, service.pages, service.clock, service.counters))
        for words, query in REPORTS.items():
            if "filter=" in query and not is_folded:  # As its thread does once a report was read.
                begin = time.thread_time()
                ahead.fold()
                took = 1_000 * (time.thread_time() - begin)
                print(f"{'what runs, folded ahead':34} processor {took:6.0f} ms")
                is_folded = True
            times, of_processor = [], []
            for _ in range(6):
                begin, before = time.perf_counter(), time.thread_time()
                answer = client.get(f"/staff/reports/?{query}")
                times.append(1_000 * (time.perf_counter() - begin))
                of_processor.append(1_000 * (time.thread_time() - before))
                assert answer.status_code == 200, answer.text
            took = ", then".join(
                f" {each(times):6.0f} ms (processor {each(of_processor):6.0f})"
                for each in (lambda of: of[0], lambda of: min(of[1:]))
            )
            print(f"{words:34} first{took}, {len(answer.data) / 1_000:5.0f} kB", flush=True)
        if profile:
            with cProfile.Profile() as profiler:
                client.get("/staff/reports/?period=24-months")
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    words = [each for each in sys.argv[1:] if not each.startswith("-")]
    views = int(words[0]) if words else 10_000_000
    with TemporaryDirectory() as name:
        file = Path(words[1]) if len(words) > 1 else Path(name) / "counters.sqlite3"
        made(file, views)
        print(f"{views:,} views, {file.stat().st_size / 1e6:.0f} MB")
        measure(Path(name), file, profile="--profile" in sys.argv)
