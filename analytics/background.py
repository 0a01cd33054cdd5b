"""Background threads: each does its step again and again, and no failure ends it.

A step that fails is logged by its kind and place, waited for more and more slowly, and tried
again. What each task did last is kept, for the health check and for staff.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread

from analytics.storage.unusable import reason_of
from analytics.web.clock import UnusableClock
from analytics.web.log import ServiceLog, place_of

__all__ = ["BackgroundTask", "Progress", "TaskState", "Waits", "nothing"]


@dataclass(frozen=True, slots=True)
class TaskState:
    """What a task did last. Times are in seconds since 1970; None where there was none yet.

    `failure` says why the last one failed, in words for whoever runs the service, and `failures`
    how many there were since the last success.
    """

    name: str
    last_success: float | None = None
    last_failure: float | None = None
    failure: str = ""
    failures: int = 0
    alive: bool = True

    @property
    def works(self) -> bool:
        """Whether it runs, and what it tried last was done."""
        return self.alive and not self.failures


class Progress:
    """Keeps the state of a task; any thread may write and read it. What goes on failing is logged
    again after `seconds_between`."""

    def __init__(
        self,
        name: str,
        log: ServiceLog,
        clock: Callable[[], float] = time.time,
        seconds_between: float = 0.0,
    ) -> None:
        self._state = TaskState(name)
        self._log = log
        self._clock = clock
        self._seconds_between, self._told_at = seconds_between, 0.0
        self._lock = Lock()

    @property
    def state(self) -> TaskState:
        """As it is now."""
        return self._state

    def succeeded(self) -> None:
        """A step was done."""
        with self._lock:
            self._state = replace(self._state, last_success=self._now(), failures=0)

    def failed(self, error: BaseException) -> None:
        """A step was not done. What the error says is kept nowhere, as it may be personal; its kind
        and its place are for the log alone."""
        kind, place = type(error).__name__, place_of(error)
        with self._lock:
            now = time.monotonic()
            is_told = self._state.failures > 0 and now < self._told_at + self._seconds_between
            self._told_at = self._told_at if is_told else now
            self._state = replace(
                self._state,
                last_failure=self._now(),
                failure=reason_of(error),
                failures=self._state.failures + 1,
            )
        if is_told:
            return
        task = self._state.name.replace(" ", "-")  # A word, as the register says.
        self._log.say("task failed", task=task, error=kind, place=place)

    def _now(self) -> float | None:
        """None where the clock cannot be used: what was done is known, and not when."""
        try:
            return self._clock()
        except UnusableClock:
            return None


@dataclass(frozen=True, slots=True)
class Waits:
    """How many seconds a failed step is waited for: at first, and at the most after doublings."""

    first: float = 30.0
    longest: float = 1_800.0

    def after(self, failures: int) -> float:
        """Seconds until the next try, after so many failures in a row."""
        return min(self.first * 2.0 ** min(failures - 1, 30), self.longest)


def nothing() -> None:
    """What is called where there is no task to be told anything."""


class BackgroundTask:
    """A thread that does `step` until it is closed.

    `step` returns after how many seconds it is to be done again; None where that is when it is
    called. Whatever it raises is logged, and it is tried again after `waits`. A class
    that does more than its step is a kind of this one.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], float | None],
        log: ServiceLog,
        *,
        clock: Callable[[], float] = time.time,
        waits: Waits = Waits(),
    ) -> None:
        self._step = step
        self._waits = waits
        self._progress = Progress(name, log, clock)
        self._called = Event()
        self._closing = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._started = False

    def start(self) -> None:
        """Do the first step at once."""
        self._started = True
        self._thread.start()

    def call(self) -> None:
        """Have the next step done now."""
        self._called.set()

    @property
    def closing(self) -> bool:
        """Whether it is to end: a long step looks at this between its parts."""
        return self._closing.is_set()

    @property
    def state(self) -> TaskState:
        """What it did last, and whether its thread is alive."""
        return replace(self._progress.state, alive=self._thread.is_alive())

    def close(self) -> None:
        """Let the step at hand come to its end, and begin no other."""
        self._closing.set()
        self._called.set()
        if self._started:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._called.clear()
            self._called.wait(self._once())

    def _once(self) -> float | None:
        if self._closing.is_set():
            return 0
        try:
            wait = self._step()
        # The one place where anything is caught: a thread that ends does so in silence.
        except Exception as error:
            self._progress.failed(error)
            return self._waits.after(self._progress.state.failures)
        self._progress.succeeded()
        return wait
