"""Whether a service keeps something in a folder now: who moves its databases must not meanwhile.

Each service holds a lock on the folder itself, beside those of others; it leaves no file behind,
and a process that is killed lets go of it (https://man7.org/linux/man-pages/man2/flock.2.html).
A service on another machine, which shares a server with this one, is not seen.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from policy.failures import Refusal

__all__ = ["held", "unused"]


def held(var: Path) -> ExitStack:
    """A lock that a service has on `var` until this is closed. To close it again does nothing: its
    handle's number may be another file's by then. Raises OSError."""
    folder = os.open(var, os.O_RDONLY | os.O_DIRECTORY)
    with suppress(OSError):  # Some file systems have no locks.
        fcntl.flock(folder, fcntl.LOCK_SH)
    lock = ExitStack()
    lock.callback(os.close, folder)
    return lock


@contextmanager
def unused(var: Path) -> Iterator[None]:
    """Keep services from starting in `var`. Raises Refusal where one runs, OSError."""
    if not var.is_dir():
        yield
        return
    folder = os.open(var, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        message = f"a service runs with {var}: what it takes meanwhile would be left behind"
        raise Refusal(message, "stop it, and do this again") from None
    try:
        yield
    finally:
        os.close(folder)
