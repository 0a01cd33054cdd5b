"""What a process prints while services run in it, beside its log."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["printed_to"]

_lock = threading.Lock()
_hearing: list[list[str]] = []
_before: list[TextIO] = []


class _Tee:
    """Writes on, and tells everybody who listens. All else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        written = self._stream.write(text)  # It refuses what is no text, as some try.
        for lines in tuple(_hearing):
            lines.append(text)
        return written

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def printed_to(lines: list[str]) -> Iterator[None]:
    """Keep what is printed meanwhile, on either output, also what others' services print."""
    with _lock:
        _hearing.append(lines)
        if len(_hearing) == 1:
            _before[:] = [sys.stdout, sys.stderr]
            sys.stdout, sys.stderr = _Tee(sys.stdout), _Tee(sys.stderr)
    try:
        yield
    finally:
        with _lock:
            # By identity: two that heard nothing are equal.
            _hearing[:] = [each for each in _hearing if each is not lines]
            if not _hearing:
                sys.stdout, sys.stderr = _before
