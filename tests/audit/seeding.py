"""Journeys through a site with a violation planted in it, and what the audit finds of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit.browsers.chromium import Chromium
from audit.journeys.routes import ROUTES
from audit.journeys.run import Options, make_journey
from audit.observations import Journey, Observed
from audit.rules.compare import compare
from audit.rules.findings import Finding
from audit.target import LocalSite
from tests.fixtures.patience import PATIENCE

from .planting import Violation

Findings = Callable[[Violation], tuple[Finding, ...]]
ROUTE = {route.name: route for route in ROUTES}


class Loop:
    """An event loop in a thread of its own: other tests drive browsers in this one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=4 * PATIENCE)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def found_with(
    loop: Loop, running: Chromium, honest: LocalSite, folder: Path, violation: Violation
) -> tuple[Finding, ...]:
    """What the audit finds, in a `folder` of its own."""
    site = replace(honest.site, register=violation.register(honest.site.register))
    target = replace(honest, wrap=violation.wrap, tamper=violation.tamper)
    options = Options(pages=violation.pages, idle_seconds=0.4)

    async def journeys() -> list[Journey]:
        gate = asyncio.Semaphore(4)
        made = (
            make_journey(ROUTE[name], running, target, options, folder, gate)
            for name in violation.routes
        )
        return list(await asyncio.gather(*made))

    made = loop.run(journeys())
    pages = (*violation.pages, "/privacy/", "/cookies/")
    observed = Observed(
        "",
        tuple(made),
        pages=pages,
        published=honest.published(),
        personal=honest.personal(),
        words=honest.words(),
        styled=honest.styled(),
    )
    return compare(site, observed, complete=violation.complete)
