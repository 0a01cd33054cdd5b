"""PNG (W3C PNG 3, section 11): the chunks that show the picture, and no others."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from generator.images.errors import BrokenPicture
from generator.images.exif import only_orientation, orientation

PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN = frozenset(
    (b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT " +
     b"acTL fcTL fdAT").split()
)  # fmt: skip


def clean_png(data: bytes) -> bytes:
    """Without texts, times, Exif, and what follows the end.

    Raises `BrokenPicture` for a file that is none, or has no end."""
    out = bytearray(data[:8])
    for kind, chunk in _chunks(data):
        if kind in _SHOWN:
            out += chunk
        elif kind == b"eXIf" and (turn := orientation(chunk[8:-4])) > 1:
            out += _chunk(kind, only_orientation(turn))
    return bytes(out)


def png_orientation(data: bytes) -> int:
    """Which way up the picture is shown, 1 to 8, without decoding it. Raises `BrokenPicture`."""
    turns = (orientation(chunk[8:-4]) for kind, chunk in _chunks(data) if kind == b"eXIf")
    return next(turns, 1)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, all of its bytes) of each chunk, up to the last."""
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        chunk = data[at : at + length + 12]
        if len(kind) < 4 or len(chunk) < length + 12:
            raise BrokenPicture
        at += len(chunk)
        yield kind, chunk


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
