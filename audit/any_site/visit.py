"""A visit of any site while it is being made: one visitor, and the snapshots kept of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from audit.any_site import banner as banners
from audit.any_site.register import Consent
from audit.banners import Banner
from audit.browsers.errors import STOPS, CannotGoOn, PageDoesNotOpen, first_line
from audit.browsers.recorder import Recorder
from audit.browsers.visitor import KEPT, PATIENCE_SECONDS, Frame, Tab, Visitor
from audit.observations import Act, KeptCookie, KeptItem, PageFacts, SentRequest, Snapshot

__all__ = ["Visit"]

ERRORS = 400
AT_THE_END = {"navigator.sendBeacon": "POST", "fetch on leaving": "GET"}
"""Ways to send something that a browser may not tell of, as its page is gone; how they ask."""
SOCKETS = ("socket", "new WebSocket", "new WebTransport", "new EventSource")
PLACE = "() => [location.origin, location.pathname + location.search]"
LINKS = """() => [...document.querySelectorAll("a[href], area[href]")].map(({ href }) => href)
  .filter((href) => /^https?:/.test(href)).slice(0, 2000)"""
CLICK = """(path) => {
  const link = [...document.links].find((each) => each.origin === location.origin
    && each.pathname + each.search === path && each.target !== "_blank" && each.checkVisibility());
  link?.click();
  return Boolean(link);
}"""
FOCUS = """(number) => {
  const text = ["text", "email", "search", "tel", "password", "textarea"];
  const fields = [...document.querySelectorAll("input, textarea")]
    .filter((one) => text.includes(one.type) && !one.disabled && one.checkVisibility());
  fields[number]?.focus();
  return number in fields;
}"""
MOST_FIELDS, WRITTEN = 5, "ada"
SHOWN = "() => [location.origin, location.pathname, performance.timeOrigin]"
HINTS = """() => [...document.querySelectorAll("link[rel~=preconnect], link[rel~=dns-prefetch]")]
  .map(({ href }) => href)"""


class _Document(NamedTuple):
    """One page in a tab; loaded again, it is another."""

    origin: str
    path: str
    began: float


@dataclass
class Visit:
    """What a journey through somebody's site works with."""

    name: str
    browser: str
    visitor: Visitor
    origin: str
    consent: Consent
    pages: tuple[str, ...]
    pictures: Path | None = None
    found: Callable[[list[str]], None] | None = None
    """What is told of the links of each page, where the site is walked."""
    known: list[str] = field(default_factory=list)
    """The pages that are known by now."""
    agreed: frozenset[str] = frozenset()
    ahead: float = 0
    """Seconds that its pages' clock is ahead."""
    snapshots: list[Snapshot] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a draft tells its owner."""
    banner: Banner | None = None
    """What was there at the last look."""
    _tab: Tab | None = None
    _chance: random.Random = field(default_factory=random.Random)

    @property
    def tab(self) -> Tab:
        """The tab that is being used. Raises CannotGoOn where none is open."""
        if self._tab is None:
            raise CannotGoOn("no tab is open")
        return self._tab

    async def open_tab(self) -> None:
        """Open a tab, and use it."""
        self._tab = await self.visitor.open()

    async def pause(self) -> None:
        """What a person needs to look and point, never twice the same."""
        await asyncio.sleep(self._chance.uniform(0.1, 0.35))

    async def go(
        self,
        path: str,
        step: str = "",
        *,
        wait: float = 0,
        picture: bool = False,
        referrer: str = "",
    ) -> None:
        """Open a page by its address. Raises PageDoesNotOpen, with what came kept."""
        await self.pause()
        arrival = await self.tab.goto(self.origin + path, referrer=referrer)
        if not arrival.loaded:
            self.missed.append(f"{path} had not come to its end after {PATIENCE_SECONDS:.0f} s")
        await self._keep_page(path, step or f"open {path}", wait=wait, picture=picture)
        if arrival.status >= ERRORS:
            raise PageDoesNotOpen.answered(path, arrival.status)

    async def write(self) -> None:
        """Write into the fields of the page, and leave them: nothing is sent. The page is kept."""
        for number in range(MOST_FIELDS):
            if not await self.tab.evaluate(FOCUS, number):
                break
            await self.pause()
            await self.tab.write(WRITTEN)
        await self.tab.evaluate("() => document.activeElement?.blur()")
        await self.tab.settle()
        await self.keep(f"write into the fields of {self._place[1]}")

    async def follow(self, path: str) -> None:
        """Go to a page by a link of the one that is open, as people do; by its address if there is
        none. A site that changes its address by script is used so, and not loaded anew."""
        await self.pause()
        clicked = False
        with suppress(*STOPS):
            clicked = bool(await self.tab.evaluate(CLICK, path))
        if not clicked:
            await self.go(path)
            return
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            await asyncio.sleep(0.05)
            with suppress(*STOPS):
                _, now = await self.tab.evaluate(PLACE)
                if now == path:
                    break
        await self._keep_page(path, f"follow the link to {path}")

    async def _keep_page(
        self, path: str, step: str, *, wait: float = 0, picture: bool = False
    ) -> None:
        await self.tab.settle()
        with suppress(*STOPS):
            await self.tab.scroll()
        await self.tab.settle()
        if wait:
            with suppress(*STOPS):
                self.banner = await banners.found(self.tab, self.consent, seconds=wait)
        await self.keep(step, picture=picture)
        if self._place[0] != self.origin:
            raise PageDoesNotOpen(path, f"it leads to {self._place[0]}")

    _place: tuple[str, str] = ("", "")

    async def keep(
        self, step: str, *, picture: bool = False, clicks: int = 0, expected: bool = False
    ) -> Snapshot:
        """Keep what the browser holds now and did since the snapshot before. Raises CannotGoOn for
        a page that never stays."""
        hints: list[str] = []
        async for _ in self._whole_looks():
            self.banner = await banners.look(self.tab, self.consent, expected=expected)
            items = [item for frame in await self.tab.frames() for item in await _kept(frame)]
            with suppress(*STOPS):
                hints = await self.tab.evaluate(HINTS)
            cookies = await self.visitor.cookies()
        file = await self._picture(step) if picture else ""
        # Nothing may fail from here on: what was gathered once is not told again.
        done = await self.visitor.gather()
        made = self._snapshot(step, done, cookies, tuple(items), file, clicks)
        made = replace(made, facts=PageFacts(hints=tuple(hints)))
        self.snapshots.append(made)
        return made

    async def keep_the_rest(self) -> None:
        """What was done and kept until the journey stopped."""
        cookies: tuple[KeptCookie, ...] = ()
        with suppress(*STOPS):
            cookies = await self.visitor.cookies()
        self.banner = None
        done = await self.visitor.gather()
        self.snapshots.append(self._snapshot("what was there when it stopped", done, cookies))

    async def _whole_looks(self) -> AsyncIterator[None]:
        """Have a look be repeated until it was at one page from its beginning to its end. Raises
        CannotGoOn where none ever is."""
        end = time.monotonic() + PATIENCE_SECONDS
        before: _Document | None = None
        while time.monotonic() < end:
            now = await self._document()
            if now and now == before:
                self._place = now.origin, now.path
                yield
                if await self._document() == now:
                    return
            before = now
            await asyncio.sleep(0.1)
        path = before.path if before else "a page"
        raise CannotGoOn(f"{path} leads on and on by itself")

    async def _document(self) -> _Document | None:
        """The page that the tab shows now; None between two."""
        with suppress(*STOPS):
            found = _Document(*await self.tab.evaluate(SHOWN))
            return found if found.origin != "null" else None
        return None

    def _snapshot(  # noqa: PLR0913, PLR0917  (what a snapshot holds)
        self,
        step: str,
        done: Recorder,
        cookies: tuple[KeptCookie, ...],
        items: tuple[KeptItem, ...] = (),
        picture: str = "",
        clicks: int = 0,
    ) -> Snapshot:
        return Snapshot(
            step=step,
            page=self._place[1],
            at=time.time() + self.ahead,
            agreed=self.agreed,
            cookies=cookies,
            items=items,
            requests=(*done.requests, *_spoken(done.acts)),
            set_cookies=tuple(done.set_cookies),
            headers=tuple(done.headers),
            acts=tuple(done.acts),
            console=tuple(done.console),
            picture=picture,
            banner=self.banner,
            clicks=clicks,
        )

    async def _picture(self, step: str) -> str:
        if self.pictures is None:
            return ""
        words = f"{self.browser}-{self.name}-{step}".lower().replace("/", "_").replace(" ", "-")
        name = "".join(letter for letter in words if letter.isalnum() or letter in "-_")[:100]
        try:
            picture = await self.tab.picture()
        except STOPS:  # It shows people what was looked at; the rules do without.
            return ""
        (self.pictures / f"{name}.jpg").write_bytes(picture)
        return f"{name}.jpg"

    async def links(self) -> list[str]:
        """Paths of this site that the page leads to."""
        with suppress(*STOPS):
            found = [urlsplit(href) for href in await self.tab.evaluate(LINKS)]
            here = [each for each in found if f"{each.scheme}://{each.netloc}" == self.origin]
            return list(dict.fromkeys((each.path or "/") for each in here))
        return []

    def told(self, error: Exception) -> None:
        """A page could not be looked at; the others can."""
        self.missed.append(first_line(error))


def _spoken(acts: list[Act]) -> list[SentRequest]:
    """Sockets and beacons, as requests: browsers tell of them by other events, or not at all."""
    made = []
    for act in acts:
        if urlsplit(act.detail).scheme not in ("ws", "wss", "http", "https"):
            continue
        if act.what in SOCKETS:
            made.append(_request(act.detail, "GET", "socket"))
        elif act.what in AT_THE_END:
            made.append(_request(act.detail, AT_THE_END[act.what], "ping"))
    return list(dict.fromkeys(made))


def _request(url: str, method: str, kind: str) -> SentRequest:
    parts = urlsplit(url)
    return SentRequest(method, f"{parts.scheme}://{parts.netloc}", parts.path, kind=kind)


async def _kept(frame: Frame) -> list[KeptItem]:
    with suppress(*STOPS):  # A frame that went away meanwhile, or that may keep nothing.
        origin, items = await frame.evaluate(f"async () => [location.origin, await ({KEPT})()]")
        # A frame's name is given by the page around it, and goes with it.
        own = [each for each in items if not (frame.within and each["where"] == "window.name")]
        return [KeptItem(**each, origin=origin) for each in own if origin != "null"]
    return []
