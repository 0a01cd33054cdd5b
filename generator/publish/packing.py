"""What a file is sent as: its media type, and its compressed forms."""

from __future__ import annotations

import gzip
import mimetypes
import zlib
from collections.abc import Iterator
from enum import IntEnum

import brotli

__all__ = ["PACKING", "Compression", "media_type", "packed", "tried_for"]

PACKING = f"brotli {brotli.__version__}, zlib {zlib.ZLIB_RUNTIME_VERSION}, assets best of all"
"""Another version may pack the same bytes otherwise, so its packed files are not kept."""


class Compression(IntEnum):
    """How hard to try to make files small; a greater one is slower, and never kept for a lesser.

    A page of 3 kB takes 0.13 ms with FAST, and 3.3 ms with BEST for a tenth less.
    """

    NONE = 0
    FAST = 1
    BEST = 2

    @classmethod
    def of(cls, stated: str) -> Compression:
        """The one that the manifest of a file says."""
        return cls[stated.upper()] if stated else cls.NONE

    @property
    def stated(self) -> str:
        """As `policy.manifest.File.compression` says it."""
        return self.name.lower() if self else ""


_LEVELS = {Compression.FAST: (5, 6), Compression.BEST: (11, 9)}
"""The levels of Brotli and of gzip."""
_PACKED = (".html", ".css", ".js", ".svg", ".xml", ".txt", ".json")
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


def packable(path: str) -> bool:
    """Whether a file of that name may get smaller: pictures and fonts are packed already."""
    return path.endswith(_PACKED)


def packed(path: str, data: bytes, compression: Compression) -> Iterator[tuple[str, bytes]]:
    """Each encoding in which the file is smaller, with its bytes. Equal data give equal bytes."""
    tried = tried_for(path, compression)
    if not tried or not packable(path):
        return
    quality, level = _LEVELS[tried]
    for encoding, smaller in (
        ("br", brotli.compress(data, quality=quality)),
        ("gzip", gzip.compress(data, compresslevel=level, mtime=0)),
    ):
        if len(smaller) < len(data):
            yield encoding, smaller


def tried_for(path: str, compression: Compression) -> Compression:
    """How well a file is packed where all are to be packed so well.

    Style sheets and scripts are few, change seldom, and each first view waits for them: 54 kB take
    90 ms, once, for a tenth less. What is packed already, a picture or a font, gets no smaller.
    """
    waited_for = path.startswith("assets/") and path.endswith((".css", ".js"))
    if not packable(path) or (compression and waited_for):
        return Compression.BEST
    return compression


def media_type(path: str) -> str:
    """The type by the ending of the path. A machine's own list of types is not asked for ours."""
    if path.endswith("/feed.xml"):
        return "application/atom+xml"
    if path.endswith("/feed.json"):
        return "application/feed+json"
    ending = path[path.rfind(".") :].lower()
    if ending in _TYPES:
        return _TYPES[ending]
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
