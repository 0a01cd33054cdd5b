"""What changed in a site's folders: soon after a save, and not in the middle of one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Self

from watchfiles import Change, DefaultFilter, watch

from analytics.preview.second_look import SecondLook

__all__ = ["WATCHED", "Changes"]

WATCHED = ("content", "templates", "site")
"""Not public/ and not var/: what a build writes is no reason for another."""

STEP_MS = 5
"""A save is noticed one to two steps after its last write."""

QUIET_MS = 20
"""How long it is waited for a change before anything else is looked after."""

MOST_MS = 2_000
"""So long may changes go on before they are taken as they are."""

LOOK_SECONDS = 0.5
"""How often it is looked whether the folders are still those that are watched."""

GONE_MS = 80
"""Editors remove or empty a file and write it anew; a page must not be gone meanwhile."""

MANY, MANY_MS = 8, 60
"""So many files at once are a checkout or a copy, whose next file may take a moment."""

_Change = tuple[Change, str]


class Changes:
    """The folders of the site in `root`, watched from the start of the `with` block on.

    Where the system cannot tell (its limit of watches is reached), the files are looked at again
    and again, and `say` is told why.
    """

    def __init__(self, root: Path, say: Callable[[str], None]) -> None:
        self._root = root
        self._say = say
        self._filter = DefaultFilter()
        self._folders = folders(root)
        self._lost = False
        self._looked = time.monotonic()
        self._batches = self._watched(polling=None)
        self._first: set[_Change] = set()

    def _watched(self, *, polling: bool | None) -> Generator[set[_Change]]:
        return watch(
            *self._folders,
            watch_filter=None,
            debounce=MOST_MS,
            step=STEP_MS,
            rust_timeout=QUIET_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=polling,
            ignore_permission_denied=True,
        )

    def __enter__(self) -> Self:
        # Nothing is watched before it is asked for the first time.
        try:
            self._first = self._next()
        except OSError as error:
            self._say(
                f"The system does not say when a file is saved ({error}), so all files are looked"
                " at several times a second. That is slower."
            )
            self._batches = self._watched(polling=True)
            self._first = self._next()
        # From now on events are told: what changed before is in the first build.
        self._look = SecondLook(
            self._root, self._folders, lambda name: self._filter(Change.modified, name)
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._batches.close()

    @property
    def stand(self) -> bool:
        """Whether the folders are still those that are watched."""
        if time.monotonic() > self._looked + LOOK_SECONDS:
            self._looked = time.monotonic()
            self._lost = self._lost or folders(self._root) != self._folders
        return not self._lost

    def wait(self) -> frozenset[str]:
        """The files that changed, relative to the root, once they have come to rest.

        Empty where nothing changed for a moment.
        """
        batch, self._first = self._first or self._next(), set()
        if not batch:
            batch = {(Change.modified, name) for name in self._look.differing()}
        end = time.monotonic() + MOST_MS / 1_000
        while (pause := self._pause(batch)) and time.monotonic() < end:
            more = self._next_within(pause)
            if not more:
                break
            batch |= more
        names = self._names(batch)
        self._look.told(names)
        return frozenset(name for name in names if not self._came_and_went(name, batch))

    def _next_within(self, pause_ms: int) -> set[_Change]:
        end = time.monotonic() + pause_ms / 1_000
        found = self._next()
        while not found and time.monotonic() < end:
            found = self._next()
        return found

    def _next(self) -> set[_Change]:
        return self._ours(next(self._batches, set()))

    def _ours(self, found: Iterable[_Change]) -> set[_Change]:
        """Without what editors and version control keep beside the files."""
        base = f"{self._root}{os.sep}"
        named = {(kind, path.removeprefix(base)) for kind, path in found}
        # One that was made again has no watch, though it may have the number of the one before.
        self._lost = self._lost or any((Change.deleted, name) in named for name in WATCHED)
        return {(kind, name) for kind, name in named if self._filter(kind, name)}

    def _pause(self, batch: set[_Change]) -> int:
        """How long it must be quiet before these changes are all, in milliseconds; 0: they are."""
        names = self._names(batch)
        if any(self._is_unfinished(name) for name in names):
            return GONE_MS
        return MANY_MS if len(names) >= MANY else 0

    def _is_unfinished(self, name: str) -> bool:
        try:
            found = os.stat(self._root / name)  # noqa: PTH116  (of hundreds of files)
        except OSError:
            return True
        return found.st_size == 0

    def _came_and_went(self, name: str, batch: set[_Change]) -> bool:
        """Some editors try whether they may write in the folder."""
        return (Change.added, name) in batch and not os.path.lexists(self._root / name)

    @staticmethod
    def _names(batch: set[_Change]) -> set[str]:
        return {name for _, name in batch}


def folders(root: Path) -> dict[Path, tuple[int, int]]:
    """The watched folders that are there, each with what tells it from one in its place."""
    found = {}
    for name in WATCHED:
        path = root / name
        try:
            stat = path.stat()
        except OSError:
            continue
        found[path] = stat.st_dev, stat.st_ino
    return found
