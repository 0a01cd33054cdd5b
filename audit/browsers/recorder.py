"""What one visitor's browser did, gathered from the events of its protocol."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from audit.observations import Act, Headers, SentRequest, SetCookie

__all__ = ["QUIET_SECONDS", "SECRET", "Recorder", "request_of"]

QUIET_SECONDS = 0.12
LONGEST_SECONDS = 3.0

SECRET = secrets.token_hex(8)
"""Marks what our own script says on the console. Known to this process only."""


@dataclass
class Recorder:
    """What a browser did since it was last asked."""

    requests: list[SentRequest] = field(default_factory=list)
    set_cookies: list[SetCookie] = field(default_factory=list)
    headers: list[Headers] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    _unanswered: dict[object, SentRequest] = field(default_factory=dict)
    _told_early: set[object] = field(default_factory=set)
    _awaited: set[object] = field(default_factory=set)
    _last: float = 0

    def said(self, text: str) -> None:
        """A line of the console: our own script's, or one that a visitor would find there."""
        if text.startswith(SECRET):
            what, detail, where = json.loads(text.removeprefix(SECRET))
            self.acts.append(Act(what, detail, where, time.time()))
        else:
            self.console.append(text)

    def begins(self, key: object, request: SentRequest) -> None:
        """A request is on its way, known by `key`."""
        self._unanswered[key] = request
        self._awaited.add(key)
        self._last = time.monotonic()

    def ends(self, key: object, request: SentRequest) -> None:
        """It is answered, or never will be; `request` says all that is known of it by now."""
        self._unanswered.pop(key, None)
        self._awaited.discard(key)
        self._last = time.monotonic()
        if key in self._told_early:
            self._told_early.discard(key)
        else:
            self.requests.append(request)

    def answered(self, url: str, pairs: list[tuple[str, str]], *, page: bool) -> None:
        """The headers of an answer. Several `Set-Cookie` may come in one value, line by line."""
        parts = urlsplit(url)
        path, origin = parts.path, f"{parts.scheme}://{parts.netloc}"
        for name, value in pairs:
            if name.lower() == "set-cookie":
                now = time.time()
                lines = value.split("\n")
                self.set_cookies.extend(SetCookie(line, path, origin, now) for line in lines)
        values = tuple((name.lower(), value) for name, value in pairs)
        self.headers.append(Headers(origin, path, values, page))

    async def settle(self) -> None:
        """Wait until nothing has been on its way for a short while."""
        end = time.monotonic() + LONGEST_SECONDS
        self._last = time.monotonic()
        while time.monotonic() < end:
            await asyncio.sleep(QUIET_SECONDS / 3)
            if not self._awaited and time.monotonic() - self._last > QUIET_SECONDS:
                return
        self._awaited.clear()

    def take(self) -> Recorder:
        """What there is, and begin anew. A request that nobody answers was sent all the same."""
        for key, request in self._unanswered.items():
            if key not in self._told_early:
                self._told_early.add(key)
                self.requests.append(request)
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
