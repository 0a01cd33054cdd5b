"""What a build knew when it was done, for the next one; kept in `var/`, and never trusted blindly.

Everything in it can be made again. So whatever is wrong with the file - another engine made it,
bytes are damaged, others may write it - the answer is a build from nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import pickle
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator.graph.engine import engine_key

if TYPE_CHECKING:
    from generator.assets import Assets
    from generator.check.needs import Summary
    from generator.content.library import Content
    from generator.graph.reads import Key
    from generator.graph.scan import Scan
    from generator.pictures.cards import Wanted
    from policy import Fault, Site

__all__ = ["Made", "State", "forget", "keep", "recall"]

_MAGIC = b"Plainsite build cache 1\n"


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
    """A build of `root` into `out`.

    It stays what it is from the day `today` until `until`, on which something is due by itself;
    `inputs` are the fingerprints of what was read and is no page.
    """

    root: str
    out: str
    drafts: bool
    today: datetime.date
    until: datetime.date
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


def recall(file: Path, root: Path, out: Path) -> State | None:
    """The state that `keep` wrote; None where there is none that can be used."""
    try:
        with file.open("rb") as opened:
            about = os.fstat(opened.fileno())
            if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            head = opened.read(len(_MAGIC) + 64)
            if head[:-32] != _MAGIC + engine_key():
                return None
            data = opened.read()
    except OSError:
        return None
    if hashlib.blake2b(data, digest_size=32).digest() != head[-32:]:
        return None
    try:
        state: State = pickle.loads(data)  # noqa: S301  (nobody else can write it, and it is whole)
    except Exception:  # What can go wrong has no bounds, and the answer to all is the same.
        return None
    return state if (state.root, state.out) == (os.fspath(root), os.fspath(out)) else None


def keep(file: Path, state: State) -> None:
    """Write the state down in one step. Only time is lost where that cannot be done."""
    data = pickle.dumps(state, pickle.HIGHEST_PROTOCOL)
    digest = hashlib.blake2b(data, digest_size=32).digest()
    part = file.with_name(f"{file.name}.part")
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(_MAGIC + engine_key() + digest)
            opened.write(data)
        part.replace(file)


def forget(file: Path) -> None:
    """Remove what `keep` wrote."""
    with suppress(OSError):
        file.unlink(missing_ok=True)
