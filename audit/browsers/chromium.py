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
from playwright.async_api import TimeoutError as PlaywrightTimeout

from analytics.visits.agent_patterns import AUDIT
from audit.browsers.errors import PageDoesNotOpen, first_line
from audit.browsers.recorder import Recorder, request_of
from audit.browsers.visitor import (
    PATIENCE_SECONDS,
    Arrival,
    Browser,
    BrowserProfile,
    Tab,
    Visitor,
    ahead_script,
    in_time,
    watch_script,
)
from audit.observations import Act, KeptCookie, SentRequest

OUR_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/140.0.0.0 Safari/537.36 {AUDIT}/1"
)
"""A browser without a window is a program to whoever counts; under this name it is ours."""

ARGUMENTS = (
    "--no-sandbox",
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


class ChromiumTab(Tab):
    """A tab of Chromium."""

    away = (PlaywrightError,)

    def __init__(self, page: Page, recorder: Recorder) -> None:
        super().__init__(recorder)
        self._page = page

    async def goto(self, url: str) -> Arrival:
        try:
            # Not "load": what a page holds by then is worth a look, whatever else it waits for.
            answer = await self._page.goto(url, wait_until="commit")
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

    async def click(self, x: float, y: float) -> None:
        await in_time("click", self._page.mouse.click(x, y))
        await in_time("point elsewhere", self._page.mouse.move(0, 0))

    async def write(self, text: str) -> None:
        await in_time("type", self._page.keyboard.insert_text(text))

    async def picture(self) -> bytes:
        return await self._page.screenshot(type="jpeg", quality=70, animations="disabled")

    async def history(self, steps: int) -> None:
        await (self._page.go_back() if steps < 0 else self._page.go_forward())
        await self.settle()

    async def close(self) -> None:
        await self._page.close(run_before_unload=False)


class ChromiumVisitor(Visitor):
    """A context of Chromium: a profile of its own."""

    def __init__(self, context: BrowserContext) -> None:
        super().__init__()
        self._context = context
        self._reading: set[asyncio.Task[None]] = set()
        context.on("request", lambda request: self.recorder.begins(request, _sent(request)))
        # Not "requestfinished": it waits for a body that a page may never read.
        context.on("response", lambda answer: self._responded(answer.request))
        context.on("requestfailed", self._failed)
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
        self.recorder.ends(request, _sent(request, sent.get("cookie", "")))

    async def _answered(self, request: Request, answer: Response) -> None:
        pairs = [(pair["name"], pair["value"]) for pair in await answer.headers_array()]
        document = request.resource_type == "document"
        self.recorder.answered(answer.url, pairs, page=document and answer.status < 300)

    def _failed(self, request: Request) -> None:
        self.recorder.ends(request, _sent(request))

    async def open(self) -> Tab:
        return ChromiumTab(await self._context.new_page(), self.recorder)

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

    async def offline(self, *, on: bool) -> None:
        await self._context.set_offline(on)

    async def close(self) -> None:
        await self._context.close()


def _sent(request: Request, cookie: str = "") -> SentRequest:
    body = request.post_data_buffer or b""
    return request_of(request.method, request.url, request.resource_type, cookie, len(body))


class Chromium(Browser):
    """A running Chromium."""

    name = "chromium"

    def __init__(self, playwright: Playwright, running: RunningChromium) -> None:
        self._playwright = playwright
        self._running = running
        self.version = running.version

    @classmethod
    async def launch(cls, path: str) -> Chromium:
        """Start the Chromium at `path`."""
        playwright = await async_playwright().start()
        try:
            running = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except PlaywrightError:
            await playwright.stop()
            raise
        return cls(playwright, running)

    async def visitor(self, profile: BrowserProfile) -> Visitor:
        context = await self._running.new_context(
            user_agent=profile.agent or None,
            java_script_enabled=profile.scripts,
            viewport={"width": 1280, "height": 800},
            extra_http_headers=dict.fromkeys(profile.signals, "1"),
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        for signal in profile.signals:
            await context.add_init_script(SIGNALS[signal])
        await context.add_init_script(watch_script())
        return ChromiumVisitor(context)

    async def close(self) -> None:
        await self._running.close()
        await self._playwright.stop()
