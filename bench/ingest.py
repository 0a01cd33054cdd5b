"""Page views a second that are counted and on the disk when they are answered, beside peers.

    PEERS=FOLDER python bench/ingest.py [CONNECTIONS ...] [--seconds 10] [--rounds 3] [--ours]

The first site (with a segment and countries besides) is run with the settings of `deploy/`, and
SQLite. Shynet and Umami are run beside it with PostgreSQL, if they are there (`ingesting/peers.py`
says how they are set up); one that is not is said. A hit is a page view that begins a visit, or one
of two that go on with one; for ours, each of the first rests on a consent and each other one brings
a cookie of the service's own. Each visitor has another network, as nginx says by X-Forwarded-For,
so that our rate limiter lets them all pass; it counts every one.

Every server has one core, together with its database; wrk has the other one, with one thread and
connections that are kept. For each number of connections the servers take turns, as often as there
are rounds, and the median is told. After each turn the database is asked: each hit that was
answered must be there, once, or the run fails. Then wrk pauses before each hit, so that half of the
highest rate comes at random moments. In the end our service is started anew and reloaded, as
`deploy/` does, while hits come, each over a connection of its own; no answer may fail.

On a machine that others use as well, look at microseconds: those that processors worked for a hit,
for the server, its database and what the kernel does for them. `busy` is how much of its core a
server had; the rate of a core is what it would have had with all of it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.ingesting.load import Run, Watch, drive, watched  # noqa: E402  (the path comes first)
from bench.ingesting.ours import Nothing, Plainsite  # noqa: E402  (as above)
from bench.ingesting.peers import found  # noqa: E402  (as above)
from bench.ingesting.server import WRK_CORE, Server  # noqa: E402  (as above)

HALF_OVER = 32
"""Connections over which half of the highest rate comes."""
AFTER = 8.0
"""Seconds for which hits are watched after a start and after a reload."""

Runs = dict[tuple[str, int], list[Run]]


def main(given: Namespace) -> None:
    """Print all of it."""
    if not which("wrk"):
        sys.exit("There is no wrk; on Debian: apt-get install wrk")
    os.sched_setaffinity(0, {WRK_CORE})
    peers = [] if given.ours else found()
    # Beside the code, since the usual place for temporary files may be in memory.
    with TemporaryDirectory(dir=ROOT, prefix="bench-") as name, ExitStack() as stack:
        folders = iter([Path(name) / str(number) for number in range(2 + len(peers))])
        ours = Plainsite(made(next(folders)))
        ours.build()
        servers: list[Server] = [ours, Nothing(made(next(folders)), ours)]
        servers += [kind(made(next(folders))) for kind in peers]
        for each in servers:
            each.start()
            stack.callback(each.stop)
            each.prepare()
            drive(each, 8, min(3, given.seconds))  # Some are slow at first.
        rates = as_fast_as_they_answer(servers, given)
        at_half(servers, rates, given)
        stalls(ours)
        ours.stop()
        dimensions, pairs = ours.everything()
        print(f"counted: {dimensions} dimensions, {pairs} pairs of them")


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def as_fast_as_they_answer(servers: Sequence[Server], given: Namespace) -> Runs:
    """Print a table for each number of connections."""
    runs: Runs = defaultdict(list)
    for connections in given.connections:
        for _ in range(given.rounds):
            for each in servers:
                runs[each.name, connections].append(drive(each, connections, given.seconds))
        print(f"\n{connections} connections; {load()}")
        print(f"{'':16}{'hits/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'µs/hit':>9}{'busy':>7}"
              f"{'a core':>9}{'ratios':>14}")  # fmt: skip
        ours = middle(runs[servers[0].name, connections])
        for each in servers:
            run = middle(runs[each.name, connections])
            print(f"{each.name:16}{said(run)}{1e6 / run.microseconds:9.0f}"
                  f"{ours.rate / run.rate:6.1f}x {run.microseconds / ours.microseconds:6.1f}x",
                  flush=True)  # fmt: skip
    return runs


def said(run: Run) -> str:
    return f"{run.rate:9.0f}{run.middle:9.1f}{run.slow:9.1f}{run.microseconds:9.0f}{run.busy:7.0%}"


def middle(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(**{
        name: statistics.median(getattr(each, name) for each in runs)
        for name in Run.__dataclass_fields__
    })  # fmt: skip


def at_half(servers: Sequence[Server], runs: Runs, given: Namespace) -> None:
    """Print how long answers take at half of the highest rate that each server had."""
    print(f"\nhalf of that, over {HALF_OVER} connections; {load()}")
    print(f"{'':16}{'hits/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'µs/hit':>9}{'busy':>7}")
    for each in servers:
        most = max(middle(runs[each.name, number]).rate for number in given.connections)
        waits = runs[each.name, given.connections[0]][0].middle
        pause = max(1.0, HALF_OVER * 1_000 / (most / 2) - waits)
        found = middle([drive(each, HALF_OVER, given.seconds, pause) for _ in range(given.rounds)])
        print(f"{each.name:16}{said(found)}   {found.rate / most:.0%} of the highest", flush=True)


def stalls(ours: Plainsite) -> None:
    """Print the longest gap between two answers right after a start, and during a reload."""
    print(f"\nhits one by one, over a connection each; {load()}")
    ours.stop()
    before = ours.counted()
    with watched(ours) as watch:
        ours.start()
        time.sleep(AFTER)
    tell("after a start", watch)
    with watched(ours) as again:
        time.sleep(1)
        ours.reload()
        time.sleep(AFTER)
    tell("during a reload", again)
    answered, counted = len(watch.answers) + len(again.answers), ours.counted() - before
    assert counted == answered, (counted, answered)


def tell(when: str, watch: Watch) -> None:
    statuses = " ".join(f"{status}: {number}" for status, number in watch.statuses.items())
    print(f"{when:16} longest gap {watch.gap * 1_000:.0f} ms, longest wait"
          f" {watch.longest * 1_000:.0f} ms; {statuses}", flush=True)  # fmt: skip
    assert set(watch.statuses) == {"204"}, watch.statuses


def load() -> str:
    return f"load {' '.join(f'{each:.1f}' for each in os.getloadavg())}"


if __name__ == "__main__":
    asked = ArgumentParser()
    asked.add_argument("connections", nargs="*", type=int, default=[1, 8, 32, 64])
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--ours", action="store_true", help="without peers")
    main(asked.parse_args())
