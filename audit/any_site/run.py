"""Make the journeys through any site, in each browser, several at once."""

from __future__ import annotations

import asyncio
import base64
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from audit.any_site.journeys import FIRST, JOURNEYS, AnyJourney
from audit.any_site.register import Consent
from audit.any_site.visit import Visit
from audit.any_site.walk import Walk
from audit.browsers.chromium import Chromium
from audit.browsers.errors import (
    STOPS,
    BrowserCannot,
    NotGiven,
    first_line,
)
from audit.browsers.firefox import Firefox
from audit.browsers.visitor import Access, Browser, in_time
from audit.journeys.run import AT_ONCE, CHROMIUM, FIREFOX
from audit.journeys.site_pages import Unreachable
from audit.observations import Journey, Observed, Stop, Untold
from audit.reports.evidence import har_path

__all__ = ["Plan", "visit_site"]

SECONDS_A_JOURNEY, SECONDS_A_PAGE = 180, 30


@dataclass(frozen=True)
class Plan:
    """What is visited, and how. `pages` are paths; without them the site is walked."""

    origin: str
    consent: Consent = field(default_factory=Consent)
    asks: bool | None = None
    """Whether the site is declared to ask for consent; None where nothing is declared yet."""
    pages: tuple[str, ...] = ()
    most: int = 10
    access: Access | None = None
    browsers: tuple[str, ...] = ("chromium", "firefox")
    journeys: tuple[AnyJourney, ...] = JOURNEYS
    pictures: Path | None = None
    evidence: bool = False
    """Whether Chromium records what is sent and got."""
    told: Callable[[str], None] = lambda line: None


def visit_site(plan: Plan) -> tuple[Observed, Walk]:
    """Make the journeys; what was seen, what could not be and why, and which pages there are."""
    walk = Walk(plan.origin, plan.most, _headers(plan.access))
    try:
        if plan.pages:
            walk.paths.extend(plan.pages)
        else:
            walk.begin()
    except Unreachable as error:
        return _nothing(plan, str(error)), walk
    return asyncio.run(_visit(plan, walk)), walk


def _nothing(plan: Plan, why: str) -> Observed:
    return Observed(plan.origin, (), local=False, missed=(Untold(why),))


def _headers(access: Access | None) -> dict[str, str]:
    made = dict(access.headers) if access else {}
    if access and access.basic:
        pair = base64.b64encode(":".join(access.basic).encode()).decode("ascii")
        made["Authorization"] = f"Basic {pair}"
    return made


async def _visit(plan: Plan, walk: Walk) -> Observed:
    """The first browser finds the pages, and whether the site asks; then all the rest is made."""
    made: list[Observed] = []
    asks = plan.asks
    for name in plan.browsers:
        seen = await _in_browser(name, plan, walk, asks)
        made.append(seen)
        if asks is None:
            asks = _asks(seen)
    missed = (Untold(each) for each in walk.missed)
    return Observed(
        origin=plan.origin,
        journeys=tuple(journey for each in made for journey in each.journeys),
        browsers=tuple(version for each in made for version in each.browsers),
        local=False,
        pages=tuple(walk.paths),
        missed=(*missed, *(each for one in made for each in one.missed)),
    )


async def _launch(name: str, path: str) -> Browser:
    return await (Chromium.launch_for_person(path) if name == "chromium" else Firefox.launch(path))


def _asks(seen: Observed) -> bool:
    return any(
        snapshot.banner and snapshot.banner.asks
        for journey in seen.journeys
        for snapshot in journey.snapshots
    )


async def _in_browser(name: str, plan: Plan, walk: Walk, asks: bool | None) -> Observed:
    names = CHROMIUM if name == "chromium" else FIREFOX
    path = next((found for each in names if (found := shutil.which(each))), None)
    if path is None:
        return Observed("", (), missed=(Untold("it is not installed", name),))
    try:
        browser = await _launch(name, path)
    except STOPS as error:
        why = f"the browser does not start: {first_line(error)}"
        return Observed("", (), missed=(Untold(why, name),))
    try:
        journeys = await _journeys(plan, walk, browser, asks)
    finally:
        await browser.close()
    return Observed("", tuple(journeys), ((browser.name, browser.version),))


async def _journeys(plan: Plan, walk: Walk, browser: Browser, asks: bool | None) -> list[Journey]:
    first = [each for each in plan.journeys if each.name == FIRST]
    made = [await _make(each, plan, walk, browser) for each in first]
    if asks is None:
        asks = _asks(Observed("", tuple(made)))
    rest = [each for each in plan.journeys if each.name != FIRST and (asks or not each.asked)]
    total, done = len(first) + len(rest), len(first)
    gate = asyncio.Semaphore(AT_ONCE[browser.name])

    async def one(journey: AnyJourney) -> Journey:
        nonlocal done
        async with gate:
            seen = await _make(journey, plan, walk, browser)
        done += 1
        stopped = f" stopped: {seen.stop.why}" if seen.stop else ""
        plan.told(f"{browser.name} {done} of {total}: {journey.name}{stopped}")
        return seen

    for number, journey in enumerate(made, 1):
        plan.told(f"{browser.name} {number} of {total}: {journey.name}")
    return [*made, *await asyncio.gather(*map(one, rest))]


async def _make(journey: AnyJourney, plan: Plan, walk: Walk, browser: Browser) -> Journey:
    """One journey by one browser, with a profile as new."""
    profile = replace(journey.profile, access=plan.access)
    if plan.evidence and plan.pictures and browser.name == "chromium":
        profile = replace(profile, har=har_path(plan.pictures, browser.name, journey.name))
    began = time.monotonic()
    try:
        visitor = await browser.visitor(profile)
    except STOPS as error:
        return Journey(journey.name, browser.name, stop=_stop(error), origin=plan.origin)
    visit = Visit(
        name=journey.name,
        browser=browser.name,
        visitor=visitor,
        origin=plan.origin,
        consent=plan.consent,
        pages=tuple(walk.paths),
        pictures=plan.pictures,
        found=None if plan.pages or journey.name != FIRST else walk.add,
        known=walk.paths,
    )
    longest = SECONDS_A_JOURNEY + SECONDS_A_PAGE * max(walk.most, len(walk.paths))
    stop = None
    try:
        async with asyncio.timeout(longest):
            await journey.steps(visit)
    except STOPS as error:
        stop = _stop(error)
    except TimeoutError:
        stop = Stop(f"it had not come to its end after {longest:.0f} seconds")
    if stop:
        with suppress(*STOPS):
            await visit.keep_the_rest()
    with suppress(*STOPS):
        await in_time("close its tabs", visitor.close())
    snapshots, missed = tuple(visit.snapshots), tuple(visit.missed)
    return Journey(
        name=journey.name,
        browser=browser.name,
        snapshots=snapshots,
        stop=stop,
        missed=missed,
        origin=plan.origin,
        seconds=time.monotonic() - began,
    )


def _stop(error: Exception) -> Stop:
    lacking, unable = isinstance(error, NotGiven), isinstance(error, BrowserCannot)
    return Stop(first_line(error), lacking=lacking, unable=unable)
