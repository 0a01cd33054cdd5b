"""What a file is sent as: its media type, and its compressed forms."""

from __future__ import annotations

import gzip
import mimetypes
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import brotli

__all__ = ["PACKING", "SUFFIXES", "media_type", "packed"]

SUFFIXES = {"br": ".br", "gzip": ".gz"}
PACKING = f"brotli {brotli.__version__}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
"""Another version may pack the same bytes otherwise, so its packed files are not kept."""

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


def packed(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each encoding in which the file is smaller, with its bytes. Equal data give equal bytes."""
    if not path.endswith(_PACKED):
        return
    for encoding, smaller in (
        ("br", brotli.compress(data, quality=11)),
        ("gzip", gzip.compress(data, compresslevel=9, mtime=0)),
    ):
        if len(smaller) < len(data):
            yield encoding, smaller


def media_type(path: str) -> str:
    """The type by the ending of the path. A machine's own list of types is not asked for ours."""
    if path.endswith("/feed.xml"):
        return "application/atom+xml"
    guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return _TYPES.get(PurePosixPath(path).suffix.lower(), guessed)
