"""Make every journey in every browser, several at once, each with a service of its own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

from playwright.async_api import Error as PlaywrightError

from audit.browsers.bidi import BidiError
from audit.browsers.chromium import Chromium
from audit.browsers.firefox import Firefox
from audit.browsers.visitor import Browser, CannotGoOn
from audit.journeys.agreements import Agreements
from audit.journeys.journey_run import JourneyRun
from audit.journeys.routes import ROUTES, TOKEN, Route
from audit.observations import Journey, Observed
from audit.target import LocalSite, RemoteSite

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FIREFOX = ("firefox-esr", "firefox")
AT_ONCE = {"chromium": 4, "firefox": 1}
PROCESSES = {"chromium": 1, "firefox": 2}
"""Firefox shows one tab at a time, and hides the others' pages from their own scripts."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What is audited, by which browsers; `idle_seconds` is how long each page is left open."""

    browsers: tuple[str, ...] = ("chromium", "firefox")
    routes: tuple[Route, ...] = ROUTES
    idle_seconds: float = 10
    pages: tuple[str, ...] = ()
    pictures: Path | None = None
    told: Told = field(default=lambda line: None)


def audit(target: LocalSite | RemoteSite, options: Options) -> Observed:
    """Make the journeys and return what was seen. Browsers that are not there are named."""
    return asyncio.run(_audit(target, options))


async def _audit(target: LocalSite | RemoteSite, options: Options) -> Observed:
    local = isinstance(target, LocalSite)
    with tempfile.TemporaryDirectory(prefix="plainsite-audit-") as folder, ExitStack() as stack:
        first = stack.enter_context(target.running(Path(folder) / "first"))
        pages = options.pages or await asyncio.to_thread(_pages, first.origin, target)
        options = replace(options, pages=pages)
        runs = [_browser(name, target, options, Path(folder)) for name in options.browsers]
        results = await asyncio.gather(*runs)
    return Observed(
        origin="" if local else first.origin,
        journeys=tuple(journey for result in results for journey in result.journeys),
        browsers=tuple(version for result in results for version in result.browsers),
        local=local,
        pages=pages,
        skipped=tuple(each for result in results for each in result.skipped),
    )


async def _browser(
    name: str, target: LocalSite | RemoteSite, options: Options, folder: Path
) -> Observed:
    path = next((found for each in _candidates(name) if (found := shutil.which(each))), None)
    if path is None:
        return Observed("", (), skipped=(f"{name} is not installed",))
    routes = [route for route in options.routes if isinstance(target, LocalSite) or not route.local]
    gate = asyncio.Semaphore(PROCESSES[name])
    made = await asyncio.gather(
        *(
            _together(name, path, group, target, options, folder, gate)
            for group in _groups(name, routes)
        )
    )
    journeys = tuple(journey for group in made for journey in group.journeys)
    skipped = tuple(
        f"{each.browser}, {each.name}: {each.stopped}" for each in journeys if each.stopped
    )
    return Observed("", journeys, made[0].browsers if made else (), skipped=skipped)


async def _together(  # noqa: PLR0913, PLR0917
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
        browser = await _launch(name, path, _separate(name, routes[0]))
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


async def make_journey(  # noqa: PLR0913, PLR0917
    route: Route,
    browser: Browser,
    target: LocalSite | RemoteSite,
    options: Options,
    folder: Path,
    gate: asyncio.Semaphore,
) -> Journey:
    """One journey by one browser, with a service of its own; `gate` bounds how many at once."""
    async with gate:
        with target.running(folder / f"{browser.name} {route.name}") as instance:
            instance.clock.stopped = route.stopped_clock
            try:
                visitor = await browser.visitor(route.profile)
            except CannotGoOn as error:
                return Journey(route.name, browser.name, stopped=str(error))
            run = JourneyRun(
                name=route.name,
                browser=browser.name,
                visitor=visitor,
                instance=instance,
                register=target.site.register,
                forms=dict(target.site.forms),
                agreements=Agreements.of(target.site.register, target.site.forms),
                pages=options.pages,
                pictures=options.pictures,
                idle_seconds=options.idle_seconds,
                given=_given(route),
            )
            stopped = await _make(route, run)
            journey = run.journey(stopped, route.paired_with)
            await visitor.close()
        options.told(f"{browser.name}: {route.name}{f' stopped: {stopped}' if stopped else ''}")
        return journey


def _given(route: Route) -> dict[str, str]:
    """What every visitor gives away by asking for a page."""
    agent = {"User-Agent": TOKEN} if route.profile.agent else {}
    return {"network address": "127.0.0.1", **agent}


async def _make(route: Route, run: JourneyRun) -> str:
    """Why the journey stopped before its end; empty where it did not."""
    try:
        await route.steps(run)
    except (CannotGoOn, BidiError, PlaywrightError, TimeoutError) as error:
        return str(error).splitlines()[0]
    return ""


def _pages(origin: str, target: LocalSite | RemoteSite) -> tuple[str, ...]:
    """The site's pages, from its sitemap; the home page comes first."""
    with urlopen(f"{origin}/sitemap.xml", timeout=20) as answer:  # noqa: S310
        tree = ElementTree.fromstring(answer.read())  # noqa: S314  (of the site that is audited)
    found = (element.text or "" for element in tree.iter() if element.tag.endswith("}loc"))
    home = target.site.settings.url
    paths = [url.removeprefix(home) for url in found]
    return tuple(sorted(set(paths), key=lambda path: (path != "/", path)))
