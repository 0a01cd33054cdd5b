"""What stands in a site's folders now: each name with its stamp, without reading a file.

A stamp says whether a file is still the one that was read. One that changed so shortly before it
was read that its times could not tell is unsure, and is read again (the "racy" files of git's
index).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["Scan", "Stamp", "scanned", "sure"]

Stamp = tuple[int, ...]
"""Inode, size in bytes, time of the last change of its bytes and of anything about it (ns); of a
link, its own and those of what it leads to."""

Scan = Mapping[str, Stamp]
"""Stamps by name, relative to the root, with slashes."""

_UNSURE_NS = 50_000_000
"""File systems tell times apart by 10 ms at worst; five times that is on the safe side."""


def scanned(root: Path, folders: Iterable[str]) -> dict[str, Stamp]:
    """The stamps of all that is no folder below these folders, hidden names included.

    A folder that cannot be read has the stamp of the error, under its own name.
    """
    found: dict[str, Stamp] = {}
    base = os.fspath(root)
    waiting = [folder for folder in folders if os.path.lexists(f"{base}/{folder}")]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{base}/{folder}") as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                        continue
                    own = entry.stat(follow_symlinks=False)
                    stamp = (own.st_ino, own.st_size, own.st_mtime_ns, own.st_ctime_ns)
                    found[name] = _of_link(entry, stamp) if entry.is_symlink() else stamp
        except OSError as error:
            found[folder] = (error.errno or 0,)
    return found


def _of_link(link: os.DirEntry[str], own: Stamp) -> Stamp:
    try:
        other = link.stat()
    except OSError as error:
        return (*own, error.errno or 0)
    return (*own, other.st_ino, other.st_size, other.st_mtime_ns, other.st_ctime_ns)


def sure(scan: Scan, began_ns: int) -> dict[str, Stamp]:
    """The scan as it may be kept: the stamp of what changed right before is equal to none.

    `began_ns` is a time before the first of its files was read, in ns since 1970.
    """
    limit = began_ns - _UNSURE_NS
    return {
        name: (-1,) * len(stamp) if max(stamp[3::4], default=0) > limit else stamp
        for name, stamp in scan.items()
    }
