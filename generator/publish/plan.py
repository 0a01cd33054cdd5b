"""What a site should be in `public/`, and which bytes are missing there: no file is touched."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from generator.publish.packing import PACKING, SUFFIXES, media_type, packed
from policy.manifest import Build, File, Page, Stored, digest_of

__all__ = ["About", "Output", "Plan", "planned"]

Digest = Callable[[str], str | None]
"""The digest of what is at a path now."""


@dataclass(frozen=True)
class Output:
    """One thing to publish: its address, its path under `public/`, its bytes.

    A variant of a page has the page's address, and names its `audience`.
    """

    address: str
    path: str
    data: bytes
    audience: str = ""
    immutable: bool = False


@dataclass(frozen=True)
class About:
    """What a manifest says besides its files: see `policy.manifest.Build`."""

    register: int
    pages: Mapping[str, Page]
    assets: Mapping[str, str]
    redirects: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """The build as it will be, and the bytes to write, by path."""

    build: Build
    missing: Mapping[str, bytes]


@dataclass(frozen=True)
class Keeping:
    """For how many days an asset that no page asks for any more is kept, and what day it is."""

    days: int
    today: datetime.date


def planned(
    outputs: Iterable[Output], about: About, before: Build | None, digest: Digest, keeping: Keeping
) -> Plan:
    """What to do so that exactly these outputs are published, after the build `before`.

    Bytes are missing where a file's digest is not the one that it should have, whatever its
    length or name: a build may have been killed, or somebody may have changed the file.
    """
    files: dict[str, File] = {}
    variants: dict[str, dict[str, File]] = {}
    missing: dict[str, bytes] = {}
    known = before if before and before.packing == PACKING else None
    with ThreadPoolExecutor() as pool:  # compression lets go of the interpreter's lock
        for output, file, contents in pool.map(
            lambda output: _file(output, _old(known, output), digest), outputs
        ):
            if output.audience:
                variants.setdefault(output.address, {})[output.audience] = file
            else:
                files[output.address] = file
            missing |= contents
    files |= _retired(before, files, digest, keeping)
    build = Build(
        about.register, about.pages, files, variants, about.assets, about.redirects, PACKING
    )
    return Plan(build, missing)


def _old(before: Build | None, output: Output) -> File | None:
    if before is None:
        return None
    if output.audience:
        return before.variants.get(output.address, {}).get(output.audience)
    return before.files.get(output.address)


def _file(
    output: Output, old: File | None, digest: Digest
) -> tuple[Output, File, dict[str, bytes]]:
    """The output with its entry, and those of its bytes that are not in their place."""
    plain = Stored(output.path, digest_of(output.data), len(output.data))
    contents = {} if digest(plain.path) == plain.digest else {plain.path: output.data}
    if old and old.plain == plain and _whole(old.encodings.values(), digest):
        encodings = old.encodings
    else:
        encodings = {}
        for encoding, data in packed(output.path, output.data):
            stored = Stored(output.path + SUFFIXES[encoding], digest_of(data), len(data))
            encodings[encoding] = stored
            if digest(stored.path) != stored.digest:
                contents[stored.path] = data
    return output, File(plain, media_type(output.path), encodings, output.immutable), contents


def _retired(
    before: Build | None, files: Mapping[str, File], digest: Digest, keeping: Keeping
) -> dict[str, File]:
    """The assets of earlier builds that pages loaded before may still ask for.

    Whatever the clock says, an asset outlives the build that stops using it: it is retired there,
    and can go only at a later one.
    """
    if before is None:
        return {}
    return dict(_still_kept(before, files, digest, keeping))


def _still_kept(
    before: Build, files: Mapping[str, File], digest: Digest, keeping: Keeping
) -> Iterator[tuple[str, File]]:
    for address, file in before.files.items():
        if address in files or not file.immutable:
            continue
        # A day to come is the mark of a clock that was ahead: it counts from now.
        retired = min(file.retired or keeping.today, keeping.today)
        if _whole(file.stored, digest) and (keeping.today - retired).days <= keeping.days:
            yield address, replace(file, retired=retired)


def _whole(stored: Iterable[Stored], digest: Digest) -> bool:
    return all(digest(each.path) == each.digest for each in stored)
