"""What builds remember of the one before: in memory, and in `var/`; never trusted blindly.

Everything in it can be made again. So whatever is wrong with the files - another engine made them,
bytes are damaged, others may write them - the answer is a build from nothing.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from generator.graph.engine import engine_key
from generator.graph.state import Head, State

if TYPE_CHECKING:
    from generator.content.pages import Page
    from generator.graph.all_made import Packed
    from generator.graph.scan import Stamp

__all__ = ["Memory"]

_MAGIC = b"Plainsite build cache 1\n"
_SIZE = struct.Struct("<Q")


class Memory:
    """The state of the build before: at hand, or in files.

    The file `file` has a whole state, as some build left it; the small one beside it, `.head`,
    names it and says what has changed since. They are used only where nobody else can write them,
    they are whole, and the same engine wrote them. With `later` they are written when `write` is
    called, else after each build.
    """

    def __init__(self, file: Path | None, root: Path, out: Path, *, later: bool = False) -> None:
        self._file = file
        self._later = later
        self._head_file = file.with_name(f"{file.name}.head") if file else None
        self._whose = os.fspath(root), os.fspath(out)
        self._head: Head | None = None
        self._state: State | None = None
        self._base: State | None = None
        self._base_digest = b""
        self._delta = b""
        self._is_read = file is None

    def head(self, mark: str) -> Head | None:
        """What is known of the build whose manifest is `mark`; None where nothing is."""
        self._read_head()
        head = self._head
        return head if head and mark and head.mark == mark else None

    def state(self, mark: str) -> State | None:
        """All of it."""
        if self.head(mark) is None:
            return None
        if self._state is None:
            self._read_state()
        return self._state

    def keep(self, head: Head, state: State) -> None:
        """Remember a build."""
        self._head, self._state, self._is_read = head, state, True
        if not self._later:
            self.write()

    def write(self) -> None:
        """Write down what is remembered. Only time is lost where that cannot be done."""
        head, state = self._head, self._state
        if self._file is None or self._head_file is None or state is None:
            return
        delta = difference(self._base, state) if self._base else None
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if delta is None:
                data = pickle.dumps(state, pickle.HIGHEST_PROTOCOL)
                self._write(self._file, data)
                self._base, self._base_digest = state, _digest(data)
            told = (head, self._base_digest)
            parts = [pickle.dumps(each, pickle.HIGHEST_PROTOCOL) for each in (told, delta)]
            self._write(self._head_file, *parts)

    def forget(self) -> None:
        """Remember nothing."""
        self._head = self._state = self._base = None
        self._is_read = True
        for file in (self._head_file, self._file):
            if file is not None:
                with suppress(OSError):
                    file.unlink(missing_ok=True)

    def _read_head(self) -> None:
        if self._is_read or self._head_file is None:
            return
        self._is_read = True
        try:
            told, self._delta = self._parts(self._head_file, 2)
            head, digest = _unpickled(told)
        except _Unusable:
            return
        if (head.root, head.out) == self._whose:
            self._head, self._base_digest = head, digest

    def _read_state(self) -> None:
        try:
            (data,) = self._parts(self._file, 1)
            if _digest(data) != self._base_digest:
                raise _Unusable
            base, delta = _unpickled(data), _unpickled(self._delta)
        except _Unusable:
            self._head = None
            return
        self._base = base
        self._state = delta.applied(base) if delta else base

    @cached_property
    def _key(self) -> bytes:
        """Which engine this is; asked before anything is built."""
        return _MAGIC + engine_key()

    def _write(self, file: Path, *parts: bytes) -> None:
        """Write parts in one step. Raises OSError."""
        part = file.with_name(f"{file.name}.part")
        part.unlink(missing_ok=True)
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as written:
            written.write(self._key)
            for data in parts:
                written.write(_SIZE.pack(len(data)) + _digest(data))
                written.write(data)
        part.replace(file)

    def _parts(self, file: Path | None, number: int) -> list[bytes]:
        """The parts of a file. Raises _Unusable where it is not ours, or damaged anywhere."""
        if file is None:
            raise _Unusable
        try:
            # Whatever stands there, it is not waited for.
            with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
                about = os.fstat(opened.fileno())
                if not stat.S_ISREG(about.st_mode):
                    raise _Unusable
                if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                    raise _Unusable
                if opened.read(len(self._key)) != self._key:
                    raise _Unusable
                return [_part(opened) for _ in range(number)]
        except OSError:
            raise _Unusable from None


class _Unusable(Exception):
    """What was written down is not there, is not ours, or is damaged."""


@dataclass(slots=True)
class Delta:
    """What is another in a state than in the one that it came from. No page came or went."""

    scan: Mapping[str, Stamp]
    pages: Mapping[str, Page]
    made: Mapping[str, Packed]
    rest: Mapping[str, Any]

    def applied(self, base: State) -> State:
        """The state that it is the difference of."""
        pages, content = self.pages, base.content
        return replace(
            base,
            scan={**base.scan, **self.scan},
            content=replace(
                content,
                pages={url: pages.get(page.path, page) for url, page in content.pages.items()},
                waiting=tuple(pages.get(page.path, page) for page in content.waiting),
                read=[pages.get(page.path, page) for page in content.read],
            ),
            made=base.made.followed_by(self.made, base.made),
            **self.rest,
        )


_REST = (
    "drafts",
    "when",
    "now",
    "next_change",
    "context",
    "inputs",
    "uses",
    "told_of_files",
    "warnings",
    "index",
)
_PART = 10


def difference(base: State, state: State) -> Delta | None:
    """What changed since `base`; None where it is much, or more than texts and front matter."""
    was, now = base.content, state.content
    if (
        base.originals != state.originals
        or base.site is not state.site
        or base.assets is not state.assets
        or was.listing is not now.listing
        or list(was.pages) != list(now.pages)
        or [page.path for page in was.waiting] != [page.path for page in now.waiting]
        or (was.files, was.waiting_files, was.off, was.left_out)
        != (now.files, now.waiting_files, now.off, now.left_out)
        or (was.timed, was.gone) != (now.timed, now.gone)
        or base.scan.keys() != state.scan.keys()
        or list(base.made) != list(state.made)
    ):
        return None
    made = state.made.only(state.made.other_than(base.made))
    old = {page.path: page for page in was.read}
    pages = {page.path: page for page in now.read if old.get(page.path) is not page}
    if len(made) + len(pages) > len(state.made) // _PART + _PART:
        return None
    scan = {name: stamp for name, stamp in state.scan.items() if base.scan[name] != stamp}
    return Delta(scan, pages, made, {name: getattr(state, name) for name in _REST})


def _part(file: IO[bytes]) -> bytes:
    """The next part of a file. Raises _Unusable where it is damaged."""
    about = file.read(_SIZE.size + 32)
    if len(about) < _SIZE.size + 32:
        raise _Unusable
    (size,) = _SIZE.unpack(about[:-32])
    if size > os.fstat(file.fileno()).st_size:
        raise _Unusable  # It would ask for more memory than there is.
    data = file.read(size)
    if _digest(data) != about[-32:]:
        raise _Unusable
    return data


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def _unpickled(data: bytes) -> Any:
    try:
        return pickle.loads(data)  # noqa: S301  (nobody else can write it, and it is whole)
    except Exception:  # What can go wrong has no bounds, and the answer to all is the same.
        raise _Unusable from None
