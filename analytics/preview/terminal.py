"""What a preview says where it was started, by a thread of its own: a pipe that nobody reads, or a
terminal that was stopped (Ctrl-S), holds up no page."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

__all__ = ["Terminal"]

MOST_WAITING = 1_000
"""So many texts wait at most; then the oldest is forgotten."""

PATIENCE_SECONDS = 1.0
"""How long the end of a preview waits for what was not read yet."""


class Terminal(threading.Thread):
    """Hands each text to `write`, in their order, with whether it is for the error output."""

    def __init__(self, write: Callable[[str, bool], object]) -> None:
        super().__init__(name="terminal", daemon=True)
        self._write = write
        self._waiting: deque[tuple[str, bool]] = deque(maxlen=MOST_WAITING)
        self._changed = threading.Condition()
        self._ended = False

    def say(self, text: str, *, err: bool = True) -> None:
        """Have it written. Waits for nothing."""
        with self._changed:
            self._waiting.append((text, err))
            self._changed.notify_all()

    def run(self) -> None:
        """Until `end`."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                said = self._waiting.popleft()
            with suppress(OSError, ValueError):  # Whoever read it is gone.
                self._write(*said)

    def end(self) -> None:
        """Write what waits, if somebody reads it soon."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self.is_alive():
            self.join(PATIENCE_SECONDS)
