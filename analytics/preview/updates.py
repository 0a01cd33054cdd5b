"""What the open pages are told: each asks, and is answered when there is something new."""

from __future__ import annotations

import secrets
import threading
import time
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


BUSY_SECONDS = 0.3
"""A build that takes longer is told of; news of a shorter one would only hold up its result."""


@dataclass(frozen=True, slots=True)
class Status:
    """`build` names what is served. `failed` says why there is nothing newer, `busy` that something
    newer is being built, `warnings` what is not quite right in what is served.

    `noticed` and `served` are when the save that led to it was noticed, and when the build that it
    led to was there, in seconds since 1970.
    """

    build: str = ""
    number: int = 0
    busy: bool = False
    failed: Failed | None = None
    warnings: tuple[Fault, ...] = ()
    noticed: float = 0.0
    served: float = 0.0


class Updates:
    """What is so now, and those who wait for it. Safe for threads."""

    def __init__(self) -> None:
        # Of another preview's pages, none may be taken for one of ours.
        self._edition = secrets.token_hex(4)
        self._status = Status(build=f"{self._edition}.0")
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._closed = False
        self._timer: threading.Timer | None = None

    @property
    def now(self) -> Status:
        """What is so."""
        return self._status

    @property
    def build(self) -> str:
        """The name of what is served."""
        return self._status.build

    def begin(self, noticed: float) -> None:
        """A build begins, for a save that was noticed then."""
        with self._changed:
            self._end()
            self._status = replace(self._status, noticed=noticed)
            self._timer = threading.Timer(BUSY_SECONDS, self._take_long)
            self._timer.daemon = True
            self._timer.start()

    def _take_long(self) -> None:
        with self._changed:
            if self._timer is threading.current_thread():
                self._tell(busy=True)

    def fail(self, failed: Failed) -> None:
        """It ended without a new site."""
        with self._changed:
            self._end()
            self._tell(failed=failed, busy=False)

    def serve(self, warnings: tuple[Fault, ...] = ()) -> None:
        """Another build is served."""
        with self._changed:
            self._end()
            number = self._status.number + 1
            self._tell(
                build=f"{self._edition}.{number}",
                failed=None,
                busy=False,
                warnings=warnings,
                served=time.time(),
            )

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _tell(self, **changes: Any) -> None:
        self._status = replace(self._status, number=self._status.number + 1, **changes)
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
            self._end()
            self._changed.notify_all()
