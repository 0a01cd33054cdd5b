"""A visitor in Firefox: a user context, and its tabs."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

from audit.browsers.bidi import Bidi, Parameters
from audit.browsers.errors import BidiError, BrowserCannot, PageDoesNotOpen, first_line
from audit.browsers.recorder import Recorder, request_of
from audit.browsers.visitor import PATIENCE_SECONDS, Arrival, Frame, Tab, Visitor, ahead_script
from audit.observations import KeptCookie, SentRequest

__all__ = ["FirefoxVisitor"]

GONE = "no such frame"
SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None", "default": "Lax"}


PRINTING = "() => ['beforeprint', 'afterprint'].forEach((each) => dispatchEvent(new Event(each)))"
"""What a page hears when it is printed."""


class FirefoxFrame(Frame):
    """A frame of a page in Firefox: a browsing context with a window of its own."""

    def __init__(self, tab: FirefoxTab, *, within: bool) -> None:
        self._tab = tab
        self.within = within

    async def evaluate(self, function: str, argument: object = None) -> Any:
        return await self._tab.evaluate(function, argument)

    async def click(self, x: float, y: float) -> None:
        try:
            await self._tab.click(x, y)
        except BidiError as error:
            if not str(error).startswith(GONE):  # It went away as it was clicked.
                raise


class FirefoxTab(Tab):
    """A tab of Firefox."""

    away = (BidiError,)

    def __init__(
        self, bidi: Bidi, context: str, recorder: Recorder, statuses: dict[str, int]
    ) -> None:
        super().__init__(recorder)
        self._bidi = bidi
        self._context = context
        self._statuses = statuses
        """Of the page that came last, by context: what the visitor hears, its tabs read."""

    async def goto(self, url: str, *, referrer: str = "") -> Arrival:
        del referrer  # BiDi has no way to say one.
        self._statuses.pop(self._context, None)
        loaded = True
        try:
            await asyncio.wait_for(self._navigate(url), PATIENCE_SECONDS)
        except TimeoutError:
            # What a page holds by then is worth a look, whatever else it waits for.
            loaded = False
        except BidiError as error:
            raise PageDoesNotOpen(url, first_line(error)) from None
        if not loaded and self._context not in self._statuses:
            why = f"no answer within {PATIENCE_SECONDS:.0f} seconds"
            raise PageDoesNotOpen(url, why)
        await self.settle()
        return Arrival(self._statuses.get(self._context, 200), loaded)

    async def _navigate(self, url: str) -> None:
        await self._bidi.send(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    async def call(self, function: str, argument: object) -> Any:
        # JSON both ways: BiDi's own encoding of values would have to be written out and read back.
        source = f"async (given) => JSON.stringify((await ({function})(JSON.parse(given))) ?? null)"
        answer = await self._bidi.send(
            "script.callFunction",
            functionDeclaration=source,
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] != "success":
            raise BidiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    async def frames(self) -> list[Frame]:
        answer = await self._bidi.send("browsingContext.getTree", root=self._context)
        return list(self._frames(answer["contexts"], within=False))

    def _frames(self, contexts: list[Parameters], *, within: bool) -> Iterator[Frame]:
        for each in contexts:
            tab = FirefoxTab(self._bidi, each["context"], self._recorder, self._statuses)
            yield FirefoxFrame(tab, within=within)
            yield from self._frames(each["children"] or [], within=True)

    async def click(self, x: float, y: float) -> None:
        await self._perform(
            {
                "type": "pointer",
                "id": "mouse",
                "actions": [
                    {"type": "pointerMove", "x": int(x), "y": int(y)},
                    {"type": "pointerDown", "button": 0},
                    {"type": "pointerUp", "button": 0},
                    {"type": "pointerMove", "x": 0, "y": 0},
                ],
            }
        )

    async def write(self, text: str) -> None:
        presses = [
            {"type": kind, "value": character}
            for character in text
            for kind in ("keyDown", "keyUp")
        ]
        await self._perform({"type": "key", "id": "keys", "actions": presses})

    async def _perform(self, source: Parameters) -> None:
        await self._bidi.send("input.performActions", context=self._context, actions=[source])

    async def picture(self) -> bytes:
        answer = await self._bidi.send(
            "browsingContext.captureScreenshot",
            context=self._context,
            format={"type": "image/jpeg", "quality": 0.7},
        )
        return base64.b64decode(answer["data"])

    async def print(self) -> None:
        await self.evaluate(PRINTING)  # On paper, it takes Firefox seven seconds.

    async def history(self, steps: int) -> None:
        await self._bidi.send("browsingContext.traverseHistory", context=self._context, delta=steps)
        await self.settle()

    async def close(self) -> None:
        await self._bidi.send("browsingContext.close", context=self._context)


class FirefoxVisitor(Visitor):
    """A user context of Firefox: cookies and storage of its own."""

    def __init__(self, bidi: Bidi, user: str, size: tuple[int, int] = (1280, 800)) -> None:
        super().__init__()
        self._bidi = bidi
        self._size = size
        self._user = user
        self._partition = {"type": "storageKey", "userContext": user}
        self._tabs: set[str] = set()
        self._statuses: dict[str, int] = {}
        bidi.hear("network.beforeRequestSent", self._begins)
        bidi.hear("network.responseStarted", self._answers)
        bidi.hear("network.responseCompleted", self._ends)
        bidi.hear("network.fetchError", self._ends)
        bidi.hear("log.entryAdded", self._said)

    def _ours(self, event: Parameters) -> bool:
        source = event.get("source", event)
        return source.get("context") in self._tabs or source.get("userContext") == self._user

    def _begins(self, event: Parameters) -> None:
        if self._ours(event) and _is_sent(event):
            self.recorder.begins(event["request"]["request"], _sent(event))

    def _answers(self, event: Parameters) -> None:
        """The headers are there; the rest may never come."""
        if not self._ours(event) or not _is_sent(event):
            return
        answer = event["response"]
        pairs = [(header["name"], _text(header["value"])) for header in answer["headers"]]
        navigates = event.get("navigation") is not None
        if navigates and event.get("context") in self._tabs:
            self._statuses[event["context"]] = answer["status"]
        self.recorder.answered(answer["url"], pairs, page=navigates and answer["status"] < 300)

    def _ends(self, event: Parameters) -> None:
        if self._ours(event) and _is_sent(event):
            self.recorder.ends(event["request"]["request"], _sent(event))

    def _said(self, event: Parameters) -> None:
        if self._ours(event):
            self.recorder.said(event["text"] or "")

    async def open(self) -> Tab:
        answer = await self._bidi.send("browsingContext.create", type="tab", userContext=self._user)
        self._tabs.add(answer["context"])
        await self._bidi.send(
            "browsingContext.setViewport",
            context=answer["context"],
            viewport={"width": self._size[0], "height": self._size[1]},
        )
        return FirefoxTab(self._bidi, answer["context"], self.recorder, self._statuses)

    async def cookies(self) -> tuple[KeptCookie, ...]:
        answer = await self._bidi.send("storage.getCookies", partition=self._partition)
        return tuple(
            KeptCookie(
                name=cookie["name"],
                value=_text(cookie["value"]),
                domain=cookie["domain"],
                path=cookie["path"],
                secure=cookie["secure"],
                http_only=cookie["httpOnly"],
                same_site=SAME_SITE[cookie["sameSite"]],
                expires=cookie.get("expiry"),
            )
            for cookie in answer["cookies"]
        )

    async def gather(self) -> Recorder:
        return self.recorder.take()

    async def preload(self, script: str) -> None:
        """Run a script in every page before its own."""
        await self._bidi.send(
            "script.addPreloadScript",
            functionDeclaration=f"() => {{ {script} }}",
            userContexts=[self._user],
        )

    async def forget_cookies(self) -> None:
        await self._bidi.send("storage.deleteCookies", partition=self._partition)

    async def ahead(self, seconds: float) -> None:
        await self.preload(ahead_script(seconds))

    async def pass_time(self, seconds: float) -> None:
        raise BrowserCannot(f"no time can be made to pass in this Firefox ({seconds:.0f} s)")

    async def offline(self, *, on: bool) -> None:
        kind = {"type": "offline"} if on else None
        try:
            await self._bidi.send(
                "emulation.setNetworkConditions", networkConditions=kind, userContexts=[self._user]
            )
        except BidiError as error:
            raise BrowserCannot(f"this Firefox cannot be taken offline: {error}") from None

    async def close(self) -> None:
        await self._bidi.send("browser.removeUserContext", userContext=self._user)


def _is_sent(event: Parameters) -> bool:
    return str(event["request"]["url"]).startswith(("http:", "https:", "ws:", "wss:"))


def _sent(event: Parameters) -> SentRequest:
    request = event["request"]
    headers = {header["name"].lower(): _text(header["value"]) for header in request["headers"]}
    kind = "websocket" if request["url"].startswith("ws") else request.get("destination") or "fetch"
    cookie, size = headers.get("cookie", ""), request.get("bodySize") or 0
    return request_of(request["method"], request["url"], kind, cookie, size)


def _text(value: Parameters) -> str:
    if value["type"] == "string":
        return str(value["value"])
    return base64.b64decode(value["value"]).decode("latin-1")
