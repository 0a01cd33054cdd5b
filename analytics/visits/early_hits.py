"""Hits that come before the cookie they belong to: the browser is told to send them again.

A visitor who clicks on before the first page's view was answered sends the second one without the
cookie that the answer brings. A redirect (307) has the browser send it again, with the cookie that
it has by then; it does so for a page that is gone too, which no script can, and nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from threading import BoundedSemaphore
from time import sleep

from flask import Response, request

__all__ = ["AGAIN", "EarlyHits"]

AGAIN = "again"
"""The key of the query that says how often the hit was sent again."""

PAUSES = (0.0, 0.05, 0.15, 0.3, 0.5)
"""Seconds before it is sent again, each time longer: one second and five round trips in all."""

MOST_WAITING = 4
"""So few threads wait at once; the other hits are sent again without a pause."""


@dataclass(frozen=True, slots=True)
class EarlyHits:
    """Answers hits that came too early."""

    pauses: tuple[float, ...] = PAUSES
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

    @property
    def times(self) -> int:
        """How often the hit was sent again."""
        return request.args.get(AGAIN, 0, int)

    def again(self) -> Response | None:
        """The redirect that has the hit sent again; None once that was done often enough."""
        done = self.times
        if not 0 <= done < len(self.pauses):
            return None
        self._pause(self.pauses[done])
        location = f"{request.path}?{AGAIN}={done + 1}"
        response = Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": location})
        response.autocorrect_location_header = False
        response.cache_control.no_store = True
        return response

    def _pause(self, seconds: float) -> None:
        if seconds and self.places.acquire(blocking=False):
            try:
                sleep(seconds)
            finally:
                self.places.release()
