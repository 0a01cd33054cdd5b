"""How each part of the service is doing: at /healthz for operators, and for the metrics.

Pages are served whatever is wrong with the rest, so a part that does not work is told here. There
is nothing personal in it, and nothing of any request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from analytics.background import TaskState
from analytics.web.clock import Clock, UnusableClock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ADDRESS", "Health", "Part", "part_of", "part_of_clock"]

ADDRESS = "/healthz"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `why` says what is wrong with it, in words for whoever runs the service.

    `last_success` is in seconds since 1970, for a part that works in the background.
    """

    name: str
    works: bool
    why: str = ""
    last_success: float | None = None


def part_of(task: TaskState) -> Part:
    """A task in the background."""
    why = task.failure if task.failures else "its thread has ended" if not task.alive else ""
    return Part(task.name, task.works, why, task.last_success)


def part_of_clock(clock: Clock) -> Part:
    """Whether the clock can be used."""
    try:
        clock()
    except UnusableClock as error:
        return Part("clock", works=False, why=error.message)
    return Part("clock", works=True)


class Health:
    """WSGI middleware that answers for `/healthz`: 200 where every part works, else 503."""

    def __init__(self, app: WSGIApplication, parts: Callable[[], Sequence[Part]]) -> None:
        self._app = app
        self._parts = parts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != ADDRESS:
            return self._app(environ, start_response)
        parts = self._parts()
        works = all(part.works for part in parts)
        told = {
            "status": "ok" if works else "failing",
            "parts": {part.name: _told(part) for part in parts},
        }
        text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
        headers = {"Cache-Control": "no-store"}
        answer = Response(text, 200 if works else 503, headers, content_type="application/json")
        return answer(environ, start_response)


def _told(part: Part) -> dict[str, object]:
    told: dict[str, object] = {"works": part.works}
    if part.why:
        told["why"] = part.why
    if part.last_success is not None:
        told["last_success"] = int(part.last_success)
    return told
