"""Each change that publishing makes to the file system, one small method a change.

Nothing else in the generator writes, moves or removes a file, so a test that stands between can
stop a build, or fill the disk, at any step. Paths are text: a build has tens of thousands of them,
and an object for each would cost more than what is done with it.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Collection

from generator.publish.tree import Stamp, stamp

__all__ = ["MANY", "Disk"]

_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""

MANY = 64
"""From so many files on, one `sync` of everything is quicker than asking for each."""


class Disk:
    """The real one. Every method raises OSError, with the path."""

    def make_folder(self, path: str) -> None:
        """Make a folder, whose parent is there."""
        os.mkdir(path)

    def write(self, path: str, data: bytes) -> Stamp:
        """Write a new file, or over an old one. It may be found half written after a crash."""
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(opened, rest) :]
            return stamp(os.fstat(opened))
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from error
        finally:
            os.close(opened)

    def move(self, old: str, new: str) -> None:
        """Give a file or a folder another path in one step. A file that was there is gone."""
        os.rename(old, new)

    def exchange(self, one: str, other: str) -> None:
        """Give each of two folders, by absolute paths, the path of the other, in one step.

        Not every file system can (renameat2(2)): EINVAL, or ENOSYS.
        """
        import ctypes  # noqa: PLC0415  (no usual build needs it)

        rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        number = errno.ENOSYS
        if rename is not None:
            if rename(-1, os.fsencode(one), -1, os.fsencode(other), _EXCHANGE) == 0:
                return
            number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), other)

    def remove(self, path: str) -> None:
        """Remove a file, or a link."""
        os.unlink(path)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        os.rmdir(path)

    def settle(self, paths: Collection[str]) -> None:
        """Return when these files, and the names in these folders, would survive a power cut.

        A name in a folder is kept by the folder (fsync(2)), so both must be asked for. They are
        asked for at once: a journal commits them together.
        """
        if len(paths) >= MANY:
            os.sync()  # Linux waits until all is written; where a system does not, it is soon.
            return
        failed: list[OSError] = []
        threads = [threading.Thread(target=_settle, args=(path, failed)) for path in paths]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]


def _settle(path: str, failed: list[OSError]) -> None:
    try:
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
    except OSError as error:
        failed.append(error)
