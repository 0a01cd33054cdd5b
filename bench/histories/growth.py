"""One history, as large as is asked, kept by all: bytes, answers, times, and hits on top of it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from logging import NullHandler, getLogger
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.histories import comparing, counters
from bench.histories.asking import Keeper
from bench.histories.ours import Ours
from bench.histories.plausible import Plausible
from bench.histories.umami import Umami
from bench.histories.visits import Days
from bench.stores import COLLECTORS, written
from tests.fixtures import clickhouse
from tests.fixtures import postgresql as postgresql_fixture
from tests.fixtures.patience import PATIENCE

__all__ = ["measure", "postgresql"]

SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_cache_size": "8GB",
}
MOST_ALONE = 2_000_000
"""Views of a history with which one is filled after the other."""


def postgresql() -> postgresql_fixture.Server:
    """A server with as much memory as one that is used has. The other driver's warnings of a server
    that has not started yet go nowhere."""
    getLogger("clickhouse_driver").addHandler(NullHandler())
    server = postgresql_fixture.Server()
    server.process.send_signal(signal.SIGINT)
    server.process.wait(PATIENCE)
    with (server.data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
    server.start()
    return server


def measure(
    views: int, given: Namespace, server: postgresql_fixture.Server, other: clickhouse.Server
) -> None:
    """Print all of one history."""
    days = Days.made(views)
    print(f"\n{days.views:,} views", flush=True)
    with TemporaryDirectory() as name:
        file = _file(Path(name), given.keep, views, days)
        keepers = _keepers(file, days, server, other)
        ours = [each for each in keepers if isinstance(each, Ours)]
        for each in keepers:
            taken = each.bytes()
            print(f"  {each.name:24}{taken / 1e6:10.1f} MB{taken / days.views:9.1f} bytes a view")
        comparing.compared(keepers, is_told=days.views > 2 * 10 * counters.DAYS)
        comparing.show(keepers, comparing.timed(keepers, given.rounds))
        _add_more(ours, given)
        for each in keepers:
            each.close()


def _file(folder: Path, keep: Path | None, views: int, days: Days) -> Path:
    kept = (keep or folder) / f"{views}.sqlite3"
    if not kept.exists():
        counters.made(folder / "counters.sqlite3", days)
        shutil.move(folder / "counters.sqlite3", kept)
    return Path(shutil.copy(kept, folder / "copy.sqlite3")) if keep else kept


def _keepers(
    file: Path, days: Days, server: postgresql_fixture.Server, other: clickhouse.Server
) -> list[Keeper]:
    """Filled one after another, or, where that would take long, at once: then what it took of the
    processor is that of several."""
    first = Ours("SQLite", file)  # Before others read it: it makes the file follow the register.
    makers: list[Callable[[], Keeper]] = [
        lambda: Ours.moved("PostgreSQL", server.address(file), server, file),
        lambda: Ours.moved("ClickHouse", other.address(file), other, file),
        lambda: Umami(server, days),
        lambda: Plausible(other, days),
    ]
    with ThreadPoolExecutor(len(makers) if days.views > MOST_ALONE else 1) as pool:
        filled = [pool.submit(make) for make in makers]
        return [first, *(each.result() for each in filled)]


def _add_more(ours: list[Ours], given: Namespace) -> None:
    """Hits a second on top of what is there, and the time in which all that changed is written
    anew, while nothing else is done."""
    print("  on top of it, hits a second of one, two and four collectors; then written anew")
    for each in ours:
        first = counters.LAST_HOUR - 47
        rates = [written(each.place, many, given.hits, given.threads, first) for many in COLLECTORS]
        before, began = each.processor(), time.perf_counter()
        each.store.add(counters.LAST_HOUR, [])
        each.store.rewrite()
        took, used = time.perf_counter() - began, each.processor() - before
        print(
            f"  {each.name:12}{''.join(f'{rate:8.0f}' for rate in rates)}"
            f"   {took:6.1f} s (processor {used:.1f})",
            flush=True,
        )
    print(f"  load: {' '.join(f'{each:.1f}' for each in os.getloadavg())}", flush=True)
