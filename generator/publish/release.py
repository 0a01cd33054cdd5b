"""A finished folder for a host that only sends files, replaced as a whole.

It is made beside the one that is there, and takes its place in one step, so that whoever looks sees
the old one or the new one, and a process that is killed leaves one of the two. What only a build or
the service has a use for is left out: the manifest, and pages for audiences, which the service
chooses by a cookie.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from generator.publish.disk import Disk
from generator.publish.lock import locked
from generator.publish.refusals import Unreleased, meddled, refusal
from generator.publish.transaction import remove
from generator.publish.tree import look, parents
from policy.faults import Fault
from policy.manifest import Build, digest_of, read_build

__all__ = ["release"]

_CANNOT_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def release(
    out: Path,
    folder: Path,
    added: Callable[[Build], Mapping[str, bytes]],
    *,
    waiting: Callable[[], None] = lambda: None,
    disk: Disk | None = None,
) -> int:
    """Make `folder` hold the site that is published in `out`, and files that are `added` to it, by
    their paths. The number of files.

    Raises Unreleased, and then `folder` is as it was.
    """
    folder = folder.resolve()  # A link stays one: what it leads to is replaced.
    with locked(out, waiting):
        try:
            return _Release(out, folder, disk or Disk()).make(added)
        except OSError as error:
            raise Unreleased([refusal(error, folder)]) from error


class _Release:
    def __init__(self, out: Path, folder: Path, disk: Disk) -> None:
        self._out = out
        self._folder = folder
        self._disk = disk
        self._beside = f"{folder.parent}/.{folder.name}.next"
        self._old = f"{folder.parent}/.{folder.name}.old"
        self._record = f"{folder.parent}/.{folder.name}.release"
        self._made = {""}

    def make(self, added: Callable[[Build], Mapping[str, bytes]]) -> int:
        self._refuse_a_place()
        self._recover()
        there = self._ours()
        build = read_build(self._out)
        self._disk.make_folder(self._beside)
        paths = self._copy(build)
        for path, data in added(build).items():
            if path not in paths:
                self._disk.write(self._place(path), data)
                paths.add(path)
        tree = look(self._beside)
        self._disk.settle([f"{self._beside}/{path}" for path in ("", *tree.folders, *tree.files)])
        self._remember({*there, *paths})
        self._take_its_place()
        self._remember(paths)
        for left in (self._beside, self._old):
            remove(self._disk, left)
        return len(paths)

    def _take_its_place(self) -> None:
        folder = str(self._folder)
        try:
            if os.path.lexists(folder):
                self._disk.exchange(self._beside, folder)
            else:
                self._disk.move(self._beside, folder)
        except OSError as error:
            if error.errno not in _CANNOT_EXCHANGE:
                raise
            # For a moment there is neither. The next release puts the old one back if need be.
            self._disk.move(folder, self._old)
            self._disk.move(self._beside, folder)
        self._disk.settle([str(self._folder.parent)])

    def _recover(self) -> None:
        """What a release that was killed has left."""
        if os.path.lexists(self._old) and not os.path.lexists(self._folder):
            self._disk.move(self._old, str(self._folder))
        for left in (self._beside, self._old):
            remove(self._disk, left)

    def _refuse_a_place(self) -> None:
        folder, out = self._folder, self._out.resolve()
        if folder == out or folder in out.parents or out in folder.parents:
            raise self._refused(f"neither it nor {out.name}/ can be in the other")
        if os.path.lexists(folder) and not folder.is_dir():
            raise self._refused("it is no folder")

    def _ours(self) -> set[str]:
        """The files that are there. Nobody else's are replaced: only those that a release made."""
        tree = look(str(self._folder))
        there = {*tree.files, *tree.others}
        if strangers := there - self._made_before():
            raise self._refused(f"no release made {min(strangers)}, which is in it")
        return there

    def _refused(self, message: str) -> Unreleased:
        hint = "name a folder that is not there yet"
        return Unreleased([Fault(str(self._folder), None, message, hint)])

    def _made_before(self) -> set[str]:
        try:
            with open(self._record, encoding="utf-8", errors="surrogateescape") as file:
                return set(file.read().split("\0"))
        except (OSError, ValueError):
            return set()

    def _remember(self, paths: Collection[str]) -> None:
        """Write down which files are ours, before they take their place."""
        data = "\0".join(sorted(paths)).encode("utf-8", "surrogateescape")
        self._disk.write(f"{self._record}.part", data)
        self._disk.move(f"{self._record}.part", self._record)

    def _copy(self, build: Build) -> set[str]:
        """Copy what everybody is to get. The paths."""
        paths = set()
        for file in build.files.values():
            for stored in file.stored:
                source = f"{self._out}/{stored.path}"
                with open(source, "rb") as opened:
                    data, changed = opened.read(), os.fstat(opened.fileno()).st_mtime_ns
                if digest_of(data) != stored.digest:
                    raise Unreleased([meddled(self._out, stored.path)])
                target = self._place(stored.path)
                self._disk.write(target, data)
                # Whoever copies the folder further sees by a file's time whether it is new.
                os.utime(target, ns=(changed, changed))
                paths.add(stored.path)
        return paths

    def _place(self, path: str) -> str:
        """Where a file is to be; the folders that it is in are made."""
        new = []
        for folder in parents(path):
            if folder in self._made:
                break
            new.append(folder)
        for folder in reversed(new):
            self._disk.make_folder(f"{self._beside}/{folder}")
            self._made.add(folder)
        return f"{self._beside}/{path}"
