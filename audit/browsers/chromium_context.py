"""A context of Chromium: what it is made with, to be like a profile, and what it sends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request

from audit.browsers.recorder import request_of
from audit.browsers.visitor import Access, BrowserProfile
from audit.observations import SentRequest

__all__ = ["add_headers", "context_options", "sent_by"]


def context_options(profile: BrowserProfile, version: str) -> dict[str, Any]:
    """The arguments of `new_context`, for a Chromium of that version."""
    return {
        "user_agent": profile.agent or (_agent(version, profile) if profile.person else None),
        "java_script_enabled": profile.scripts,
        "viewport": {"width": profile.width, "height": profile.height},
        "is_mobile": profile.phone,
        "has_touch": profile.phone,
        "locale": profile.language or None,
        "timezone_id": profile.timezone or None,
        "extra_http_headers": dict.fromkeys(profile.signals, "1"),
        **({"record_har_path": profile.har} if profile.har else {}),
        **_let_in(profile.access),
    }


def _agent(version: str, profile: BrowserProfile) -> str:
    """What this browser calls itself where it has a window."""
    system = "Linux; Android 10; K" if profile.phone else "X11; Linux x86_64"
    chrome = f"Chrome/{version.partition('.')[0]}.0.0.0{' Mobile' if profile.phone else ''}"
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {chrome} Safari/537.36"


def _let_in(access: Access | None) -> dict[str, Any]:
    """What a context is made with, so that it gets in."""
    made: dict[str, Any] = {}
    if access and access.state:
        made["storage_state"] = access.state
    if access and access.basic:
        name, password = access.basic
        made["http_credentials"] = {
            "username": name,
            "password": password,
            "origin": access.origin,
        }
    return made


async def add_headers(page: Page, access: Access) -> None:
    """More headers on the requests of a page, for the one origin: another site must not learn them,
    also where this one leads to it. So each hop is looked at by itself."""
    session = await page.context.new_cdp_session(page)
    more = [{"name": name, "value": value} for name, value in access.headers]
    under_way: set[asyncio.Task[None]] = set()

    async def go_on(event: dict[str, Any]) -> None:
        sent = event["request"]["headers"].items()
        headers = [{"name": name, "value": value} for name, value in sent]
        with suppress(PlaywrightError):  # The tab was closed meanwhile.
            await session.send(
                "Fetch.continueRequest",
                {"requestId": event["requestId"], "headers": [*headers, *more]},
            )

    def paused(event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(go_on(event))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    session.on("Fetch.requestPaused", paused)
    await session.send("Fetch.enable", {"patterns": [{"urlPattern": f"{access.origin}/*"}]})


def sent_by(request: Request, cookie: str = "") -> SentRequest:
    """A request, as far as Playwright knows it; `cookie` is the header's value."""
    body = request.post_data_buffer or b""
    return request_of(request.method, request.url, request.resource_type, cookie, len(body))
