"""What a journey needs of a browser, whichever it is: a visitor with tabs, and what they did."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audit.observations import Act, Headers, KeptCookie, SentRequest, SetCookie

DOCUMENT = "() => document.readyState === 'complete' ? performance.timeOrigin : 0"
"""Tells one page of a tab from the next, once it is loaded."""

QUIET_SECONDS = 0.12
LONGEST_SECONDS = 3.0

_HERE = Path(__file__).parent
LOOK = (_HERE / "look.js").read_text(encoding="utf-8").partition('"use strict";')[2].strip(" ;\n")
FIND = (_HERE / "find.js").read_text(encoding="utf-8").partition('"use strict";')[2].strip(" ;\n")
SECRET = secrets.token_hex(8)
"""Marks what our own script says on the console. Known to this process only."""


class CannotGoOn(Exception):
    """A journey cannot be finished: something that it needs is not there."""


@dataclass(frozen=True, slots=True)
class BrowserProfile:
    """How a visitor's browser differs from one as new."""

    agent: str = ""
    signals: tuple[str, ...] = ()
    """Any of "Sec-GPC" and "DNT"."""
    scripts: bool = True


def watch_script() -> str:
    """The script that tells what a page does."""
    source = (_HERE / "watch.js").read_text(encoding="utf-8")
    return source.replace("__SECRET__", SECRET)


def ahead_script(seconds: float) -> str:
    """The script that puts a page's clock ahead."""
    source = (_HERE / "ahead.js").read_text(encoding="utf-8")
    return source.replace("__AHEAD__", str(int(seconds * 1000)))


@dataclass
class Recorder:
    """What one visitor's browser did since it was last asked."""

    requests: list[SentRequest] = field(default_factory=list)
    set_cookies: list[SetCookie] = field(default_factory=list)
    headers: list[Headers] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    _waiting: set[object] = field(default_factory=set)
    _last: float = 0

    def said(self, text: str) -> None:
        """A line of the console: our own script's, or one that a visitor would find there."""
        if text.startswith(SECRET):
            what, detail = json.loads(text.removeprefix(SECRET))
            self.acts.append(Act(what, detail))
        else:
            self.console.append(text)

    def sent(self, request: SentRequest) -> None:
        """A request that is complete, or failed."""
        self.requests.append(request)

    def answered(self, url: str, pairs: list[tuple[str, str]], *, page: bool) -> None:
        """The headers of an answer. Several `Set-Cookie` may come in one value, line by line."""
        parts = urlsplit(url)
        path, origin = parts.path, f"{parts.scheme}://{parts.netloc}"
        for name, value in pairs:
            if name.lower() == "set-cookie":
                self.set_cookies.extend(SetCookie(line, path) for line in value.split("\n"))
        values = tuple((name.lower(), value) for name, value in pairs)
        self.headers.append(Headers(origin, path, values, page))

    def begins(self, request: object) -> None:
        """A request is on its way."""
        self._waiting.add(request)
        self._last = time.monotonic()

    def ends(self, request: object) -> None:
        """It is answered, or never will be."""
        self._waiting.discard(request)
        self._last = time.monotonic()

    async def settle(self) -> None:
        """Wait until nothing has been on its way for a short while."""
        end = time.monotonic() + LONGEST_SECONDS
        self._last = time.monotonic()
        while time.monotonic() < end:
            await asyncio.sleep(QUIET_SECONDS / 3)
            if not self._waiting and time.monotonic() - self._last > QUIET_SECONDS:
                return
        self._waiting.clear()

    def take(self) -> Recorder:
        """What there is, and begin anew."""
        taken = Recorder(self.requests, self.set_cookies, self.headers, self.acts, self.console)
        self.requests, self.set_cookies, self.headers = [], [], []
        self.acts, self.console = [], []
        return taken


def request_of(method: str, url: str, kind: str, cookie: str, body: int) -> SentRequest:
    """A request from what a browser's protocol says of it; `cookie` is the header's value."""
    parts = urlsplit(url)
    names = tuple(pair.partition("=")[0].strip() for pair in cookie.split(";") if pair.strip())
    origin = f"{parts.scheme}://{parts.netloc}"
    return SentRequest(method, origin, parts.path, parts.query, kind, names, body)


