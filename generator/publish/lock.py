"""One build at a time in a folder: the next one waits for it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.publish.refusals import Unpublished, refusal

__all__ = ["locked"]


@contextmanager
def locked(out: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder `out`, which is made where it is missing. `waiting` is called before a wait.

    The lock is on the folder itself: it leaves no file behind, and a process that is killed lets
    go of it. It covers the reading of the site as well: the build that began last reads last, and
    an older text never takes the place of a newer one. Raises Unpublished.
    """
    try:
        folder = _hold(out, waiting)
    except OSError as error:
        raise Unpublished([refusal(error, out)], out) from error
    try:
        yield
    finally:
        os.close(folder)


def _hold(out: Path, waiting: Callable[[], None]) -> int:
    while True:
        out.mkdir(parents=True, exist_ok=True)
        folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(folder, fcntl.LOCK_EX)
        if _is(folder, out):
            return folder
        os.close(folder)


def _is(folder: int, path: Path) -> bool:
    """Whether the folder that was locked is still the one at that path, and not one removed."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(folder), found)
