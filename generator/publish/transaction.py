"""Putting a build in its place, so that a reader sees the old one or the new one at every moment.

1. New bytes are written beside the site, into `.next/`. Nothing that is served changes.
2. `_build.json` is replaced: the new site, some of whose files are still in `.next/`. From here on
   it is the one that is served. This step alone decides.
3. The files are moved to their paths, and `_build.json` is replaced by one that says so.
4. What no build names is removed.

A build that is stopped in 1 changed nothing; one that is stopped in 3 is finished by the next,
which begins with what `_build.json` says. Each step is on the disk before the next begins.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from generator.publish.disk import Disk
from generator.publish.refusals import NEXT
from generator.publish.tree import Tree, look
from policy.manifest import (
    BUILD_FILE,
    Build,
    Damaged,
    NotBuilt,
    OtherForm,
    read_build,
    to_json,
)

__all__ = ["Transaction"]


class Transaction:
    """Changes one folder, under the lock. Every method raises OSError.

    `switched` says that the new build is the one that is served.
    """

    def __init__(self, out: Path, disk: Disk) -> None:
        self.switched = False
        self._out = out
        self._disk = disk
        self._folders: set[PurePosixPath] = set()
        self._staged: dict[str, str] | None = None

    def recover(self) -> Build | None:
        """Finish what a stopped build began, and return the build that stands then.

        None where nothing is known of what is there; then every file counts as a stranger.
        """
        try:
            build = read_build(self._out)
        except (NotBuilt, Damaged, OtherForm):
            return None
        if build.moving:
            build = self._move_in(build)
        return build

    def stage(self, missing: Mapping[str, bytes]) -> None:
        """Step 1: write the bytes, given by the paths that they belong to, beside the site."""
        self._staged = {path: f"{NEXT}/{number}" for number, path in enumerate(missing)}
        if not missing:
            return
        self._remove_tree(NEXT)
        self._make_folders(PurePosixPath(NEXT))
        for path, data in missing.items():
            self._disk.write(self._out / self._staged[path], data)
        self._disk.settle([self._out / path for path in (*self._staged.values(), NEXT)])

    def commit(self, build: Build) -> None:
        """Steps 2 and 3: serve `build`, and move what was staged to its place."""
        moving = replace(build, moving=self._staged or {})
        self._state(moving)
        if moving.moving:
            self._move_in(moving)

    def undo(self) -> None:
        """After a step was refused: where the old build stands, give the disk its room back."""
        if self._staged is not None and not self.switched:
            with suppress(OSError):
                self._remove_tree(NEXT)

    def prune(self, build: Build, tree: Tree) -> int:
        """Step 4: remove what `build` does not name. The number of files removed."""
        self.switched = True
        kept = {BUILD_FILE, *(each.path for file in build.all_files for each in file.stored)}
        strangers = [path for path in (*tree.files, *tree.others) if path not in kept]
        for path in strangers:
            self._disk.remove(self._out / path)
        used = {parent.as_posix() for path in kept for parent in PurePosixPath(path).parents}
        for path in reversed(tree.folders):  # the innermost come last there
            if path not in used:
                self._disk.remove_folder(self._out / path)
        return sum(not path.startswith(f"{NEXT}/") for path in strangers)

    def _move_in(self, build: Build) -> Build:
        touched = set()
        for path, staged in build.moving.items():
            source = self._out / staged
            if source.exists():  # Otherwise it was moved before the build was stopped.
                self._make_way(path)
                self._disk.move(source, self._out / path)
                touched.add((self._out / path).parent)
        self._disk.settle([folder for folder in touched if folder.exists()])
        done = replace(build, moving={})
        self._state(done)
        return done

    def _state(self, build: Build) -> None:
        """Replace the manifest in one step, which a power cut cannot undo afterwards."""
        part = self._out / NEXT / BUILD_FILE
        self._make_folders(PurePosixPath(NEXT))
        self._disk.write(part, to_json(build))
        self._disk.settle([part])
        self._clear(BUILD_FILE)
        self._disk.move(part, self._out / BUILD_FILE)
        self.switched = self._staged is not None
        self._disk.settle([self._out])

    def _empty_next(self) -> None:
        self._remove_tree(NEXT)
        self._folders.discard(PurePosixPath(NEXT))
        self._make_folders(PurePosixPath(NEXT))

    def _make_way(self, path: str) -> None:
        """Make the folders for a path, and remove a folder that stands in its place."""
        self._make_folders(PurePosixPath(path).parent)
        self._clear(path)

    def _make_folders(self, folder: PurePosixPath) -> None:
        """Files and links that stand where a folder should be belong to no build that is served."""
        for each in (*reversed(folder.parents), folder):
            if each in self._folders or each == PurePosixPath():
                continue
            mode = _mode(self._out / each)
            if mode is not None and not stat.S_ISDIR(mode):
                self._disk.remove(self._out / each)
                mode = None
            if mode is None:
                self._disk.make_folder(self._out / each)
            self._folders.add(each)

    def _clear(self, path: str) -> None:
        mode = _mode(self._out / path)
        if mode is not None and stat.S_ISDIR(mode):
            self._remove_tree(path)

    def _remove_tree(self, path: str) -> None:
        mode = _mode(self._out / path)
        if mode is None:
            return
        if not stat.S_ISDIR(mode):
            self._disk.remove(self._out / path)
            return
        folder = self._out / path
        tree = look(folder)
        for name in (*tree.files, *tree.others):
            self._disk.remove(folder / name)
        for name in reversed(tree.folders):
            self._disk.remove_folder(folder / name)
        self._disk.remove_folder(folder)
        gone = PurePosixPath(path)
        self._folders = {each for each in self._folders if not each.is_relative_to(gone)}


def _mode(path: Path) -> int | None:
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
