"""What the open pages are told: each asks, and is answered when there is something new."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from analytics.preview.builds import Failed
from policy.faults import Fault

__all__ = ["Status", "Updates"]

WAIT_SECONDS = 20.0
MOST_WAITING = 4
"""A browser has six connections to one server, for all of its tabs. The pages need some, too."""

AGAIN_MS = 400
"""When a page asks again that could not wait, since others came after it."""


@dataclass(frozen=True, slots=True)
class Status:
    """`build` names what is served. `failed` says why there is nothing newer, `busy` that something
    newer is being built, `warnings` what is not quite right in what is served."""

    build: str = ""
    number: int = 0
    busy: bool = False
    failed: Failed | None = None
    warnings: tuple[Fault, ...] = ()


class Updates:
    """What is so now, and those who wait for it. Safe for threads."""

    def __init__(self) -> None:
        # Of another preview's pages, none may be taken for one of ours.
        self._edition = secrets.token_hex(4)
        self._status = Status(build=f"{self._edition}.0")
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._closed = False

    @property
    def now(self) -> Status:
        """What is so."""
        return self._status

    @property
    def build(self) -> str:
        """The name of what is served."""
        return self._status.build

    def tell(self, *, served: bool = False, **changes: Any) -> None:
        """Something is new; with `served`, it is another build that is served."""
        with self._changed:
            status = replace(self._status, number=self._status.number + 1, **changes)
            if served:
                status = replace(status, build=f"{self._edition}.{status.number}")
            self._status = status
            self._changed.notify_all()

    def state(self, status: Status) -> str:
        """The name of all that is so."""
        return f"{self._edition}.{status.number}"

    def wait(self, known: str) -> tuple[Status, int]:
        """What is so, once it is not `known` any more, or after a while.

        And in how many milliseconds to ask again: where many wait, those who have waited longest
        are sent away, so that some connections stay free.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._changed.notify_all()
            self._changed.wait_for(
                lambda: (
                    self._closed or self.state(self._status) != known or ticket not in self._waiting
                ),
                WAIT_SECONDS,
            )
            sent_away = ticket not in self._waiting
            if not sent_away:
                self._waiting.remove(ticket)
            status = self._status
        return status, AGAIN_MS if sent_away and self.state(status) == known else 0

    def close(self) -> None:
        """Let go of all who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
