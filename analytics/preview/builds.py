"""The process that builds for a preview, beside the one that serves.

A long build holds up no page, what a build keeps in memory is still there for the next one, and a
build that dies (the system may be out of memory) takes the preview with it no more than a fault
does.
"""

from __future__ import annotations

import datetime
import gc
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from policy.excerpts import Excerpts
from policy.failures import Refusal, tell
from policy.fault_text import FaultText
from policy.faults import Fault, Faults
from policy.places import Places

__all__ = ["Build", "Builds", "Built", "Failed", "MakeBuild", "Order"]

PATIENCE_SECONDS = 10.0
"""How long the end of a preview waits for a build: one that is stopped is finished by the next."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to build, and where. `today` is None for the day that it is.

    `changed` names the files that changed since the order before, relative to the root; None says
    that nobody knows.
    """

    out: Path
    drafts: bool = False
    today: datetime.date | None = None
    changed: frozenset[str] | None = None


class _Report(Protocol):
    """What a build says of itself."""

    @property
    def pages(self) -> int: ...
    @property
    def written(self) -> int: ...
    @property
    def removed(self) -> int: ...
    @property
    def warnings(self) -> Sequence[Fault]: ...


class Build(Protocol):
    """Builds by order. `close` comes after the last one."""

    def __call__(self, order: Order) -> _Report: ...
    def close(self) -> None: ...


MakeBuild = Callable[[Places], Build]
"""Must be importable by its name: the other process begins as new."""


@dataclass(frozen=True, slots=True)
class Built:
    """A build that was published."""

    pages: int
    written: int
    removed: int
    seconds: float
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no new build: in words, and as faults where it is the site's."""

    text: str
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, error: Exception, root: Path) -> Failed:
        """What is to be said of `error`, with the source of faults in the site `root`."""
        faults = error.faults if isinstance(error, Faults) else ()
        return cls(tell(error, FaultText(Excerpts(root))).text, faults)


class Builds:
    """Builds by order, one at a time, in a process that is started again where it ended."""

    def __init__(self, make: MakeBuild, places: Places) -> None:
        self._make = make
        self._places = places
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def start(self) -> Connection:
        """Begin the process, unless it runs: it gets ready while others do something else."""
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        # Not forked: this process has threads, and another one may be needed at any time.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # A daemon of multiprocessing's may have no processes of its own, and a build has.
        self._process = context.Process(
            target=_work, args=(self._make, self._places, theirs), name="build"
        )
        # Ctrl-C reaches each process of a terminal, also one that has not yet come to `_work`. The
        # tracker comes first, as its beginning lets go of the signal again.
        resource_tracker.ensure_running()
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        theirs.close()
        return self._pipe

    def __call__(self, order: Order) -> Built | Failed:
        """Build, however long it takes."""
        for _ in range(2):
            pipe = self.start()
            try:
                pipe.send(order)
                outcome: Built | Failed = pipe.recv()
            except (EOFError, OSError):
                ended = self._end()
                # Another process knows nothing of what was built before.
                order = replace(order, changed=None)
            else:
                return outcome
        return Failed.of(
            Refusal(
                f"the build was ended from outside, twice ({ended})",
                "save again to try again; where memory is short, close what needs much of it",
            ),
            self._places.root,
        )

    def _end(self) -> str:
        """Forget a process that is no more; how it ended."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is None:
            return "it did not begin"
        self._process.join(PATIENCE_SECONDS)
        code, self._process = self._process.exitcode, None
        if code is not None and code < 0:
            return f"by signal {-code}, {signal.Signals(-code).name}"
        return f"with status {code}"

    def close(self) -> None:
        """End the process, once the build that it is at is done."""
        process, self._process = self._process, None
        if process is None or self._pipe is None:
            return
        self._pipe.close()
        process.join(PATIENCE_SECONDS)
        if process.is_alive():
            process.terminate()
            process.join()


def _work(make: MakeBuild, places: Places, orders: Connection) -> None:
    """The other process: until there is nobody who gives orders."""
    # Ctrl-C reaches both; the preview decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    build: Build | None = None
    while True:
        gc.collect()  # Nobody waits for it: what was built is told.
        try:
            order: Order = orders.recv()
        except (EOFError, OSError):
            break
        start = time.perf_counter()
        outcome: Built | Failed
        try:
            build = build or make(places)
            report = build(order)
        # Whatever it is, it is told; what was kept in memory may be what is wrong.
        except Exception as error:
            outcome = Failed.of(error, places.root)
            if not isinstance(error, (Faults, Refusal)):
                build = None
        else:
            outcome = Built(
                report.pages,
                report.written,
                report.removed,
                time.perf_counter() - start,
                tuple(report.warnings),
            )
        try:
            orders.send(outcome)
        except OSError:
            break
    if build is not None:
        build.close()
