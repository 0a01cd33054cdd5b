"""The contract between generator and service: what is in `public/`, as `public/_build.json` says.

This is the only module that knows the file's form. The generator writes it (`to_json`), whoever
serves the site reads it. A reader needs no lock, and never sees a mixture of two builds:

1. While a build is moved into place, the manifest says in which folder its new files may still be
   (`moving`). Only when that manifest is there does the first old file give way.
2. So a reader looks a file up, opens it, and then asks whether the manifest is still the one that
   it looked in. If so, it has the bytes of that build; if not, it looks again: `policy.published`.

The file has each entry on two lines, and is read lazily (`policy.lazy_json`). Its last line is a
check sum: a file that does not fit it is damaged, wherever that is, and no entry need be checked.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from policy.faults import Fault, Faults
from policy.lazy_json import Entries, Kind, compact
from policy.site_files import read_file
from policy.slots import Slot, Slots

__all__ = ["BUILD_FILE", "FILES", "FORM", "PAGES", "SUFFIXES", "VARIANTS", "Build", "Damaged"]
__all__ += ["File", "NotBuilt", "OtherForm", "Page", "Stored", "audience_in", "check_of"]
__all__ += ["digest_of", "read_build", "to_json", "variant_in", "variant_key"]

BUILD_FILE = "_build.json"
FORM = 7
"""The version of the file's form. A change that an older reader would misread takes the next."""

SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""What the path of an encoding ends in, after the path of the file as it is."""


class NotBuilt(Faults):
    """Nothing was built yet."""


class Damaged(Faults):
    """`_build.json` is there, and does not say what a build says."""


class OtherForm(Faults):
    """`_build.json` was written by another version of Plainsite."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes on the disk. `path` is relative to `public/`, `size` in bytes."""

    path: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class File:
    """One thing to send. `encodings` maps "br" and "gzip" to what is stored in them, and
    `compression` says how hard it was tried to make them small: "", "fast" or "best".

    Where it is `immutable`, its address changes with its bytes. `retired` is the day since which
    no page asks for it; pages that were loaded before still may.
    """

    plain: Stored
    type: str
    encodings: Mapping[str, Stored] = field(default_factory=dict)
    immutable: bool = False
    retired: datetime.date | None = None
    compression: str = ""

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
    """A page, and the form that it shows. Views of one that is not `counted` are refused.

    `translations` are the addresses of the same page in other languages than the default one.
    `source` changes with the page's file: with what is written there, its path and its layout. It
    is empty where a page has no file of its own."""

    title: str
    form: str | None = None
    counted: bool = True
    translations: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """All that may be served.

    `files` are by address, `variants` by permalink and `variant_key`: a variant has no address.
    `assets` maps the names that templates use to addresses, `redirects` addresses to permalinks.
    `packing` names the compressors. At addresses that are `gone` a page was, and is over. At
    `changes_at`, in seconds since 1970, a page comes or goes, so that the site must be built again;
    0 where none does. `moving` is the folder in which files may still be that are
    not in their place yet; it is empty once a build is finished. `look` changes with the templates,
    styles and scripts of all pages.
    """

    register: int
    pages: Mapping[str, Page]
    files: Mapping[str, File]
    variants: Mapping[str, Mapping[str, File]]
    assets: Mapping[str, str]
    redirects: Mapping[str, str]
    packing: str = ""
    moving: str = ""
    gone: Collection[str] = frozenset()
    changes_at: int = 0
    experiments: tuple[Slots, ...] = ()
    look: str = ""

    def file(self, permalink: str, audience: str = "", variant: str = "") -> File:
        """The page's file for an audience, and in a variant of its experiment ("" for the first);
        the default one, where there is no other.

        Raises KeyError.
        """
        key = variant_key(audience if self.is_for(permalink, audience) else "", variant)
        return self.variants.get(permalink, {}).get(key) or self.files[permalink]

    def is_for(self, permalink: str, audience: str) -> bool:
        """Whether a page has a file of its own for an audience."""
        return audience in map(audience_in, self.variants.get(permalink, ()))

    def is_personal(self, permalink: str) -> bool:
        """Whether a page has a file of its own for any audience."""
        return any(map(audience_in, self.variants.get(permalink, ())))

    def wordings(self, permalink: str) -> frozenset[str]:
        """Every variant of a page's experiments that has a file, as `file` knows it."""
        return frozenset(map(variant_in, self.variants.get(permalink, ()))) | {""}

    def variant(self, permalink: str, name: str) -> str:
        """How `file` knows the variant of that name of a page's experiment."""
        first = any(each.variants[0] == name for each in self.experiments if each.page == permalink)
        return "" if first else name

    def slot(self, permalink: str, hour: int) -> Slot | None:
        """The slot of a page's experiment in an hour since 1970 (UTC); None where none is on."""
        slots = (each.at(hour) for each in self.experiments if each.page == permalink)
        return next((each for each in slots if each), None)

    @property
    def all_files(self) -> Iterator[File]:
        """Everything that is stored, variants included."""
        yield from self.files.values()
        for variants in self.variants.values():
            yield from variants.values()


def variant_key(audience: str, variant: str) -> str:
    """What a page's file is called that is for an audience ("" for everybody) and in a variant of
    an experiment ("" for the first one)."""
    return f"{audience}+{variant}" if variant else audience


def audience_in(key: str) -> str:
    """The audience of a `variant_key`."""
    return key.partition("+")[0]


def variant_in(key: str) -> str:
    """The variant of a `variant_key`."""
    return key.partition("+")[2]


