"""What the system did not tell of: now and then all files are looked at.

Events are lost: where the queue of the system is full, on drives of other machines, and between two
questions to what listens for them. Then a save would not be shown before the next one.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["SecondLook"]

EVERY_SECONDS = 2.0

SHARE = 50
"""One part in so many of a processor's time is spent on it at most."""

_State = tuple[int, int, int]


class SecondLook:
    """The files below some folders of `root` that `is_ours` takes, by the state in which they were
    last told of."""

    def __init__(self, root: Path, folders: Iterable[Path], is_ours: Callable[[str], bool]) -> None:
        self._root = os.fspath(root)
        self._folders = [os.fspath(folder) for folder in folders]
        self._is_ours = is_ours
        self._known = self._all()

    def told(self, names: Iterable[str]) -> None:
        """These were told of, as they are now."""
        for name in names:
            state = _state(os.path.join(self._root, name))  # noqa: PTH118  (of hundreds of files)
            if state is None:
                self._known.pop(name, None)
            else:
                self._known[name] = state

    def differing(self) -> frozenset[str]:
        """The files that are otherwise than they were told of; they are told of by this. Empty
        where it is too soon to look again."""
        if time.monotonic() < self._next:
            return frozenset()
        known, self._known = self._known, self._all()
        return frozenset(name for name, _ in known.items() ^ self._known.items())

    def _all(self) -> dict[str, _State]:
        began = time.monotonic()
        found = dict(self._walk())
        ended = time.monotonic()
        self._next = ended + max(EVERY_SECONDS, (ended - began) * SHARE)
        return found

    def _walk(self) -> Iterable[tuple[str, _State]]:
        start = len(self._root) + 1
        for top in self._folders:
            for folder, _, files in os.walk(top):
                for file in files:
                    path = f"{folder}{os.sep}{file}"
                    if self._is_ours(path[start:]) and (state := _state(path)):
                        yield path[start:], state


def _state(path: str) -> _State | None:
    """None of what is no file, or is gone."""
    try:
        found = os.stat(path)  # noqa: PTH116  (of hundreds of files)
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
