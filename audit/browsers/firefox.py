"""Firefox, driven by WebDriver BiDi: the browser that is installed, with nothing added to it."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from audit.browsers.bidi import Bidi, BidiError, Parameters
from audit.browsers.visitor import (
    Browser,
    BrowserProfile,
    CannotGoOn,
    Recorder,
    Tab,
    Visitor,
    ahead_script,
    request_of,
    watch_script,
)
from audit.observations import KeptCookie

EVENTS = ("network", "log.entryAdded", "browsingContext")
SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None", "default": "Lax"}
SIGNALS = {
    "Sec-GPC": ("privacy.globalprivacycontrol.enabled",),
    "DNT": ("privacy.donottrackheader.enabled",),
}
PREFERENCES: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "widget.windows.window_occlusion_tracking.enabled": False,
}
"""So that Firefox asks nobody for anything on its own account."""


class FirefoxTab(Tab):
    """A tab of Firefox."""

    away = (BidiError,)

    def __init__(self, bidi: Bidi, context: str, recorder: Recorder) -> None:
        super().__init__(recorder)
        self._bidi = bidi
        self._context = context

    async def goto(self, url: str) -> None:
        try:
            await self._bidi.send(
                "browsingContext.navigate", context=self._context, url=url, wait="complete"
            )
        except BidiError as error:
            raise CannotGoOn(f"{url} does not open: {error}") from None
        await self.settle()

    async def evaluate(self, function: str, argument: object = None) -> Any:
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

    async def history(self, steps: int) -> None:
        await self._bidi.send("browsingContext.traverseHistory", context=self._context, delta=steps)
        await self.settle()

    async def close(self) -> None:
        await self._bidi.send("browsingContext.close", context=self._context)


class FirefoxVisitor(Visitor):
    """A user context of Firefox: cookies and storage of its own."""

    def __init__(self, bidi: Bidi, user: str) -> None:
        super().__init__()
        self._bidi = bidi
        self._user = user
        self._partition = {"type": "storageKey", "userContext": user}
        self._tabs: set[str] = set()
        bidi.hear("network.beforeRequestSent", self._begins)
        bidi.hear("network.responseCompleted", self._ends)
        bidi.hear("network.fetchError", self._ends)
        bidi.hear("log.entryAdded", self._said)

    def _ours(self, event: Parameters) -> bool:
        source = event.get("source", event)
        return source.get("context") in self._tabs or source.get("userContext") == self._user

    def _begins(self, event: Parameters) -> None:
        if self._ours(event):
            self.recorder.begins(event["request"]["request"])

    def _ends(self, event: Parameters) -> None:
        if not self._ours(event):
            return
        request, answer = event["request"], event.get("response")
        if not request["url"].startswith(("http:", "https:", "ws:", "wss:")):
            return
        headers = {h["name"].lower(): _text(h["value"]) for h in request["headers"]}
        destination = request.get("destination", "")
        kind = "websocket" if request["url"].startswith("ws") else destination or "fetch"
        self.recorder.sent(
            request_of(
                request["method"],
                request["url"],
                kind,
                headers.get("cookie", ""),
                request.get("bodySize") or 0,
            )
        )
        if answer:
            pairs = [(h["name"], _text(h["value"])) for h in answer["headers"]]
            page = event.get("navigation") is not None and answer["status"] < 300
            self.recorder.answered(answer["url"], pairs, page=page)
        self.recorder.ends(request["request"])

    def _said(self, event: Parameters) -> None:
        if self._ours(event):
            self.recorder.said(event["text"] or "")

    async def open(self) -> Tab:
        answer = await self._bidi.send("browsingContext.create", type="tab", userContext=self._user)
        self._tabs.add(answer["context"])
        await self._bidi.send(
            "browsingContext.setViewport",
            context=answer["context"],
            viewport={"width": 1280, "height": 800},
        )
        return FirefoxTab(self._bidi, answer["context"], self.recorder)

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

    async def offline(self, *, on: bool) -> None:
        kind = {"type": "offline"} if on else None
        try:
            await self._bidi.send(
                "emulation.setNetworkConditions", networkConditions=kind, userContexts=[self._user]
            )
        except BidiError as error:
            raise CannotGoOn(f"this Firefox cannot be taken offline: {error}") from None

    async def close(self) -> None:
        await self._bidi.send("browser.removeUserContext", userContext=self._user)


class Firefox(Browser):
    """A running Firefox."""

    name = "firefox"

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        profile: Path,
        bidi: Bidi,
        signals: tuple[str, ...],
    ) -> None:
        self._process = process
        self._profile = profile
        self._bidi = bidi
        self._signals = signals
        self.version = bidi.capabilities["browserVersion"]

    @classmethod
    async def launch(cls, path: str, signals: tuple[str, ...] = ()) -> Firefox:
        """Start the Firefox at `path`. What it signals is fixed for as long as it runs."""
        profile = Path(tempfile.mkdtemp(prefix="plainsite-audit-"))
        on = {name: True for signal in signals for name in SIGNALS[signal]}
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in {**PREFERENCES, **on}.items()
        )
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        log = profile / "firefox.log"
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(path, "--headless", "--no-remote", "--remote-debugging-port=0"),
                *("--profile", str(profile)),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=errors,
            )
        bidi = await Bidi.open(await _address(log), EVENTS)
        return cls(process, profile, bidi, signals)

    async def visitor(self, profile: BrowserProfile) -> Visitor:
        if profile.signals != self._signals:
            raise CannotGoOn(f"this Firefox signals {self._signals}, not {profile.signals}")
        answer = await self._bidi.send("browser.createUserContext")
        user = answer["userContext"]
        if profile.agent:
            await self._set("emulation.setUserAgentOverride", user, userAgent=profile.agent)
        if not profile.scripts:
            await self._set("emulation.setScriptingEnabled", user, enabled=False)
        visitor = FirefoxVisitor(self._bidi, user)
        await visitor.preload(watch_script())
        return visitor

    async def _set(self, method: str, user: str, **what: object) -> None:
        try:
            await self._bidi.send(method, userContexts=[user], **what)
        except BidiError as error:
            raise CannotGoOn(f"this Firefox cannot do {method}: {error}") from None

    async def close(self) -> None:
        await self._bidi.close()
        self._process.terminate()
        await self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)


async def _address(log: Path) -> str:
    """The web socket that Firefox says, in its log, that it listens on."""
    for _ in range(600):
        _, found, rest = log.read_text(errors="replace").partition("BiDi listening on ")
        if found and "\n" in rest:
            return rest.partition("\n")[0]
        await asyncio.sleep(0.1)
    raise CannotGoOn("Firefox did not start within a minute")


def _text(value: Parameters) -> str:
    if value["type"] == "string":
        return str(value["value"])
    return base64.b64decode(value["value"]).decode("latin-1")
