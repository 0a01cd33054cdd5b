"""Looking whether `public/` is as the last build left it.

At ten thousand pages these are forty thousand questions to the system, so two processes ask them,
while the build reads the site.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from generator.publish.stamps import ABSENT, FOLDER, WIDTH, Stamps, Table, sure
from generator.publish.tree import Stamp, is_folder, look, parents, stamp, stamp_of
from policy.manifest import BUILD_FILE, digest_of

__all__ = ["Found", "Look", "digest_at", "look_without_stamps", "strangers_in"]

MANY = 4_000
"""From so many paths on, two processes are quicker than one."""


@dataclass
class Found:
    """What is known of `files` and `folders` now, and what is not as the last build left it:
    files that are `broken`, and `strangers`, which no build names."""

    files: Table
    folders: Table
    broken: set[str] = field(default_factory=set)
    strangers: list[str] = field(default_factory=list)


class Look:
    """Begins at once; `found` waits for it. Raises OSError."""

    def __init__(self, out: str, stamps: Stamps) -> None:
        self._began = time.time_ns()
        self._out = out
        self._stamps = stamps
        self._paths = stamps.files.paths + stamps.folders.paths
        self._processes: list[tuple[int, int]] = []
        whole = len(self._paths)
        if whole >= MANY and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1:
            half = whole // 2
            self._processes = [self._start(0, half), self._start(half, whole)]

    def close(self) -> None:
        """End the processes, whatever they find."""
        processes, self._processes = self._processes, []
        for process, pipe in processes:
            os.kill(process, signal.SIGKILL)  # It may have more to tell than its pipe holds.
            os.waitpid(process, 0)
            os.close(pipe)

    def found(self) -> Found:
        """What is there. Files whose stamps cannot tell are read."""
        suspects, first = self._suspects(), len(self._stamps.files.paths)
        found = Found(self._stamps.files, self._stamps.folders)
        self._look_at_folders([self._paths[each] for each in suspects if each >= first], found)
        self._read_files([self._paths[each] for each in suspects if each < first], found)
        return found

    def _look_at_folders(self, suspects: Iterable[str], found: Found) -> None:
        known: dict[str, tuple[Stamp, str]] = {}
        gone = set()
        for path in suspects:
            full = f"{self._out}/{path}"
            if is_folder(full):
                known[path] = sure(stamp(os.lstat(full)), self._began), FOLDER
                found.strangers += strangers_in(self._out, path, self._stamps)
            else:
                gone.add(path)
        if gone:
            # What is reached by way of a link only looks as if it were in its place.
            inside = tuple(f"{path}/" for path in gone)
            found.broken |= {path for path in self._stamps.files.paths if path.startswith(inside)}
            gone |= {path for path in self._stamps.folders.paths if path.startswith(inside)}
        found.folders = self._stamps.folders.changed(known, gone)

    def _read_files(self, suspects: Iterable[str], found: Found) -> None:
        known: dict[str, tuple[Stamp, str]] = {}
        table = self._stamps.files
        for path in suspects:
            if path in found.broken:
                continue
            now, digest = digest_at(f"{self._out}/{path}")
            if now and digest == table.digest(table.places[path]):
                known[path] = sure(now, self._began), digest
            else:
                found.broken.add(path)
        found.files = table.changed(known, found.broken)

    def _suspects(self) -> list[int]:
        """The places of files and folders that may have changed."""
        processes, self._processes = self._processes, []
        answers = [_answer(*each) for each in processes]
        if answers and None not in answers:
            return [each for answer in answers if answer for each in answer]
        return list(self._differing(f"{self._out}/", 0, len(self._paths)))

    def _differing(self, before: str, start: int, end: int) -> array[int]:
        """The places of those whose stamps differ. `before` leads to the folder they are in."""
        stamps = self._stamps.files.stamps + self._stamps.folders.stamps
        was, now = stamps[start * WIDTH : end * WIDTH], array("q")
        lstat = os.lstat
        for path in self._paths[start:end]:
            try:
                found = lstat(before + path)
            except OSError:
                now.extend(ABSENT)
            else:
                now.extend((found.st_ino, found.st_size, found.st_ctime_ns))
        if now == was:
            return array("q")
        ends = range(WIDTH, len(was) + 1, WIDTH)
        differ = (was[end - WIDTH : end] != now[end - WIDTH : end] for end in ends)
        return array("q", (start + place for place, differs in enumerate(differ) if differs))

    def _start(self, start: int, end: int) -> tuple[int, int]:
        """A process that looks at a part, and the pipe by which it tells."""
        reading, writing = os.pipe()
        process = os.fork()
        if process:
            os.close(writing)
            return process, reading
        status = 1
        try:
            gc.disable()  # It would copy what it only has to look at.
            os.close(reading)
            os.chdir(self._out)  # The system has less of each path to look up.
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(self._differing("./", start, end).tobytes())
            status = 0
        finally:
            os._exit(status)


def _answer(process: int, pipe: int) -> array[int] | None:
    """What a process found; None where something ended it."""
    answer = array("q")
    with os.fdopen(pipe, "rb") as file:
        data = file.read()
    _, status = os.waitpid(process, 0)
    if status:
        return None
    answer.frombytes(data)
    return answer


def look_without_stamps(out: str, digests: Mapping[str, str]) -> Found:
    """The same where nothing is known of the files of a build but what its manifest says.

    Reads every file. Raises OSError.
    """
    began = time.time_ns()
    root = stamp(os.stat(out))
    tree = look(out)
    known: dict[str, tuple[Stamp, str]] = {}
    broken = set()
    for path, digest in digests.items():
        if path in tree.files and digest_at(f"{out}/{path}")[1] == digest:
            known[path] = sure(tree.files[path], began), digest
        else:
            broken.add(path)
    named = {*digests, BUILD_FILE, *(folder for path in known for folder in parents(path))}
    folders = {"": root, **tree.folders}
    return Found(
        Table.of(known),
        Table.of({path: (sure(folders[path], began), FOLDER) for path in folders if path in named}),
        broken,
        [path for path in (*tree.files, *tree.others, *tree.folders) if path not in named],
    )


def strangers_in(out: str, folder: str, stamps: Stamps) -> Iterator[str]:
    """What stands in a folder, and in no table. Raises OSError."""
    for name in os.listdir(f"{out}/{folder}"):
        path = f"{folder}/{name}" if folder else name
        is_named = path in stamps.files.places or path in stamps.folders.places
        if not is_named and path != BUILD_FILE:
            yield path


def digest_at(path: str) -> tuple[Stamp | None, str]:
    """The stamp of a plain file, taken before its bytes, and the digest of these; None and ""
    where there is no plain file. Raises OSError."""
    before = stamp_of(path)
    if before is None:
        return None, ""
    with open(path, "rb") as file:
        return before, digest_of(file.read())
