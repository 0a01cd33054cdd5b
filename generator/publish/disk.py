"""Each change that publishing makes to the file system, one small method a change.

Nothing else in the generator writes, moves or removes a file, so a test that stands between can
stop a build, or fill the disk, at any step.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

__all__ = ["Disk"]

MANY = 64
"""From so many files on, one `sync` of everything is quicker than asking for each."""


class Disk:
    """The real one. Every method raises OSError."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, whose parent is there."""
        path.mkdir()

    def write(self, path: Path, data: bytes) -> None:
        """Write a new file, or over an old one. It may be found half written after a crash."""
        path.write_bytes(data)

    def move(self, old: Path, new: Path) -> None:
        """Give a file another path in one step. What was there before is gone."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file, or a link."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def settle(self, paths: Collection[Path]) -> None:
        """Return when these files, and the names in these folders, would survive a power cut.

        A name in a folder is kept by the folder (fsync(2)), so both must be asked for.
        """
        if len(paths) >= MANY:
            os.sync()  # Linux waits until all is written; where a system does not, it is soon.
            return
        for path in paths:
            opened = os.open(path, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)