def digest_of(data: bytes) -> str:
    """What names these bytes in a manifest: half of their SHA-256, in 32 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()[:32]


def _page(page: Page) -> dict[str, Any]:
    stated: dict[str, Any] = {"title": page.title}
    if page.form is not None:
        stated["form"] = page.form
    if not page.counted:
        stated["counted"] = False
    if page.translations:
        stated["translations"] = dict(page.translations)
    if page.source:
        stated["source"] = page.source
    return stated


def _file(file: File) -> dict[str, Any]:
    plain = file.plain
    stated: dict[str, Any] = {
        "path": plain.path,
        "digest": plain.digest,
        "size": plain.size,
        "type": file.type,
    }
    for encoding, stored in file.encodings.items():
        stated[encoding] = [stored.digest, stored.size]
    if file.immutable:
        stated["immutable"] = True
    if file.retired:
        stated["retired"] = file.retired.isoformat()
    if file.compression:
        stated["compression"] = file.compression
    return stated


def _read_file(stated: dict[str, Any]) -> File:
    path, retired = stated["path"], stated.get("retired")
    return File(
        Stored(path, stated["digest"], stated["size"]),
        stated["type"],
        {
            encoding: Stored(path + suffix, *stated[encoding])
            for encoding, suffix in SUFFIXES.items()
            if encoding in stated
        },
        stated.get("immutable", False),
        datetime.date.fromisoformat(retired) if retired else None,
        stated.get("compression", ""),
    )


PAGES: Kind[Page] = Kind(_page, lambda stated: Page(**stated))
FILES: Kind[File] = Kind(_file, _read_file)
VARIANTS: Kind[Mapping[str, File]] = Kind(
    lambda variants: {audience: _file(file) for audience, file in variants.items()},
    lambda stated: {audience: _read_file(file) for audience, file in stated.items()},
)

_KINDS: dict[str, Kind[Any]] = {"pages": PAGES, "files": FILES, "variants": VARIANTS}
_HEAD = {each.name for each in fields(Build)} - _KINDS.keys()
"""What the file says before its entries."""

_AGAIN = "build again: python build.py"
_CHECK = '"check":"{:08x}"}}\n'
_CHECK_LENGTH = len(_CHECK.format(0))


def to_json(build: Build) -> bytes:
    """What `read_build` reads. Equal builds give equal bytes."""
    head = {
        "register": build.register,
        "assets": dict(build.assets),
        "redirects": dict(build.redirects),
        "packing": build.packing,
        "moving": build.moving,
        "gone": sorted(build.gone),
        "changes_at": build.changes_at,
        "experiments": [asdict(each) for each in build.experiments],
        "look": build.look,
    }
    parts = [f'{{"manifest":{FORM},{compact(head)[1:-1]},\n'.encode()]
    for name, kind in _KINDS.items():
        entries = Entries.of(kind, getattr(build, name))
        parts += (f'"{name}":{{\n'.encode(), entries.data, b"\n},\n")
    check = 0
    for part in parts:
        check = zlib.crc32(part, check)
    return b"".join([*parts, _CHECK.format(check).encode()])


def read_build(public: Path) -> Build:
    """Read `public/_build.json`. Raises NotBuilt, Damaged or OtherForm."""
    name = f"{public.name}/{BUILD_FILE}"
    try:
        data = read_file(public / BUILD_FILE)
    except FileNotFoundError:
        hint = "build it: python build.py"
        raise NotBuilt([Fault(name, None, "the site was not built yet", hint)]) from None
    except OSError as error:
        hint = "let it be read, or remove it and build again: python build.py"
        raise Damaged([Fault(name, None, f"it cannot be read: {error.strerror}", hint)]) from error
    text, check = data[:-_CHECK_LENGTH], data[-_CHECK_LENGTH:]
    if check != _CHECK.format(zlib.crc32(text)).encode("ascii"):
        raise _unreadable(data, name)
    return _read(text, name)


def check_of(public: Path) -> str:
    """What tells a manifest from another one, without reading it whole; "" where there is none."""
    try:
        with (public / BUILD_FILE).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _CHECK_LENGTH))
            return f"{size} {file.read().hex()}"
    except OSError:
        return ""


def _read(text: bytes, name: str) -> Build:
    """What was written whole: its check sum is right. Raises OtherForm."""
    end = text.index(b",\n")
    stated = json.loads(text[:end] + b"}")
    if (form := stated.pop("manifest")) != FORM or stated.keys() != _HEAD:
        raise _of_another_form(form, name)
    entries: dict[str, Any] = {}
    for kept, kind in _KINDS.items():
        start = text.index(f'"{kept}":{{\n'.encode(), end) + len(kept) + 5
        end = text.index(b"\n},\n", start)
        entries[kept] = Entries(kind, text[start:end])
    stated["gone"] = frozenset(stated["gone"])
    stated["experiments"] = tuple(
        Slots(**{**each, "variants": tuple(each["variants"])}) for each in stated["experiments"]
    )
    return Build(**stated, **entries)


def _unreadable(data: bytes, name: str) -> Faults:
    """Why: another version of Plainsite wrote it, or it is not what was written."""
    message = "it is damaged: it is not what a build wrote"
    try:
        stated = json.loads(data)
    except ValueError as error:
        message = f"it is damaged: {error}"
    else:
        form = stated.get("manifest", 1) if isinstance(stated, dict) else None
        if isinstance(form, int) and form != FORM:
            return _of_another_form(form, name)
    return Damaged([Fault(name, None, message, _AGAIN)])


def _of_another_form(form: int, name: str) -> OtherForm:
    """Another version wrote it: in another form, or saying other things in this one."""
    message = f"it has form {form}, and this version of Plainsite reads form {FORM}"
    if form == FORM:
        message = "another version of Plainsite wrote it, which says other things of a build"
    return OtherForm([Fault(name, None, message, _AGAIN)])
