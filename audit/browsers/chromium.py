"""Chromium, driven by Playwright over the browser's own protocol."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Browser as RunningChromium
from playwright.async_api import (
    BrowserContext,
    Page,
    Playwright,
    Request,
    Response,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame as PageFrame
from playwright.async_api import TimeoutError as PlaywrightTimeout

from analytics.visits.agent_patterns import AUDIT
from audit.browsers.chromium_context import add_headers, context_options, sent_by
from audit.browsers.chromium_features import PLAYWRIGHTS, without
from audit.browsers.chromium_process import ChromiumProcess
from audit.browsers.errors import PageDoesNotOpen, first_line
from audit.browsers.recorder import SECRET, Recorder
from audit.browsers.visitor import (
    PATIENCE_SECONDS,
    Access,
    Arrival,
    Browser,
    BrowserProfile,
    Frame,
    Tab,
    Visitor,
    ahead_script,
    in_time,
    watch_script,
)
from audit.observations import Act, KeptCookie

OUR_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/140.0.0.0 Safari/537.36 {AUDIT}/1"
)
"""A browser without a window is a program to whoever counts; under this name it is ours."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-blink-features=AutomationControlled",  # navigator.webdriver is as a person's
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--user-agent={OUR_AGENT}",
)
_SAYS = "Object.defineProperty(Navigator.prototype, '{}', {{get: () => {}}});"
SIGNALS = {
    "Sec-GPC": _SAYS.format("globalPrivacyControl", "true"),
    "DNT": _SAYS.format("doNotTrack", "'1'"),
}
"""Chromium sends neither by itself: what a page reads, beside the header of the same name."""


class ChromiumFrame(Frame):
    """A frame of a page in Chromium."""

    def __init__(self, tab: ChromiumTab, frame: PageFrame) -> None:
        self._tab = tab
        self._frame = frame
        self.within = frame.parent_frame is not None

    async def evaluate(self, function: str, argument: object = None) -> Any:
        return await in_time("look at a frame", self._frame.evaluate(function, argument))

    async def click(self, x: float, y: float) -> None:
        if self.within:
            element = await in_time("find a frame", self._frame.frame_element())
            box = await element.bounding_box() or {"x": 0, "y": 0}
            x, y = x + box["x"], y + box["y"]
        await self._tab.click(x, y)


class ChromiumTab(Tab):
    """A tab of Chromium."""

    away = (PlaywrightError,)

    def __init__(self, page: Page, recorder: Recorder) -> None:
        super().__init__(recorder)
        self._page = page

    async def goto(self, url: str, *, referrer: str = "") -> Arrival:
        try:
            # Not "load": what a page holds by then is worth a look, whatever else it waits for.
            answer = await self._page.goto(url, wait_until="commit", referer=referrer or None)
        except PlaywrightTimeout:
            why = f"no answer within {PATIENCE_SECONDS:.0f} seconds"
            raise PageDoesNotOpen(url, why) from None
        except PlaywrightError as error:
            raise PageDoesNotOpen(url, first_line(error)) from None
        loaded = True
        try:
            await self._page.wait_for_load_state("load")
        except PlaywrightTimeout:
            loaded = False
        await self.settle()
        return Arrival(answer.status if answer else 200, loaded)

    async def call(self, function: str, argument: object) -> Any:
        return await self._page.evaluate(function, argument)

    async def frames(self) -> list[Frame]:
        main = self._page.main_frame
        rest = [frame for frame in self._page.frames if frame is not main]
        return [ChromiumFrame(self, main), *(ChromiumFrame(self, frame) for frame in rest)]

    async def click(self, x: float, y: float) -> None:
        await in_time("point", self._page.mouse.move(x, y, steps=3))
        await in_time("click", self._page.mouse.click(x, y))
        await in_time("point elsewhere", self._page.mouse.move(0, 0))

    async def write(self, text: str) -> None:
        await in_time("type", self._page.keyboard.insert_text(text))

    async def picture(self) -> bytes:
        return await self._page.screenshot(type="jpeg", quality=70, animations="disabled")

    async def print(self) -> None:
        await in_time("print", self._page.pdf())

    async def history(self, steps: int) -> None:
        await (self._page.go_back() if steps < 0 else self._page.go_forward())
        await self.settle()

    async def close(self) -> None:
        await self._page.close(run_before_unload=False)


