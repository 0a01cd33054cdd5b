"""The contract between generator and service: what is in `public/`, as `public/_build.json` says.

This is the only module that knows the file's form. The generator writes it (`to_json`), whoever
serves the site reads it. A reader needs no lock, and never sees a mixture of two builds:

1. While a build is moved into place, the manifest says where the new bytes still are (`moving`).
   Only when that manifest is there does the first old file give way.
2. So a reader looks a file up, opens it, and then asks whether the manifest is still the one that
   it looked in. If so, it has the bytes of that build; if not, it looks again. `Published` does it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json

from policy.faults import Fault, Faults

__all__ = [
    "BUILD_FILE",
    "FORM",
    "Build",
    "Damaged",
    "File",
    "NotBuilt",
    "OtherForm",
    "Page",
    "Published",
    "Replaced",
    "Stored",
    "digest_of",
    "read_build",
    "to_json",
]

BUILD_FILE = "_build.json"
FORM = 2
"""The version of the file's form. A change that an older reader would misread takes the next."""

_STRICT = ConfigDict(extra="forbid")


class NotBuilt(Faults):
    """Nothing was built yet."""


class Damaged(Faults):
    """`_build.json` is there, and does not say what a build says."""


class OtherForm(Faults):
    """`_build.json` was written by another version of Plainsite."""


class Replaced(Exception):
    """Another build was published since. Look the file up again, in the new one."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes on the disk. `path` is relative to `public/`, `size` in bytes."""

    path: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class File:
    """One thing to send. `encodings` maps "br" and "gzip" to what is stored in them.

    Where it is `immutable`, its address changes with its bytes. `retired` is the day since which
    no page asks for it; pages that were loaded before still may.
    """

    __pydantic_config__ = _STRICT

    plain: Stored
    type: str
    encodings: Mapping[str, Stored] = field(default_factory=dict)
    immutable: bool = False
    retired: datetime.date | None = None

    @property
    def path(self) -> str:
        """Where its bytes are, as they are."""
        return self.plain.path

    @property
    def etag(self) -> str:
        """A tag for the bytes, as they are."""
        return self.plain.digest[:16]

    @property
    def stored(self) -> tuple[Stored, ...]:
        """In every encoding; as it is first."""
        return (self.plain, *self.encodings.values())


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the form that it shows. Views of one that is not `counted` are refused."""

    __pydantic_config__ = _STRICT

    title: str
    form: str | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Build:
    """All that may be served.

    `files` are by address, `variants` by permalink and audience: a variant has no address.
    `assets` maps the names that templates use to addresses, `redirects` addresses to permalinks.
    `packing` names the compressors. `moving` maps the paths of files that are not in their place
    yet to where they are; it is empty once a build is finished.
    """

    __pydantic_config__ = _STRICT

    register: int
    pages: Mapping[str, Page]
    files: Mapping[str, File]
    variants: Mapping[str, Mapping[str, File]]
    assets: Mapping[str, str]
    redirects: Mapping[str, str]
    packing: str = ""
    moving: Mapping[str, str] = field(default_factory=dict)

    def file(self, permalink: str, audience: str = "") -> File:
        """The page's file for an audience; the default one, where the audience has none.

        Raises KeyError.
        """
        return self.variants.get(permalink, {}).get(audience) or self.files[permalink]

    @property
    def all_files(self) -> tuple[File, ...]:
        """Everything that is stored, variants included."""
        inner = (each for variants in self.variants.values() for each in variants.values())
        return (*self.files.values(), *inner)


_BUILD = TypeAdapter(Build)
_Mark = tuple[int, int, int] | None
"""What tells one `_build.json` from the next: inode, time and size; None where there is none."""


def digest_of(data: bytes) -> str:
    """What names these bytes in a manifest: half of their SHA-256, in 32 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()[:32]


def to_json(build: Build) -> bytes:
    """What `read_build` reads. Equal builds give equal bytes."""
    stated = _BUILD.dump_python(build, mode="json", exclude_defaults=True)
    # Not indented: with ten thousand pages, Python's encoder is then ten times as quick.
    text = json.dumps({"manifest": FORM, **stated}, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8")


def read_build(public: Path) -> Build:
    """Read `public/_build.json`. Raises NotBuilt, Damaged or OtherForm."""
    name = f"{public.name}/{BUILD_FILE}"
    try:
        data = (public / BUILD_FILE).read_bytes()
    except FileNotFoundError:
        hint = "build it: python build.py"
        raise NotBuilt([Fault(name, None, "the site was not built yet", hint)]) from None
    except OSError as error:
        hint = "let it be read, or remove it and build again: python build.py"
        raise Damaged([Fault(name, None, f"it cannot be read: {error.strerror}", hint)]) from error
    return _parsed(data, name)


def _parsed(data: bytes, name: str) -> Build:
    again = "build again: python build.py"
    try:
        stated = from_json(data)
    except ValueError as error:
        raise Damaged([Fault(name, None, f"it is damaged: {error}", again)]) from None
    form = stated.pop("manifest", 1) if isinstance(stated, dict) else None
    if isinstance(form, int) and form != FORM:
        message = f"it has form {form}, and this version of Plainsite reads form {FORM}"
        raise OtherForm([Fault(name, None, message, again)])
    try:
        return _BUILD.validate_python(stated)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        message = f"it is damaged: {place}: {error.errors()[0]['msg']}"
        raise Damaged([Fault(name, None, message, again)]) from None


class Published:
    """The build in `public/` as it is now, for one who reads while others build.

    Safe for threads: each sees a build whole. Raises NotBuilt, Damaged or OtherForm.
    """

    def __init__(self, public: Path) -> None:
        self._public = public
        self._manifest = str(public / BUILD_FILE)
        self._read = (self._mark(), read_build(public))
        self._unreadable: tuple[_Mark, Faults] | None = None

    @property
    def build(self) -> Build:
        """The build that was read last."""
        return self._read[1]

    def refresh(self) -> Build:
        """The build that is there now. Costs one `stat` where it is still the same.

        Raises NotBuilt, Damaged or OtherForm; the build that was read last stays.
        """
        mark, build = self._read
        now = self._mark()
        if now == mark:
            return build
        known = self._unreadable
        if known and known[0] == now:
            # Ten thousand pages are megabytes to parse: once is enough to know that they are bad.
            raise type(known[1])(known[1].faults)
        try:
            # The mark is older than what is read, never newer: at worst it is read once more.
            build = read_build(self._public)
        except Faults as faults:
            self._unreadable = (now, faults)
            raise
        self._read = (now, build)
        return build

    def open(self, build: Build, stored: Stored) -> IO[bytes]:
        """The bytes of a file that was looked up in `build`.

        Raises Replaced where `build` is not the newest that can be read, and FileNotFoundError
        where somebody else removed the file.
        """
        try:
            file = self._open(build, stored.path)
        except FileNotFoundError:
            if self._is_replaced(build):
                raise Replaced from None
            raise
        if self._is_replaced(build):
            file.close()
            raise Replaced
        return file

    def _is_replaced(self, build: Build) -> bool:
        try:
            return self.refresh() is not build
        except Faults:
            return self.build is not build

    def _open(self, build: Build, path: str) -> IO[bytes]:
        if path in build.moving:
            try:
                return (self._public / build.moving[path]).open("rb")
            except FileNotFoundError:
                pass  # It has just been moved to its place.
        return (self._public / path).open("rb")

    def _mark(self) -> _Mark:
        try:
            found = os.stat(self._manifest)  # noqa: PTH116  (a request asks this twice)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
