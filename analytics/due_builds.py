"""Pages come and go at their moment: the site is built again when the newest build says that it
changes by itself (`policy.manifest.Build.changes_at`).

The service knows no generator. It runs the command that builds, as a process of its own, where it
may; where another one builds, it tells when that is late.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from analytics.background import BackgroundTask, Waits
from analytics.web.clock import Clock
from analytics.web.even_clock import EvenClock
from analytics.web.health import Part, part_of
from analytics.web.log import ServiceLog
from analytics.web.static_files import Pages
from policy.places import Places

__all__ = ["BuildCommand", "DueBuilds", "NotBuiltInTime"]

NAME = "pages at their moment"
LOOK_SECONDS = 20.0
"""How often the newest build is asked, whatever the last one said: somebody may have built."""

GRACE_SECONDS = 300
"""For how long whoever else builds may take."""

MOST_SECONDS = 1_800
"""What takes longer is ended."""

ROOT = Path(__file__).parents[1]


class NotBuiltInTime(Exception):
    """A page should have come or gone, and the site was not built. The message says why."""


class BuildCommand:
    """Builds the site in `places` where something is due, by `build.py build --due`.

    `is_ours`: whether it is for this service to do, by what it may write and what it was told.
    """

    def __init__(self, places: Places, *, wanted: bool = True) -> None:
        self._places = places
        self._running: subprocess.Popen[str] | None = None
        self._ended = False
        self._lock = Lock()
        self.is_ours = wanted and os.access(places.public, os.W_OK)

    def __call__(self) -> None:
        """Raises NotBuiltInTime, with what the build said, and OSError."""
        program = [sys.executable, str(ROOT / "build.py"), "--root", str(self._places.root)]
        with self._lock:
            if self._ended:
                return
            self._running = subprocess.Popen(  # noqa: S603  (our own command)
                [*program, "build", "--due"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env={**os.environ, "CI": "1"},  # Nobody watches its progress.
            )
        try:
            _, said = self._running.communicate(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.communicate()
            raise NotBuiltInTime(f"it took more than {MOST_SECONDS // 60} minutes") from None
        if self._running.returncode and not self._ended:
            raise NotBuiltInTime(_first_fault(said) or f"it ended with {self._running.returncode}")

    def close(self) -> None:
        """End a build that runs: public/ is then as it was, or is finished by the next build."""
        with self._lock:
            self._ended = True
            if self._running is not None and self._running.poll() is None:
                self._running.terminate()


def _first_fault(said: str) -> str:
    """What is wrong, of all that a build says: its first fault, without the word before it."""
    lines = (line for line in said.splitlines() if line.startswith("error: "))
    return next(lines, "").removeprefix("error: ")


class DueBuilds:
    """Has the site built at its moments; `steady` counts seconds, whatever the clock says."""

    def __init__(
        self,
        pages: Pages,
        clock: Clock,
        log: ServiceLog,
        build: BuildCommand,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pages = pages
        self._clock = clock
        self._build = build
        self._is_even = EvenClock(clock, steady)
        self._why = ""
        waits = Waits(first=60, longest=900)
        self._task = BackgroundTask(NAME, self.step, log, clock=clock, waits=waits)

    def start(self) -> None:
        """Look at once, and from then on."""
        self._task.start()

    def close(self) -> None:
        """End, with a build that runs."""
        self._build.close()
        self._task.close()

    @property
    def part(self) -> Part:
        """How it is doing, and why the last build failed."""
        part = part_of(self._task.state)
        why = part.why and (self._why or part.why)
        return Part(part.name, part.works, why, part.last_success)

    def step(self) -> float:
        """Build, where it is due. How many seconds later to look again.

        Raises NotBuiltInTime, OSError and UnusableClock.
        """
        is_even = self._is_even()
        due, now = self._pages.refresh().changes_at, self._clock()
        if not due or now < due:
            self._why = ""
            return min(LOOK_SECONDS, due - now) if due else LOOK_SECONDS
        if not is_even:
            return LOOK_SECONDS
        try:
            self._have_built(due, now)
        except NotBuiltInTime as failure:
            self._why = f"pages that were due could not be built: {failure}"
            raise
        return min(LOOK_SECONDS, max(0.0, due + GRACE_SECONDS - now)) or LOOK_SECONDS

    def _have_built(self, due: int, now: float) -> None:
        if self._build.is_ours:
            self._build()
            if self._pages.refresh().changes_at == due:
                raise NotBuiltInTime("the build went well, and changed nothing")
            self._why = ""
        elif now - due > GRACE_SECONDS:
            raise NotBuiltInTime("nobody did: see plainsite-build.timer in deploy/")