class Tab(ABC):
    """A tab of a visitor's browser. `away` are the errors of one that is between two pages."""

    away: tuple[type[Exception], ...] = ()

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @abstractmethod
    async def goto(self, url: str) -> None:
        """Open an address and wait until it is loaded. Raises CannotGoOn."""

    @abstractmethod
    async def evaluate(self, function: str, argument: object = None) -> Any:
        """Call a function, given as source, with a JSON value; its JSON answer."""

    @abstractmethod
    async def click(self, x: float, y: float) -> None:
        """Click at a point of the window, in CSS pixels, and move away: a button that is pointed
        at looks different."""

    @abstractmethod
    async def write(self, text: str) -> None:
        """Type into what has the focus."""

    @abstractmethod
    async def picture(self) -> bytes:
        """A screenshot of the window, as JPEG."""

    @abstractmethod
    async def history(self, steps: int) -> None:
        """Go back (negative) or forward, as by the browser's own button."""

    @abstractmethod
    async def close(self) -> None:
        """Close the tab, as a visitor does."""

    async def press(self, name: str) -> None:
        """Click what is named `name`, and wait until that has had its effect."""
        await self._point_at(name)
        await self._recorder.settle()

    async def submit(self, name: str) -> None:
        """Click what is named `name`, and wait until the page that it leads to is there."""
        before = await self.evaluate("() => performance.timeOrigin")
        await self._point_at(name)
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            with suppress(*self.away):
                if await self.evaluate(DOCUMENT) not in (before, 0):
                    break
            await asyncio.sleep(QUIET_SECONDS / 3)
        await self._recorder.settle()

    async def fill(self, name: str, text: str) -> None:
        """Type into the field named `name`."""
        await self._point_at(name)
        await self.write(text)

    async def choose(self, name: str, option: str) -> None:
        """Choose an option of the list named `name`, by its value or its words."""
        if await self.evaluate(FIND, {"name": name, "choose": option}) is None:
            raise CannotGoOn(f'there is no "{option}" to choose in "{name}"')

    async def _point_at(self, name: str) -> None:
        point = await self.evaluate(FIND, {"name": name})
        if point is None:
            raise CannotGoOn(f'there is no "{name}" on the page')
        await self.click(point["x"], point["y"])

    async def scroll(self) -> None:
        """Scroll to the end of the page and back, as one who looks it over."""
        for _ in range(2):
            await self.evaluate("() => { scrollTo(0, document.documentElement.scrollHeight); }")
            await asyncio.sleep(0.05)
            await self.evaluate("() => { scrollTo(0, 0); }")

    async def settle(self) -> None:
        """Wait until nothing has been on its way for a short while."""
        await self._recorder.settle()


class Visitor(ABC):
    """A browser profile as new, at a site. `recorder` has what its tabs did."""

    def __init__(self) -> None:
        self.recorder = Recorder()

    @abstractmethod
    async def open(self) -> Tab:
        """A new tab."""

    @abstractmethod
    async def cookies(self) -> tuple[KeptCookie, ...]:
        """Every cookie that the profile keeps."""

    @abstractmethod
    async def gather(self) -> Recorder:
        """What was done since last asked, complete."""

    @abstractmethod
    async def forget_cookies(self) -> None:
        """Delete every cookie of the profile, as closing the browser would those of a session."""

    @abstractmethod
    async def ahead(self, seconds: float) -> None:
        """Put the clock of pages that are opened from now on ahead."""

    @abstractmethod
    async def offline(self, *, on: bool) -> None:
        """Take the network away, or give it back. Raises CannotGoOn where that cannot be done."""

    @abstractmethod
    async def close(self) -> None:
        """Close every tab and forget the profile."""


class Browser(ABC):
    """A running browser."""

    name: str
    version: str

    @abstractmethod
    async def visitor(self, profile: BrowserProfile) -> Visitor:
        """A profile as new. Raises CannotGoOn for one that this browser cannot have."""

    @abstractmethod
    async def close(self) -> None:
        """End the browser's process."""
