"""How many pages were shown at all, and how many hits were refused and why: totals by day.

Neither a cookie nor an address is looked at, and nothing of a request stays but that a page was
shown on a day, to a program or to somebody else. So a report can say of how many it tells.
"""

from __future__ import annotations

import datetime
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from analytics.background import BackgroundTask, Waits
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.store.daily import Daily, ServedKey
from analytics.visits.user_agents import Hints, is_program
from analytics.web.clock import Clock, UnusableClock
from analytics.web.log import ServiceLog
from analytics.web.problems import REFUSED_HEADER, Reason
from analytics.web.static_files import Pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Coverage", "Covered"]

SECONDS_BETWEEN = 10.0
MOST_SECONDS = 600.0
"""The register says for how long totals may wait in memory, where they cannot be written."""

REASONS = frozenset(reason.word for reason in Reason)
AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
"""Headers by which browsers, also older ones, say that they fetch what nobody asked for yet."""

SHOWN = ("200", "304")
"""The page was sent, or the browser has it already (RFC 9110, section 15.4.5)."""


class Coverage:
    """The totals that wait, and what writes them down. A service that is killed loses seconds.
    `monotonic` gives seconds that only grow."""

    def __init__(
        self,
        counters: CounterStore,
        clock: Clock,
        log: ServiceLog,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._daily = Daily(counters)
        self._clock = clock
        self._lock = Lock()
        self._served: Counter[ServedKey] = Counter()
        self._refused: Counter[tuple[datetime.date, str]] = Counter()
        self._monotonic = monotonic
        self._failing_since: float | None = None
        waits = Waits(SECONDS_BETWEEN, SECONDS_BETWEEN)
        self.task = BackgroundTask("coverage", self._step, log, clock=clock, waits=waits)

    def served(self, page: str, *, program: bool) -> None:
        """A page was shown."""
        with suppress(UnusableClock), self._lock:
            self._served[self._clock.today(), page, "yes" if program else "no"] += 1

    def refused(self, reason: str) -> None:
        """A hit was refused."""
        with suppress(UnusableClock), self._lock:
            self._refused[self._clock.today(), reason] += 1

    def write(self) -> None:
        """Write down what waits. Raises StoreError, and it waits on; for too long, it is lost."""
        with self._lock:
            served, self._served = self._served, Counter()
            refused, self._refused = self._refused, Counter()
        if not (served or refused):
            return
        try:
            self._daily.add(served, refused)
        except StoreError:
            if self._may_wait():
                with self._lock:
                    self._served += served
                    self._refused += refused
            raise
        self._failing_since = None

    def _may_wait(self) -> bool:
        now = self._monotonic()
        if self._failing_since is None:
            self._failing_since = now
        if now < self._failing_since + MOST_SECONDS - SECONDS_BETWEEN:
            return True
        self._failing_since = None
        return False

    def _step(self) -> float:
        self.write()
        return SECONDS_BETWEEN

    def close(self) -> None:
        """Write down the rest."""
        self.task.close()
        with suppress(StoreError):  # Said by the counters, whose database it is.
            self.write()


class Covered:
    """WSGI middleware that notes each page that is shown, and each refusal."""

    def __init__(self, app: WSGIApplication, pages: Pages, coverage: Coverage) -> None:
        self._app = app
        self._pages = pages
        self._coverage = coverage

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            self._note(environ, status, headers)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)

    def _note(self, environ: WSGIEnvironment, status: str, headers: list[tuple[str, str]]) -> None:
        if status.startswith(SHOWN) or _is_whole(status, headers):
            if environ["REQUEST_METHOD"] == "GET" and (page := self._page(environ)):
                self._coverage.served(page, program=_is_of_a_program(environ))
            return
        reason = next((value for name, value in headers if name == REFUSED_HEADER), "")
        if reason in REASONS:
            self._coverage.refused(reason)

    def _page(self, environ: WSGIEnvironment) -> str | None:
        # PEP 3333: the path is decoded from its percent-encoding, then from bytes as Latin-1.
        address = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        known = self._pages.build.pages.get(address)
        return address if known and known.counted else None


def _is_whole(status: str, headers: list[tuple[str, str]]) -> bool:
    """Whether a part that was sent is all of it (RFC 9110, section 14.4)."""
    if not status.startswith("206"):
        return False
    said = next((value for name, value in headers if name.lower() == "content-range"), "")
    found = re.fullmatch(r"bytes 0-(\d+)/(\d+)", said)
    return found is not None and int(found[1]) + 1 == int(found[2])


def _is_of_a_program(environ: WSGIEnvironment) -> bool:
    """By the rule for visits; what is fetched before anybody asked for it is shown to nobody."""
    if any("prefetch" in str(environ.get(header, "")).casefold() for header in AHEAD):
        return True
    hints = Hints.of({"Sec-CH-UA": environ.get("HTTP_SEC_CH_UA", "")})
    return is_program(environ.get("HTTP_USER_AGENT", ""), hints)
