"""What is in `public/`: one look at every name, without following links."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Stamp", "Tree", "look", "stamp_of"]

Stamp = tuple[int, int, int, int]
"""Inode, size in bytes, time of the last change of its bytes and of anything about it (ns)."""


@dataclass(frozen=True)
class Tree:
    """Paths relative to the folder: plain files, folders from the outermost in, all else."""

    files: dict[str, Stamp] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def look(folder: Path) -> Tree:
    """All that is in `folder`; nothing where it is missing. Raises OSError."""
    tree = Tree()
    waiting = [""] if folder.is_dir() else []
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                path = f"{inside}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    tree.folders.append(path)
                    waiting.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    tree.files[path] = _stamp(entry.stat(follow_symlinks=False))
                else:
                    tree.others.append(path)
    return tree


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a plain file; None where there is none. Raises OSError."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _stamp(found) if stat.S_ISREG(found.st_mode) else None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
