"""What stands in a site's folders now: each name with its stamp, without reading a file.

A stamp says whether a file is still the one that was read. One that changed so shortly before it
was read that its times could not tell is unsure, and is read again (the "racy" files of git's
index).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

__all__ = ["Scan", "Stamp", "is_plain", "scanned", "scanned_again", "sure"]

Stamp = tuple[int, ...]
"""Inode, size in bytes, times (ns) of the last change of its bytes and of anything about it, kind
and mode; of a link, its own and those of what it leads to."""

Scan = Mapping[str, Stamp]
"""Stamps by name, relative to the root, with slashes."""

_LENGTH = 5
_FEW = 16
_UNSURE_NS = 50_000_000
"""File systems tell times apart by 10 ms at worst; five times that is on the safe side."""


def scanned(root: Path, folders: Iterable[str]) -> dict[str, Stamp]:
    """The stamps of all that is no folder below these folders, hidden names included.

    A folder that cannot be read has the stamp of the error, under its own name. A link to a folder
    has a stamp as well, and what is in that folder, once; but not what is in a folder that holds
    the root, or is out of it and of no use there.
    """
    found: dict[str, Stamp] = {}
    entered: set[tuple[int, int]] = set()
    base = os.fspath(root)
    home = os.path.realpath(root)
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
                    found[name] = _stamp(entry.stat(follow_symlinks=False))
                    if entry.is_symlink():
                        found[name] += _target(entry)
                        if _is_to_enter(entry, folder, home, entered):
                            waiting.append(name)
        except OSError as error:
            found[folder] = (error.errno or 0,)
    return found


def scanned_again(root: Path, scan: Scan, changed: Collection[str]) -> dict[str, Stamp] | None:
    """The scan as it is now, where nothing but the files `changed` has changed since. None where
    they are many, or anything else than ordinary files: then all must be looked at."""
    if len(changed) > _FEW:
        return None
    found = dict(scan)
    for name in changed:
        try:
            stamp = _stamp(os.lstat(f"{root}/{name}"))
        except OSError:
            # It may be a folder with all that was in it.
            if found.pop(name, None) is None:
                return None
            continue
        if not is_plain(stamp) or not is_plain(found.get(name, stamp)):
            return None
        found[name] = stamp
    return found


def is_plain(stamp: Stamp) -> bool:
    """Whether it is that of an ordinary file, and of no link."""
    return len(stamp) == _LENGTH and stat.S_ISREG(stamp[-1])


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode


def _target(link: os.DirEntry[str]) -> Stamp:
    try:
        return _stamp(link.stat())
    except OSError as error:
        return (error.errno or 0,)


def _is_to_enter(
    link: os.DirEntry[str], folder: str, home: str, entered: set[tuple[int, int]]
) -> bool:
    """Whether a link leads to a folder of use that none has led to: links may go in circles.

    Templates may be shared with other sites; what is out of the root is refused everywhere else.
    """
    if not link.is_dir():
        return False
    target = os.path.realpath(link.path)
    holds_root = f"{home}/".startswith(f"{target.rstrip('/')}/")
    is_shared = folder.split("/", 1)[0] == "templates"
    if holds_root or not (is_shared or target.startswith(f"{home}/")):
        return False
    found = link.stat()
    known = found.st_dev, found.st_ino
    if known in entered:
        return False
    entered.add(known)
    return True


def sure(scan: Scan, began_ns: int) -> dict[str, Stamp]:
    """The scan as it may be kept: the stamp of what changed right before is equal to none.

    `began_ns` is a time before the first of its files was read, in ns since 1970.
    """
    limit = began_ns - _UNSURE_NS
    return {
        name: (-1, *stamp[1:]) if max(stamp[3::_LENGTH], default=0) > limit else stamp
        for name, stamp in scan.items()
    }
