"""Reading `public/` while others build: the newest build, and files that are surely of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from policy.faults import Faults
from policy.manifest import BUILD_FILE, Build, Stored, read_build

__all__ = ["Published", "Replaced"]

_Mark = tuple[int, int, int] | None
"""What tells one `_build.json` from the next: inode, time and size; None where there is none."""


_GONE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""What who opens a file hears where another build has no file, or a folder, at its path."""


class Replaced(Exception):
    """Another build was published since. Look the file up again, in the new one."""


class Published:
    """The build in `public/` as it is now, for one who reads while others build.

    Safe for threads: each sees a build whole. Raises NotBuilt, Damaged or OtherForm.
    """

    def __init__(self, public: Path) -> None:
        self._public = public
        self._manifest = str(public / BUILD_FILE)
        self._read = (self._mark(), read_build(public))
        self._unreadable: tuple[_Mark, Faults] | None = None

    @property
    def build(self) -> Build:
        """The build that was read last."""
        return self._read[1]

    def refresh(self) -> Build:
        """The build that is there now. Costs one `stat` where it is still the same.

        Raises NotBuilt, Damaged or OtherForm; the build that was read last stays.
        """
        mark, build = self._read
        now = self._mark()
        if now == mark:
            return build
        known = self._unreadable
        if known and known[0] == now:
            # Ten thousand pages are megabytes to parse: once is enough to know that they are bad.
            raise type(known[1])(known[1].faults)
        try:
            # The mark is older than what is read, never newer: at worst it is read once more.
            build = read_build(self._public)
        except Faults as faults:
            self._unreadable = (now, faults)
            raise
        self._read = (now, build)
        return build

    def open(self, build: Build, stored: Stored) -> IO[bytes]:
        """The bytes of a file that was looked up in `build`.

        Raises Replaced where `build` is not the newest that can be read, and FileNotFoundError
        where somebody else removed the file.
        """
        try:
            file = self._open(build, stored.path)
        except _GONE:
            if self._is_replaced(build):
                raise Replaced from None
            raise FileNotFoundError(stored.path) from None
        if self._is_replaced(build):
            file.close()
            raise Replaced
        return file

    def _is_replaced(self, build: Build) -> bool:
        try:
            return self.refresh() is not build
        except Faults:
            return self.build is not build

    def _open(self, build: Build, path: str) -> IO[bytes]:
        if build.moving:
            try:
                return (self._public / build.moving / path).open("rb")
            except _GONE:
                pass  # It has just been moved to its place, or was there before.
        return (self._public / path).open("rb")

    def _mark(self) -> _Mark:
        try:
            found = os.stat(self._manifest)  # noqa: PTH116  (a request asks this twice)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
