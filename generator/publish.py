"""The only module that touches `public/`.

Everything is in memory and checked before the first file is written. A file appears whole, by a
rename. `_build.json`, which says what may be served, comes after all that it names, and what is
gone is removed last; a build that was interrupted is finished by the next one.
"""

from __future__ import annotations

import gzip
import mimetypes
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import brotli

from policy.manifest import BUILD_FILE, Build, File, Page, Stored, digest_of, to_json

PACKED = (".html", ".css", ".js", ".svg", ".xml", ".txt", ".json")
SUFFIXES = {"br": ".br", "gzip": ".gz"}
PACKING = f"brotli {brotli.__version__}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
"""Another version may pack the same bytes otherwise."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".xml": "application/xml",
    ".webp": "image/webp",
    ".avif": "image/avif",
}


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
class Written:
    """How many files were written, removed and left as they were."""

    written: int
    removed: int
    unchanged: int


def write_site(out: Path, outputs: list[Output], about: About) -> Written:
    """Make `out` hold exactly these outputs, and `_build.json` with `about` and their entries."""
    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:  # compression lets go of the interpreter's lock
        made = list(pool.map(_file, outputs))
    files: dict[str, File] = {}
    variants: dict[str, dict[str, File]] = {}
    changed = []
    for output, (file, contents) in zip(outputs, made, strict=True):
        if output.audience:
            variants.setdefault(output.address, {})[output.audience] = file
        else:
            files[output.address] = file
        changed.extend([_put(out / path, data) for path, data in contents.items()])
    build = Build(
        about.register, about.pages, files, variants, about.assets, about.redirects, PACKING
    )
    changed.append(_put(out / BUILD_FILE, to_json(build)))
    kept = {BUILD_FILE, *(each.path for file in build.all_files for each in file.stored)}
    return Written(sum(changed), _prune(out, kept), len(changed) - sum(changed))


def _file(output: Output) -> tuple[File, dict[str, bytes]]:
    contents = {output.path: output.data}
    encodings = {}
    for encoding, data in _packed(output.path, output.data):
        stored = Stored(output.path + SUFFIXES[encoding], digest_of(data), len(data))
        encodings[encoding], contents[stored.path] = stored, data
    plain = Stored(output.path, digest_of(output.data), len(output.data))
    return File(plain, _type(output.path), encodings, output.immutable), contents


def _packed(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if path.endswith(PACKED):
        for encoding, packed in (
            ("br", brotli.compress(data, quality=11)),
            ("gzip", gzip.compress(data, compresslevel=9, mtime=0)),
        ):
            if len(packed) < len(data):
                yield encoding, packed


def _type(path: str) -> str:
    if path.endswith("/feed.xml"):
        return "application/atom+xml"
    guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return _TYPES.get(PurePosixPath(path).suffix.lower(), guessed)


def _put(path: Path, data: bytes) -> bool:
    """Write a file whole; False where it is there already."""
    if path.is_file() and path.read_bytes() == data:
        return False
    if path.is_dir():
        _remove_tree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    return True


def _remove_tree(path: Path) -> None:
    for inner in sorted(path.rglob("*"), reverse=True):
        inner.rmdir() if inner.is_dir() else inner.unlink()
    path.rmdir()


def _prune(out: Path, kept: set[str]) -> int:
    removed = 0
    for path in sorted(out.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(out).as_posix() not in kept:
            path.unlink()
            removed += 1
    return removed
