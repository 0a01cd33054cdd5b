"""What a build knew when it was done, for the next one; kept in `var/`, and never trusted blindly.

Everything in it can be made again. So whatever is wrong with the file - another engine made it,
bytes are damaged, others may write it - the answer is a build from nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import marshal
import os
import pickle
import stat
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from generator.graph.engine import engine_key

if TYPE_CHECKING:
    from generator.asked import Asked
    from generator.assets import Assets
    from generator.check.needs import Summary
    from generator.content.library import Content
    from generator.graph.reads import Key
    from generator.graph.scan import Scan
    from generator.pictures.cards import Wanted
    from policy import Fault, Site

__all__ = ["Head", "Made", "Memory", "State"]

_MAGIC = b"Plainsite build cache 1\n"
_SIZE = struct.Struct("<Q")


@dataclass(slots=True)
class Made:
    """How a page was made: of what source, what it read, what was found in each variant, and which
    pictures they name that are made."""

    source: bytes
    reads: frozenset[Key]
    summaries: Mapping[str, Summary]
    pictures: tuple[Wanted, ...] = ()


@dataclass(slots=True)
class State:
    """A build of `root` into `out` on the day `today`.

    `scan` has the stamps of the files that were read, `context` what reading a page depends on
    besides; `inputs` are the fingerprints of what was read and is no page.
    """

    root: str
    out: str
    drafts: bool
    originals: bool
    today: datetime.date
    scan: Scan
    context: bytes
    site: Site
    content: Content
    assets: Assets
    inputs: Mapping[Key, bytes]
    made: Mapping[str, Made]
    uses: Mapping[str, tuple[bytes, frozenset[str]]] = field(default_factory=dict)
    told_of_files: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Head:
    """The little that shows that nothing has changed: `mark` names the manifest that was published,
    `compression` how its files were packed, `scan` all that was read."""

    root: str
    out: str
    mark: str
    scan: bytes
    compression: int
    drafts: bool
    originals: bool
    today: str
    pages: int
    warnings: tuple[Fault, ...]

    @classmethod
    def of(cls, state: State, mark: str, compression: int) -> Head:
        """That of a build that was just published."""
        return cls(
            state.root,
            state.out,
            mark,
            digest_of_scan(state.scan),
            compression,
            state.drafts,
            state.originals,
            state.today.isoformat(),
            len(state.made),
            state.warnings,
        )

    def holds(self, asked: Asked, compression: int) -> bool:
        """Whether what is asked for would be the same.

        On another day it is asked anew what is due, and which old assets may go.
        """
        return (
            (self.drafts, self.originals) == (asked.drafts, asked.originals)
            and self.today == asked.today.isoformat()
            and self.compression >= compression
            and self.scan == digest_of_scan(asked.scan)
        )


def digest_of_scan(scan: Scan) -> bytes:
    """32 bytes for all names and stamps."""
    return hashlib.blake2b(marshal.dumps(sorted(scan.items())), digest_size=32).digest()


class Memory:
    """The state of the build before: at hand, or in a file.

    The file is used only where nobody else can write it, it is whole, and the same engine wrote it.
    """

    def __init__(self, file: Path | None, root: Path, out: Path, *, later: bool = False) -> None:
        self._file = file
        self._later = later
        self._whose = os.fspath(root), os.fspath(out)
        self._head: Head | None = None
        self._state: State | None = None
        self._body = b""
        self._is_read = file is None

    def head(self, mark: str) -> Head | None:
        """What is known of the build whose manifest is `mark`; None where nothing is."""
        self._read()
        head = self._head
        return head if head and mark and head.mark == mark else None

    def state(self, mark: str) -> State | None:
        """All of it."""
        if self.head(mark) is None:
            return None
        if self._state is None:
            self._state = _unpickled(self._body)
            self._body = b""
        return self._state

    def keep(self, head: Head, state: State) -> None:
        """Remember a build; it is written down with the next `write`, where that is for later."""
        self._head, self._state, self._is_read = head, state, True
        if not self._later:
            self.write()

    def write(self) -> None:
        """Write it down, in one step. Only time is lost where that cannot be done."""
        if self._file is None or self._state is None:
            return
        parts = [pickle.dumps(each, pickle.HIGHEST_PROTOCOL) for each in (self._head, self._state)]
        part = self._file.with_name(f"{self._file.name}.part")
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(_MAGIC + engine_key())
                for data in parts:
                    file.write(_SIZE.pack(len(data)) + _digest(data))
                    file.write(data)
            part.replace(self._file)

    def forget(self) -> None:
        """Remember nothing."""
        self._head = self._state = None
        self._body, self._is_read = b"", True
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)

    def _read(self) -> None:
        if self._is_read or self._file is None:
            return
        self._is_read = True
        try:
            with self._file.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                    return
                if file.read(len(_MAGIC) + 32) != _MAGIC + engine_key():
                    return
                head, self._body = _part(file), _part(file)
        except OSError:
            return
        known: Head | None = _unpickled(head)
        if known and (known.root, known.out) == self._whose:
            self._head = known


def _part(file: IO[bytes]) -> bytes:
    """The next part of the file; empty where it is damaged."""
    about = file.read(_SIZE.size + 32)
    if len(about) < _SIZE.size + 32:
        return b""
    data = file.read(*_SIZE.unpack(about[:-32]))
    return data if _digest(data) == about[-32:] else b""


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def _unpickled(data: bytes) -> Any:
    try:
        return pickle.loads(data)  # noqa: S301  (nobody else can write it, and it is whole)
    except Exception:  # What can go wrong has no bounds, and the answer to all is the same.
        return None
