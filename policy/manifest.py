"""What the generator wrote: `public/_build.json`, read into frozen values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["BUILD_FILE", "Build", "File", "Page", "read_build"]

BUILD_FILE = "_build.json"


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its permalink; `variants` names the audiences that have one of their own.

    Views of a page that is not `counted` are refused.
    """

    title: str
    variants: frozenset[str]
    form: str | None
    counted: bool


@dataclass(frozen=True, slots=True)
class File:
    """One thing to send. Paths are relative to `public/`; `encodings` maps "br", "gzip" to them."""

    path: str
    type: str
    etag: str
    encodings: Mapping[str, str]
    immutable: bool


@dataclass(frozen=True, slots=True)
class Build:
    """All that may be served. A variant is found by (permalink, audience), never by an address."""

    register: int
    pages: Mapping[str, Page]
    files: Mapping[str, File]
    variants: Mapping[tuple[str, str], File]
    assets: Mapping[str, str]
    redirects: Mapping[str, str]


def read_build(public: Path) -> Build:
    """Read `public/_build.json`.

    Raises FileNotFoundError when nothing has been built yet.
    """
    written = json.loads((public / BUILD_FILE).read_text(encoding="utf-8"))
    files, variants = {}, {}
    for key, entry in written["files"].items():
        permalink, mark, audience = key.partition("#")
        if mark:
            variants[permalink, audience] = _file(entry)
        else:
            files[permalink] = _file(entry)
    pages = {permalink: _page(entry) for permalink, entry in written["pages"].items()}
    return Build(
        register=written["register"],
        pages=MappingProxyType(pages),
        files=MappingProxyType(files),
        variants=MappingProxyType(variants),
        assets=MappingProxyType(written["assets"]),
        redirects=MappingProxyType(written["redirects"]),
    )


def _file(entry: dict[str, Any]) -> File:
    encodings = MappingProxyType(dict(entry.get("encodings", {})))
    return File(
        entry["file"], entry["type"], entry["etag"], encodings, entry.get("immutable", False)
    )


def _page(entry: dict[str, Any]) -> Page:
    return Page(entry["title"], frozenset(entry["variants"]), entry["form"], entry["counted"])
