"""Firefox, driven by WebDriver BiDi: the browser that is installed, with nothing added to it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

from audit.browsers.bidi import Bidi
from audit.browsers.ending import end
from audit.browsers.errors import BidiError, BrowserCannot, CannotGoOn
from audit.browsers.firefox_visitor import FirefoxVisitor
from audit.browsers.visitor import Browser, BrowserProfile, Visitor, watch_script

EVENTS = ("network", "log.entryAdded", "browsingContext")
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

UNATTENDED = (
    "Object.defineProperty(Navigator.prototype, 'webdriver', "
    "{ get: () => false, enumerable: true, configurable: true });"
)
"""Firefox has had no preference for this since it is driven by BiDi: a page reads what it does of a
person's browser."""


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
        try:
            bidi = await Bidi.open(await _address(log, process), EVENTS)
        except (CannotGoOn, BidiError):
            await end(process, profile)
            raise
        return cls(process, profile, bidi, signals)

    async def visitor(self, profile: BrowserProfile) -> Visitor:
        if profile.signals != self._signals:
            raise BrowserCannot(f"this Firefox signals {self._signals}, not {profile.signals}")
        answer = await self._bidi.send("browser.createUserContext")
        user = answer["userContext"]
        if profile.agent:
            await self._set("emulation.setUserAgentOverride", user, userAgent=profile.agent)
        if not profile.scripts:
            await self._set("emulation.setScriptingEnabled", user, enabled=False)
        if profile.access or profile.phone or profile.timed:
            raise BrowserCannot("this Firefox cannot be given headers, a phone's window or a clock")
        if profile.language:
            await self._set("emulation.setLocaleOverride", user, locale=profile.language)
        if profile.timezone:
            await self._set("emulation.setTimezoneOverride", user, timezone=profile.timezone)
        visitor = FirefoxVisitor(self._bidi, user, (profile.width, profile.height))
        await visitor.preload(UNATTENDED)
        await visitor.preload(watch_script())
        return visitor

    async def _set(self, method: str, user: str, **what: object) -> None:
        try:
            await self._bidi.send(method, userContexts=[user], **what)
        except BidiError as error:
            raise BrowserCannot(f"this Firefox cannot do {method}: {error}") from None

    async def close(self) -> None:
        await self._bidi.close()
        await end(self._process, self._profile)


async def _address(log: Path, process: asyncio.subprocess.Process) -> str:
    """The web socket that Firefox says, in its log, that it listens on."""
    for _ in range(600):
        if process.returncode is not None:
            raise CannotGoOn(f"Firefox ended with status {process.returncode} as it started")
        _, found, rest = log.read_text(errors="replace").partition("BiDi listening on ")
        if found and "\n" in rest:
            return rest.partition("\n")[0]
        await asyncio.sleep(0.1)
    raise CannotGoOn("Firefox did not start within a minute")
