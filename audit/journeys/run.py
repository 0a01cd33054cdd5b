"""Make every journey in every browser, several at once, each with a service of its own."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from audit.browsers.chromium import Chromium
from audit.browsers.errors import STOPS, BrowserCannot, NotGiven, first_line
from audit.browsers.firefox import Firefox
from audit.browsers.visitor import Browser, BrowserProfile, in_time
from audit.journeys.agreements import Agreements
from audit.journeys.journey_run import JourneyRun
from audit.journeys.routes import ROUTES, TOKEN, Route, routes_of
from audit.journeys.site_pages import Unreachable, site_pages
from audit.languages import Languages
from audit.observations import Journey, Observed, Stop, Untold
from audit.reports.evidence import har_path
from audit.target import LocalSite, RemoteSite

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FIREFOX = ("firefox-esr", "firefox")
AT_ONCE = {"chromium": 4, "firefox": 1}
PROCESSES = {"chromium": 1, "firefox": 2}
"""Firefox shows one tab at a time, and hides the others' pages from their own scripts."""

SECONDS_A_JOURNEY, SECONDS_A_PAGE = 180, 30
"""How long a journey may take, so that no page can keep an audit from its end."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What is audited, by which browsers; `idle_seconds` is how long each page is left open."""

    browsers: tuple[str, ...] = ("chromium", "firefox")
    routes: tuple[Route, ...] = ROUTES
    idle_seconds: float = 10
    pages: tuple[str, ...] = ()
    pictures: Path | None = None
    evidence: bool = False
    """Whether Chromium records what is sent and got."""
    told: Told = field(default=lambda line: None)


def audit(target: LocalSite | RemoteSite, options: Options) -> Observed:
    """Make the journeys and return what was seen, and what could not be, and why."""
    return asyncio.run(_audit(target, options))


async def _audit(target: LocalSite | RemoteSite, options: Options) -> Observed:
    local = isinstance(target, LocalSite)
    with tempfile.TemporaryDirectory(prefix="plainsite-audit-") as folder, ExitStack() as stack:
        first = stack.enter_context(target.running(Path(folder) / "first"))
        origin = "" if local else first.origin
        try:
            home = target.site.settings.url
            found = await asyncio.to_thread(site_pages, first.origin, home)
        except Unreachable as error:
            return Observed(origin, (), local=local, missed=(Untold(str(error)),))
        options = replace(options, pages=options.pages or found.paths)
        options = replace(options, told=_counted(target, options))
        runs = [_browser(name, target, options, Path(folder)) for name in options.browsers]
        results = await asyncio.gather(*runs)
    missed = (Untold(each) for each in found.missed)
    return Observed(
        origin=origin,
        journeys=tuple(journey for result in results for journey in result.journeys),
        browsers=tuple(version for result in results for version in result.browsers),
        local=local,
        pages=options.pages,
        missed=(*missed, *(each for result in results for each in result.missed)),
        published=target.published() if isinstance(target, LocalSite) else frozenset(),
        variants=target.variants() if isinstance(target, LocalSite) else {},
        words=target.words() if isinstance(target, LocalSite) else {},
        styled=target.styled() if isinstance(target, LocalSite) else (),
        personal=target.personal() if isinstance(target, LocalSite) else frozenset(),
    )


def _counted(target: LocalSite | RemoteSite, options: Options) -> Told:
    """Tells each journey with how many there are."""
    local = isinstance(target, LocalSite)
    routes = routes_of(target.site.register, local=local, routes=options.routes)
    number, total = itertools.count(1), len(routes) * len(options.browsers)
    return lambda line: options.told(f"{next(number)} of {total}: {line}")


async def _browser(
    name: str, target: LocalSite | RemoteSite, options: Options, folder: Path
) -> Observed:
    path = next((found for each in _candidates(name) if (found := shutil.which(each))), None)
    if path is None:
        other = " and ".join(each for each in options.browsers if each != name)
        mend = f": install it, or say --browser {other}" if other else ""
        return Observed("", (), missed=(Untold(f"it is not installed{mend}", name),))
    local = isinstance(target, LocalSite)
    routes = routes_of(target.site.register, local=local, routes=options.routes)
    gate = asyncio.Semaphore(PROCESSES[name])
    groups = [
        _together(name, path, group, target, options, folder, gate)
        for group in _groups(name, routes)
    ]
    made = await asyncio.gather(*groups)
    return Observed(
        "",
        tuple(journey for group in made for journey in group.journeys),
        tuple(dict.fromkeys(version for group in made for version in group.browsers)),
    )