class ChromiumVisitor(Visitor):
    """A context of Chromium: a profile of its own."""

    def __init__(self, context: BrowserContext, access: Access | None = None) -> None:
        super().__init__()
        self._access = access
        self._context = context
        self._reading: set[asyncio.Task[None]] = set()
        context.on("request", lambda request: self.recorder.begins(request, sent_by(request)))
        # Not "requestfinished": it waits for a body that a page may never read.
        context.on("response", lambda answer: self._responded(answer.request))
        context.on("requestfailed", lambda asked: self.recorder.ends(asked, sent_by(asked)))
        context.on("console", lambda message: self.recorder.said(message.text))
        context.on("weberror", lambda error: self.recorder.said(str(error.error)))
        context.on("serviceworker", lambda worker: self._act("service worker", worker.url))
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._act("socket", socket.url))
        page.on("worker", lambda worker: self._act("worker", worker.url))

    def _act(self, what: str, detail: str) -> None:
        self.recorder.acts.append(Act(what, detail))

    def _responded(self, request: Request) -> None:
        task = asyncio.ensure_future(self._read(request))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, request: Request) -> None:
        sent, answer = request.headers, None
        try:
            answer = await request.response()
            sent = await request.all_headers()
            if answer:
                await self._answered(request, answer)
        except PlaywrightError:
            pass  # The tab was closed meanwhile: what the request says of itself must do.
        self.recorder.ends(request, sent_by(request, sent.get("cookie", "")))

    async def _answered(self, request: Request, answer: Response) -> None:
        pairs = [(pair["name"], pair["value"]) for pair in await answer.headers_array()]
        document = request.resource_type == "document"
        self.recorder.answered(answer.url, pairs, page=document and answer.status < 300)

    async def open(self) -> Tab:
        page = await self._context.new_page()
        await self._hear_storage(page)
        if self._access and self._access.headers:
            await add_headers(page, self._access)
        return ChromiumTab(page, self.recorder)

    async def _hear_storage(self, page: Page) -> None:
        """What is written to the storage in whichever way, as the browser tells it."""
        session = await self._context.new_cdp_session(page)
        for event in ("domStorageItemAdded", "domStorageItemUpdated"):
            session.on(f"DOMStorage.{event}", self._stored)
        await session.send("DOMStorage.enable")

    def _stored(self, event: dict[str, Any]) -> None:
        where = "localStorage" if event["storageId"]["isLocalStorage"] else "sessionStorage"
        if event["key"] == SECRET:
            self.recorder.said(SECRET + event["newValue"])
        else:
            self._act("Storage.setItem", f"{where} {event['key']} {event['newValue']}"[:200])

    async def cookies(self) -> tuple[KeptCookie, ...]:
        return tuple(
            KeptCookie(
                name=cookie["name"],
                value=cookie["value"],
                domain=cookie["domain"],
                path=cookie["path"],
                secure=cookie["secure"],
                http_only=cookie["httpOnly"],
                same_site=cookie["sameSite"],
                expires=cookie["expires"] if cookie["expires"] >= 0 else None,
            )
            for cookie in await in_time("show its cookies", self._context.cookies())
        )

    async def gather(self) -> Recorder:
        if self._reading:
            await asyncio.wait(self._reading, timeout=PATIENCE_SECONDS)
        return self.recorder.take()

    async def forget_cookies(self) -> None:
        await self._context.clear_cookies()

    async def ahead(self, seconds: float) -> None:
        await self._context.add_init_script(ahead_script(seconds))

    async def pass_time(self, seconds: float) -> None:
        await in_time("let time pass", self._context.clock.fast_forward(int(seconds * 1000)))

    async def offline(self, *, on: bool) -> None:
        await self._context.set_offline(on)

    async def close(self) -> None:
        await self._context.close()


class Chromium(Browser):
    """A running Chromium."""

    name = "chromium"

    def __init__(
        self,
        playwright: Playwright,
        running: RunningChromium,
        process: ChromiumProcess | None = None,
    ) -> None:
        self._playwright = playwright
        self._running = running
        self._process = process
        self.version = running.version

    @classmethod
    async def launch(cls, path: str) -> Chromium:
        """Start the Chromium at `path`."""
        playwright = await async_playwright().start()
        try:
            running = await playwright.chromium.launch(
                executable_path=path, args=[without(*PLAYWRIGHTS), *ARGUMENTS]
            )
        except PlaywrightError:
            await playwright.stop()
            raise
        return cls(playwright, running)

    @classmethod
    async def launch_for_person(cls, path: str) -> Chromium:
        """Start the Chromium at `path`, with profiles that keep what other sites set, too."""
        process = await ChromiumProcess.start(path, ARGUMENTS[:-1])
        playwright = await async_playwright().start()
        try:
            running = await playwright.chromium.connect_over_cdp(process.address)
        except PlaywrightError:
            await playwright.stop()
            await process.end()
            raise
        return cls(playwright, running, process)

    async def visitor(self, profile: BrowserProfile) -> Visitor:
        options = context_options(profile, self.version)
        context = await self._running.new_context(**options)
        if profile.timed:
            await context.clock.install()
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        for signal in profile.signals:
            await context.add_init_script(SIGNALS[signal])
        await context.add_init_script(watch_script())
        return ChromiumVisitor(context, profile.access)

    async def close(self) -> None:
        await self._running.close()
        await self._playwright.stop()
        if self._process:
            await self._process.end()
