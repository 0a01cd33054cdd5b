"""What a journey needs of a browser, whichever it is: a visitor with tabs, and what they did."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from audit.browsers.errors import CannotGoOn, NoAnswer, NotGiven
from audit.browsers.recorder import QUIET_SECONDS, SECRET, Recorder
from audit.observations import KeptCookie

Answer = TypeVar("Answer")

DOCUMENT = "() => document.readyState === 'complete' ? performance.timeOrigin : 0"
"""Tells one page of a tab from the next, once it is loaded."""

READING = "() => document.readyState === 'loading'"
"""Whether the browser has not yet read the page to its end."""

PATIENCE_SECONDS = 15.0
"""How long a page may take to come to its end."""

OBEDIENCE_SECONDS = 30.0
"""How long a browser may take to do what it is told: more, as a busy machine is no difference."""

_HERE = Path(__file__).parent


def function_in(path: Path) -> str:
    """The source of the function that a script of ours is, behind its comment."""
    return path.read_text(encoding="utf-8").partition('"use strict";')[2].strip(" ;\n")


KEPT = function_in(_HERE / "kept.js")
LOOK = function_in(_HERE / "look.js").replace("__KEPT__", KEPT)
FIND = function_in(_HERE / "find.js")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a page came: its status, and whether it came to its end within PATIENCE_SECONDS."""

    status: int
    loaded: bool


@dataclass(frozen=True, slots=True)
class Access:
    """What lets a visitor in at `origin`, and is sent to no other: headers, a name and password,
    and what the browser kept from before (Playwright's storage state)."""

    origin: str
    headers: tuple[tuple[str, str], ...] = ()
    basic: tuple[str, str] | None = None
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class BrowserProfile:
    """How a visitor's browser differs from one as new."""

    agent: str = ""
    signals: tuple[str, ...] = ()
    """Any of "Sec-GPC" and "DNT"."""
    scripts: bool = True
    width: int = 1280
    height: int = 800
    phone: bool = False
    language: str = ""
    """As "de-DE"; the browser's own where it is empty."""
    timezone: str = ""
    """As "America/New_York"; the machine's own where it is empty."""
    access: Access | None = None
    timed: bool = False
    """Whether its timers can be made to come due at once."""
    har: Path | None = None
    """Where a record of its requests and answers goes, if one is wanted."""
    person: bool = False
    """Whether it calls itself what a person's browser does, and not an audit."""


def watch_script() -> str:
    """The script that tells what a page does."""
    source = (_HERE / "watch.js").read_text(encoding="utf-8")
    return source.replace("__SECRET__", SECRET)


def ahead_script(seconds: float) -> str:
    """The script that puts a page's clock ahead."""
    source = (_HERE / "ahead.js").read_text(encoding="utf-8")
    return source.replace("__AHEAD__", str(int(seconds * 1000)))


async def in_time(what: str, doing: Awaitable[Answer]) -> Answer:
    """What `doing` gives. Raises NoAnswer when it takes longer than OBEDIENCE_SECONDS."""
    try:
        return await asyncio.wait_for(doing, OBEDIENCE_SECONDS)
    except TimeoutError:
        raise NoAnswer(what, OBEDIENCE_SECONDS) from None


class Frame(ABC):
    """A frame of the page that a tab shows. `within` says whether it stands in another."""

    within: bool = False

    @abstractmethod
    async def evaluate(self, function: str, argument: object = None) -> Any:
        """As a tab's, in this frame."""

    @abstractmethod
    async def click(self, x: float, y: float) -> None:
        """Click at a point of this frame's window."""


class Tab(ABC):
    """A tab of a visitor's browser. `away` are the errors of one that is between two pages."""

    away: tuple[type[Exception], ...] = ()

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @abstractmethod
    async def goto(self, url: str, *, referrer: str = "") -> Arrival:
        """Open an address, from a `referrer` where a browser can be told one, and wait until it is
        loaded. Raises PageDoesNotOpen."""

    @abstractmethod
    async def call(self, function: str, argument: object) -> Any:
        """What `evaluate` does, for as long as it takes."""

    async def evaluate(self, function: str, argument: object = None) -> Any:
        """Call a function, given as source, with a JSON value; its JSON answer.

        Raises NoAnswer, as where a page's own script never ends.
        """
        return await in_time("look at the page", self.call(function, argument))

    @abstractmethod
    async def frames(self) -> list[Frame]:
        """The frames of the page that is shown, the outermost first."""

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
        end = time.monotonic() + OBEDIENCE_SECONDS
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
            raise await self._lacking(f'there is no "{option}" to choose in "{name}"')

    async def _point_at(self, name: str) -> None:
        point = await self.evaluate(FIND, {"name": name})
        if point is None:
            raise await self._lacking(f'there is no "{name}" on the page')
        await self.click(point["x"], point["y"])

    async def _lacking(self, what: str) -> CannotGoOn:
        """What is not on a page; on one that has not come to its end, it may come yet."""
        if await self.evaluate(READING):
            return CannotGoOn(f"{what}, which had not come to its end")
        return NotGiven(what)

    @abstractmethod
    async def print(self) -> None:
        """Print the page, on paper that nobody keeps."""

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
    async def pass_time(self, seconds: float) -> None:
        """Let the time pass at once for the tab opened last: its timers come due. Raises
        BrowserCannot."""

    @abstractmethod
    async def offline(self, *, on: bool) -> None:
        """Take the network away, or give it back. Raises BrowserCannot."""

    @abstractmethod
    async def close(self) -> None:
        """Close every tab and forget the profile."""


class Browser(ABC):
    """A running browser."""

    name: str
    version: str

    @abstractmethod
    async def visitor(self, profile: BrowserProfile) -> Visitor:
        """A profile as new. Raises BrowserCannot for one that it cannot have."""

    @abstractmethod
    async def close(self) -> None:
        """End the browser's process."""
