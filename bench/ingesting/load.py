"""How servers are asked: by wrk as fast as they answer or at a rate, and one by one for stalls."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bench.ingesting.server import WRK_CORE, Server

__all__ = ["Run", "Watch", "drive", "watched"]

SCRIPT = Path(__file__).with_name("hits.lua")
WATCHERS, PAUSE = 4, 0.02
"""So many ask at once, each this many seconds after its last answer."""


@dataclass(frozen=True)
class Run:
    """What came of some seconds of hits: a second, milliseconds, and of the processor."""

    rate: float
    middle: float
    slow: float
    slowest: float
    microseconds: float
    busy: float


def drive(server: Server, connections: int, seconds: float, pause: float = 0) -> Run:
    """Send hits over so many connections, each `pause` milliseconds after the answer before. Fails
    where a hit is refused, or one that was answered is not counted once."""
    before, worked = server.counted(), server.seconds()
    told = subprocess.run(
        [
            *("taskset", "-c", str(WRK_CORE), "wrk", "-t1", f"-c{connections}"),
            *(f"-d{seconds:.0f}s", "--timeout", "60s", "-s", str(SCRIPT)),
            *(f"http://127.0.0.1:{server.port}", "--"),
            *(str(server.file), str(server.at), f"{pause:.3f}"),
        ],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = json.loads(told.splitlines()[-1])
    worked = server.seconds() - worked
    assert found["refused"] == found["broken"] == 0, (server.name, told)
    answered = found["answered"]
    assert answered, (server.name, told)
    server.at += answered + connections
    time.sleep(0.5)  # Those that wrk did not wait for.
    if before >= 0:
        counted = server.counted() - before
        assert answered <= counted <= answered + connections, (server.name, answered, counted)
    return Run(
        rate=answered / found["seconds"],
        middle=found["middle"], slow=found["slow"], slowest=found["slowest"],
        microseconds=worked / answered * 1e6, busy=worked / found["seconds"],
    )  # fmt: skip


@dataclass
class Watch:
    """The hits that were sent one by one: when each was begun, and answered."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def gap(self) -> float:
        """The most seconds in which nothing was answered, from the first answer on."""
        ends = sorted(end for _, end in self.answers)
        return max(later - end for end, later in pairwise(ends))

    @property
    def longest(self) -> float:
        """The most seconds that somebody waited who asked after the first answer."""
        first = min(end for _, end in self.answers)
        return max(end - begun for begun, end in self.answers if begun >= first)


@contextmanager
def watched(server: Server) -> Iterator[Watch]:
    """Hits are sent all the while, each over a connection of its own, as nginx does."""
    watch, ended = Watch(), threading.Event()
    hits = [re.sub(rb"\r\n", b"\r\nConnection: close\r\n", hit, count=1) for hit in server.hits]

    def send(mine: Sequence[bytes]) -> None:
        for hit in mine:
            if ended.wait(PAUSE):
                return
            begun = time.perf_counter()
            try:
                status = str(server.ask(hit)[0].status)
            except OSError as error:
                if watch.answers or not isinstance(error, ConnectionRefusedError):
                    watch.statuses[repr(error)] += 1
                continue
            watch.statuses[status] += 1
            watch.answers.append((begun, time.perf_counter()))

    threads = [threading.Thread(target=send, args=(hits[at::WATCHERS],)) for at in range(WATCHERS)]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        ended.set()
        for thread in threads:
            thread.join()
