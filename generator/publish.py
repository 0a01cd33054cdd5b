"""The only module that touches `public/`.

Everything is in memory and checked before the first file is written. A file appears whole, by a
rename. `_build.json`, which says what may be served, comes after all that it names, and what is
gone is removed last; a build that was interrupted is finished by the next one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli

BUILD_FILE = "_build.json"
PACKED = (".html", ".css", ".js", ".svg", ".xml", ".txt", ".json")
SUFFIXES = {"br": ".br", "gzip": ".gz"}
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
    """One thing to publish: its key in the build file, its path under `public/`, its bytes."""

    key: str
    path: str
    data: bytes
    immutable: bool = False


@dataclass(frozen=True)
class Written:
    """How many files were written, removed and left as they were."""

    written: int
    removed: int
    unchanged: int


def write_site(out: Path, outputs: list[Output], about: Mapping[str, Any]) -> Written:
    """Make `out` hold exactly these outputs, and `_build.json` with `about` and their entries."""
    out.mkdir(parents=True, exist_ok=True)
    before = _entries_before(out)
    with ThreadPoolExecutor() as pool:  # compression lets go of the interpreter's lock
        results = list(pool.map(lambda output: _publish(out, output, before), outputs))
    entries = {output.key: entry for output, (entry, _) in zip(outputs, results, strict=True)}
    text = json.dumps({**about, "files": entries}, ensure_ascii=False, indent=1, sort_keys=True)
    changed = [*(each for _, each in results), _put(out / BUILD_FILE, text.encode("utf-8"))]
    kept = {BUILD_FILE, *(name for entry in entries.values() for name in _names(entry))}
    return Written(sum(changed), _prune(out, kept), len(changed) - sum(changed))


def _entries_before(out: Path) -> Mapping[str, Any]:
    """The entries of the last build that was finished."""
    try:
        entries = json.loads((out / BUILD_FILE).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, ValueError, KeyError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _publish(out: Path, output: Output, before: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    etag = hashlib.sha256(output.data).hexdigest()[:16]
    old = before.get(output.key, {})
    path = out / output.path
    if old.get("etag") == etag and all((out / name).is_file() for name in _names(old)):
        encodings = old["encodings"]
    else:
        encodings = dict(_pack(out, output))
    changed = _put(path, output.data)
    suffix = path.suffix.lower()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    entry = {
        "file": output.path,
        "type": "application/atom+xml" if path.name == "feed.xml" else _TYPES.get(suffix, guessed),
        "etag": etag,
        "encodings": encodings,
    }
    return (entry | {"immutable": True} if output.immutable else entry), changed


def _pack(out: Path, output: Output) -> Iterator[tuple[str, str]]:
    if not output.path.endswith(PACKED):
        return
    packed = {
        "br": brotli.compress(output.data, quality=11),
        "gzip": gzip.compress(output.data, compresslevel=9, mtime=0),
    }
    for encoding, data in packed.items():
        if len(data) < len(output.data):
            name = output.path + SUFFIXES[encoding]
            _put(out / name, data)
            yield encoding, name


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


def _names(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry:
        yield entry["file"]
        yield from entry["encodings"].values()


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
