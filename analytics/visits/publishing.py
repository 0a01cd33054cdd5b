"""Notes which pages a new build has changed, for the marks in the report's chart."""

from __future__ import annotations

from analytics.background import BackgroundTask, Waits
from analytics.visits.store.base import CounterStore
from analytics.visits.store.publications import LOOK, Publications
from analytics.web.clock import Clock
from analytics.web.log import ServiceLog
from analytics.web.static_files import Pages
from policy.manifest import Build

__all__ = ["Publishing"]

LOOK_SECONDS = 30.0
"""How often it is asked whether there is a new build."""


class Publishing:
    """The build that was compared last, and what compares the next one."""

    def __init__(self, pages: Pages, counters: CounterStore, clock: Clock, log: ServiceLog) -> None:
        self._pages = pages
        self._publications = Publications(counters)
        self._clock = clock
        self._noted: Build | None = None
        waits = Waits(first=60, longest=900)
        self.task = BackgroundTask("published pages", self.step, log, clock=clock, waits=waits)

    def step(self) -> float:
        """Compare the build that is served with what is known of the one before, where it is
        another. How many seconds later to look again. Raises SQLAlchemyError, StoreError and
        UnusableClock."""
        build = self._pages.refresh()
        if build is not self._noted and not self._pages.is_of_another_register:
            self._publications.take_up(_sources(build), self._clock.today())
            self._noted = build
        return LOOK_SECONDS


def _sources(build: Build) -> dict[str, str]:
    """What each page was written from, and what all of them share, as far as the build says so."""
    found = {url: page.source for url, page in build.pages.items() if page.source}
    return found | ({LOOK: build.look} if build.look else {})