async def _together(  # noqa: PLR0913, PLR0917  (what a journey is of)
    name: str,
    path: str,
    routes: tuple[Route, ...],
    target: LocalSite | RemoteSite,
    options: Options,
    folder: Path,
    processes: asyncio.Semaphore,
) -> Observed:
    """The journeys that one process of a browser makes."""
    async with processes:
        try:
            browser = await _launch(name, path, _separate(name, routes[0]))
        except STOPS as error:
            stop = Stop(f"the browser does not start: {first_line(error)}")
            return Observed("", tuple(Journey(route.name, name, stop=stop) for route in routes))
        gate = asyncio.Semaphore(AT_ONCE[name])
        try:
            made = (make_journey(route, browser, target, options, folder, gate) for route in routes)
            journeys = await asyncio.gather(*made)
        finally:
            await browser.close()
    return Observed("", tuple(journeys), ((browser.name, browser.version),))


def _groups(name: str, routes: Iterable[Route]) -> Iterator[tuple[Route, ...]]:
    """Routes that can share a process. Firefox makes one at a time, so its are dealt out."""
    by_signal: dict[tuple[str, ...], list[Route]] = {}
    for route in routes:
        by_signal.setdefault(_separate(name, route), []).append(route)
    for signals, group in by_signal.items():
        hands = PROCESSES[name] if not signals else 1
        yield from (tuple(group[hand::hands]) for hand in range(hands) if group[hand::hands])


def _candidates(name: str) -> tuple[str, ...]:
    return CHROMIUM if name == "chromium" else FIREFOX


def _separate(name: str, route: Route) -> tuple[str, ...]:
    """What a browser must be started anew for: Firefox signals by a preference of its own."""
    return route.profile.signals if name == "firefox" else ()


async def _launch(name: str, path: str, signals: tuple[str, ...]) -> Browser:
    return await (Chromium.launch(path) if name == "chromium" else Firefox.launch(path, signals))


async def make_journey(  # noqa: PLR0913, PLR0917  (what a journey is of)
    route: Route,
    browser: Browser,
    target: LocalSite | RemoteSite,
    options: Options,
    folder: Path,
    gate: asyncio.Semaphore,
) -> Journey:
    """One journey by one browser, with a service of its own; `gate` bounds how many at once."""
    async with gate:
        var = folder / f"{browser.name} {route.name}"
        with target.running(var, route.stopped_clock) as instance:
            instance.address = route.address
            began = time.monotonic()
            try:
                visitor = await browser.visitor(_profile(route, browser, options))
            except STOPS as error:
                return Journey(route.name, browser.name, stop=_stop(error))
            run = JourneyRun(
                name=route.name,
                browser=browser.name,
                visitor=visitor,
                instance=instance,
                register=target.site.register,
                forms=dict(target.site.forms),
                agreements=Agreements.of(target.site.register, target.site.forms),
                languages=Languages(target.site),
                audience=target.site.audiences.default,
                pages=options.pages,
                pictures=options.pictures,
                idle_seconds=options.idle_seconds,
                given=_given(route),
            )
            stop = await _make(route, run)
            if stop:
                await run.keep_the_rest()
            made = run.journey(stop, route.paired_with)
            spent = time.monotonic() - began
            journey = replace(made, seconds=spent, language=route.profile.language)
            with suppress(*STOPS):  # What a browser that is gone kept is gone with it.
                await in_time("close its tabs", visitor.close())
        options.told(f"{browser.name}: {route.name}{f' stopped: {stop.why}' if stop else ''}")
        return journey


def _profile(route: Route, browser: Browser, options: Options) -> BrowserProfile:
    if not (options.evidence and options.pictures and browser.name == "chromium"):
        return route.profile
    return replace(route.profile, har=har_path(options.pictures, browser.name, route.name))


def _given(route: Route) -> dict[str, str]:
    """What every visitor gives away by asking for a page."""
    agent = {"User-Agent": TOKEN} if TOKEN in route.profile.agent else {}
    return {"network address": route.address, "machine's address": "127.0.0.1", **agent}


async def _make(route: Route, run: JourneyRun) -> Stop | None:
    """Why the journey stopped before its end; None where it did not."""
    longest = SECONDS_A_JOURNEY + SECONDS_A_PAGE * len(run.pages) + run.idle_seconds
    try:
        async with asyncio.timeout(longest):
            await route.steps(run)
    except STOPS as error:
        return _stop(error)
    except TimeoutError:
        return Stop(f"it had not come to its end after {longest:.0f} seconds")
    return None


def _stop(error: Exception) -> Stop:
    lacking, unable = isinstance(error, NotGiven), isinstance(error, BrowserCannot)
    return Stop(first_line(error), lacking=lacking, unable=unable)
