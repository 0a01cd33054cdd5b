"""Putting a build in its place, so that a reader sees the old one or the new one at every moment.

1. New bytes are written beside the site, into a folder in `.next/`. Nothing that is served changes.
2. `_build.json` is replaced: the new site, some of whose files are still in `.next/`. From here
   on it is the one that is served. This step alone decides.
3. What is there is moved to its place, and `_build.json` is replaced by one that says so.
   A folder that is new is moved as a whole.
4. What no build names is removed.

A build that is stopped in 1 changed nothing; one that is stopped in 3 is finished by the next,
which begins with what `_build.json` says. Each step is on the disk before the next begins.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from generator.publish.disk import MANY, Disk
from generator.publish.refusals import NEXT
from generator.publish.tree import is_folder, look, parents
from policy.manifest import (
    BUILD_FILE,
    Build,
    Damaged,
    NotBuilt,
    OtherForm,
    read_build,
    to_json,
)

__all__ = ["Transaction", "remove"]


class Transaction:
    """Changes one folder, under the lock. Every method raises OSError.

    `waiting` is where new files wait, each by the path that it will have. `switched` says that the
    new build is the one that is served; `moved` names the folders that were moved as a whole,
    `touched` those in which a name came or went.
    """

    def __init__(self, out: str, disk: Disk) -> None:
        self.out = out
        self.disk = disk
        # A name of its own: what another build left there is never taken for this one's.
        self.waiting = f"{NEXT}/{os.urandom(4).hex()}"
        self.switched = False
        self.moved: set[str] = set()
        self.touched: set[str] = set()

    def recover(self) -> Build | None:
        """Finish what a stopped build began, and return the build that stands then.

        None where nothing is known of what is there; then every file counts as a stranger.
        """
        build: Build | None
        try:
            build = read_build(Path(self.out))
        except (NotBuilt, Damaged, OtherForm):
            build = None
        if build and build.moving:
            build = self._finish(build)
            self.moved, self.touched = set(), set()
        elif os.path.lexists(f"{self.out}/{NEXT}"):
            self._remove(NEXT)
        return build

    def commit(self, build: Build, staged: Iterable[str]) -> Build:
        """Steps 2 and 3: serve `build`, and move what was staged, by its paths, to its place."""
        waiting = [f"{self.waiting}/{path}" for path in staged]
        moving = replace(build, moving=self.waiting if waiting else "")
        part = self._write(moving)
        folders = {folder for path in waiting[:MANY] for folder in parents(path)}
        self.disk.settle([part, *(f"{self.out}/{path}" for path in (*waiting, *folders))])
        self._clear(BUILD_FILE)
        self.disk.move(part, f"{self.out}/{BUILD_FILE}")
        self.switched = True
        self.touched.add("")
        self.disk.settle([self.out])
        if moving.moving:
            return self._finish(moving)
        self._remove(NEXT)
        return build

    def undo(self) -> None:
        """Where the old build stands, give the disk its room back."""
        if not self.switched:
            with suppress(OSError):
                self._remove(NEXT)

    def prune(self, paths: Iterable[str]) -> int:
        """Step 4: remove these, and folders that are empty then. The number of files removed."""
        removed = 0
        emptied: set[str] = set()
        for path in paths:
            removed += self._remove(path)
            emptied.update(parents(path))
        for folder in sorted(emptied - {""}, key=len, reverse=True):
            with suppress(OSError):  # It has other names.
                self.disk.remove_folder(f"{self.out}/{folder}")
        self.touched |= emptied
        return removed

    def _finish(self, build: Build) -> Build:
        """Step 3. What was moved already is in its place."""
        if is_folder(f"{self.out}/{build.moving}"):
            self._move_in(build.moving, "")
        done = replace(build, moving="")
        part = self._write(done)
        self.disk.settle([part, *(f"{self.out}/{folder}" for folder in self.touched)])
        self.disk.move(part, f"{self.out}/{BUILD_FILE}")
        self._remove(NEXT)
        return done

    def _move_in(self, tree: str, folder: str) -> None:
        """Move what waits in a tree for a folder that is there."""
        waiting = f"{self.out}/{tree}/{folder}".rstrip("/")
        with os.scandir(waiting) as entries:
            names = sorted((each.name, each.is_dir(follow_symlinks=False)) for each in entries)
        for name, is_whole_folder in names:
            path = f"{folder}/{name}" if folder else name
            there = is_folder(f"{self.out}/{path}")
            if is_whole_folder and there:
                self._move_in(tree, path)
                continue
            # What stands in the way belongs to no build that is served.
            if there or (there is False and is_whole_folder):
                self._remove(path)
            self.disk.move(f"{waiting}/{name}", f"{self.out}/{path}")
            self.touched.add(folder)
            if is_whole_folder:
                self.moved.add(path)

    def _write(self, build: Build) -> str:
        """Write a manifest beside the site, and return where."""
        if not is_folder(f"{self.out}/{NEXT}"):
            self._remove(NEXT)
            self.disk.make_folder(f"{self.out}/{NEXT}")
        part = f"{self.out}/{NEXT}/{BUILD_FILE}"
        self.disk.write(part, to_json(build))
        return part

    def _clear(self, path: str) -> None:
        """Remove a folder that stands where a file belongs."""
        if is_folder(f"{self.out}/{path}"):
            self._remove(path)

    def _remove(self, path: str) -> int:
        return remove(self.disk, f"{self.out}/{path}")


def remove(disk: Disk, path: str) -> int:
    """Remove whatever is at a path, with all that is in it. The number of files. Raises OSError."""
    there = is_folder(path)
    if there is None:
        return 0
    if not there:
        disk.remove(path)
        return 1
    tree = look(path)
    for name in (*tree.files, *tree.others):
        disk.remove(f"{path}/{name}")
    for name in reversed(tree.folders):
        disk.remove_folder(f"{path}/{name}")
    disk.remove_folder(path)
    return len(tree.files) + len(tree.others)
