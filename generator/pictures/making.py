"""Pictures are made here: on all cores, each original decoded by one process at a time.

Whatever ends it (a fault, Ctrl-C, a process that the system killed for its memory) does so before
anything is published. What was finished is in the cache, so the next build goes on from there.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.images import BrokenPicture
from generator.pictures.cache import FOLDER, Cache
from generator.pictures.cards import Card, Wanted
from generator.pictures.derived import Derived
from generator.workers import WorkerDied, spread
from policy import Fault, Faults
from policy.site_files import read_bytes

__all__ = ["Progress", "look", "make", "no_progress"]

Progress = Callable[[int, int], None]
"""Hears how many pictures are made, of how many."""


def no_progress(made: int, total: int) -> None:
    """For whoever does not want to hear."""


_CARDS_AT_ONCE = 16
"""A process reads the fonts once for all of them."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one process makes for the site in `root`: of one original that it decodes, or cards.

    It is kept in the `folder` of the cache. Where there is none, the original is only decoded.
    """

    root: Path
    folder: Path | None
    wanted: tuple[Wanted, ...]

    @property
    def pixels(self) -> int:
        """How much there is to do."""
        return sum(width * height for width, height in (each.size for each in self.wanted))


def make(wanted: Iterable[Wanted], root: Path, cache: Cache, progress: Progress) -> None:
    """Have all of `wanted` in the cache. Raises `Faults` for originals in `root` that cannot be
    decoded, where the disk is full, and where a process died."""
    missing = _missing(wanted, cache)
    if missing:
        cache.open()
        _run([Task(root, cache.folder, group) for group in _groups(missing)], progress)


def look(wanted: Iterable[Wanted], root: Path, cache: Cache, progress: Progress) -> None:
    """Decode each original of which something is missing in the cache, and make nothing of it.

    Raises `Faults` for those that cannot be decoded.
    """
    missing = (each for each in _missing(wanted, cache) if isinstance(each, Derived))
    originals = {each.original.digest: each for each in missing}
    _run([Task(root, None, (each,)) for each in originals.values()], progress)


def _run(tasks: Sequence[Task], progress: Progress) -> None:
    if not tasks:
        return
    total, made = sum(len(task.wanted) for task in tasks), 0
    faults: list[Fault] = []
    progress(made, total)
    longest_first = sorted(tasks, key=lambda task: task.pixels, reverse=True)
    try:
        for number, fault in spread(_counted, longest_first, chunk=1):
            if fault:
                faults.append(fault)
            made += number
            progress(made, total)
    except WorkerDied:
        message = "a process that made pictures was ended from outside"
        hint = "build again; where it happens again, there is too little memory: save them smaller"
        raise Faults([Fault("content", None, message, hint)]) from None
    if faults:
        raise Faults(faults)


def _counted(task: Task) -> tuple[int, Fault | None]:
    return len(task.wanted), work(task)


def work(task: Task) -> Fault | None:
    """Make all of a task, and keep it. What is wrong with the original or the disk is returned."""
    source = task.wanted[0].source
    try:
        for each, made in _made(task):
            if task.folder:
                Cache(task.folder).write(each.key, made)
    except BrokenPicture:
        message = f"{source} begins well, but cannot be decoded to its end"
        hint = "open it in a program for pictures, and save it as JPEG or PNG"
        return Fault(source, None, message, hint)
    except Faults as error:
        return error.faults[0]
    except OSError as error:
        hint = "make room on the disk, or let the user who builds write there"
        message = f"it cannot be written: {error.strerror}"
        return Fault(f"var/{FOLDER}", None, message, hint)
    return None


def _made(task: Task) -> Iterator[tuple[Wanted, bytes]]:
    # What decodes and draws is loaded by the processes that do it, and by no other.
    cards = [each for each in task.wanted if isinstance(each, Card)]
    if cards:
        from generator.pictures.card_drawing import drawn  # noqa: PLC0415  (as above)

        yield from ((each, drawn(each, task.root)) for each in cards)
        return
    from generator.pictures.encode import decode, encoded  # noqa: PLC0415  (as above)

    wanted = [each for each in task.wanted if isinstance(each, Derived)]
    original = wanted[0].original
    data = read_bytes(task.root, original.path)
    if hashlib.sha256(data).hexdigest() != original.digest:
        raise Faults(
            [
                Fault(
                    original.path, None, f"{original.path} changed while it was read", "build again"
                )
            ]
        )
    if task.folder is None:
        decode(data)
    else:
        yield from encoded(data, wanted)


def _missing(wanted: Iterable[Wanted], cache: Cache) -> list[Wanted]:
    once = {each.key: each for each in wanted}
    return [each for each in once.values() if cache.read(each.key) is None]


def _groups(missing: Iterable[Wanted]) -> Iterator[tuple[Wanted, ...]]:
    """What one process makes at once: AVIF, which takes longest, of one original; all else of it;
    some cards."""
    groups: defaultdict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for number, each in enumerate(missing):
        if isinstance(each, Card):
            groups["", str(number // _CARDS_AT_ONCE)].append(each)
        else:
            groups[each.original.digest, "avif" if "avif" in each.recipe else ""].append(each)
    return map(tuple, groups.values())
