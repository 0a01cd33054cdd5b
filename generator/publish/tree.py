"""What is in `public/`: names and stamps, without following links."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Stamp", "Tree", "is_folder", "look", "parents", "stamp", "stamp_of"]

Stamp = tuple[int, int, int]
"""Inode, size in bytes, and the time (ns) of the last change of its bytes or of anything about it.

Whoever changes a file can give it any other time afterwards, but not this one.
"""


@dataclass(frozen=True)
class Tree:
    """Paths relative to the folder: plain files, folders from the outermost in, all else.

    The stamp of a folder was taken before its names were read.
    """

    files: dict[str, Stamp] = field(default_factory=dict)
    folders: dict[str, Stamp] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def look(folder: str) -> Tree:
    """All that is in a folder; nothing where it is missing. Raises OSError."""
    tree = Tree()
    waiting = [""] if os.path.isdir(folder) else []
    while waiting:
        inside = waiting.pop()
        with os.scandir(f"{folder}/{inside}") as entries:
            for entry in entries:
                path = f"{inside}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    tree.folders[path] = stamp(entry.stat(follow_symlinks=False))
                    waiting.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    tree.files[path] = stamp(entry.stat(follow_symlinks=False))
                else:
                    tree.others.append(path)
    return tree


def stamp(found: os.stat_result) -> Stamp:
    """What tells this file from another, and from itself once it has changed."""
    return found.st_ino, found.st_size, found.st_ctime_ns


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a plain file; None where there is none. Raises OSError."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stamp(found) if stat.S_ISREG(found.st_mode) else None


def is_folder(path: str) -> bool | None:
    """Whether a folder is there, and not a link to one; None where nothing is. Raises OSError."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def parents(path: str) -> Iterator[str]:
    """The folders that a path is in, from the innermost out; that of `public/` itself is ""."""
    while path:
        path = path.rpartition("/")[0]
        yield path
