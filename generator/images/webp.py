"""WebP (RFC 9649): the chunks that show the picture, and no others."""

from __future__ import annotations

from generator.images.errors import BrokenPicture
from generator.images.exif import only_orientation, orientation

_SHOWN = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def clean_webp(data: bytes) -> bytes:
    """Without Exif, XMP, unknown chunks, and what follows the end.

    Raises `BrokenPicture` for a file that is none, or has no end."""
    kept: list[tuple[bytes, bytes]] = []
    turn, at, end = 1, 12, 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + 1:  # The last chunk may lack the byte that makes it even.
        raise BrokenPicture
    while at + 8 <= min(end, len(data)):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise BrokenPicture
        at += 8 + length + length % 2
        if kind in _SHOWN:
            kept.append((kind, body))
        elif kind == b"EXIF":
            turn = orientation(body.removeprefix(b"Exif\0\0"))
    if not kept:
        raise BrokenPicture
    if turn > 1:
        kept.append((b"EXIF", only_orientation(turn)))
    if kept[0][0] == b"VP8X":
        flags = kept[0][1][0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turn > 1 else 0)
        kept[0] = (b"VP8X", bytes((flags,)) + kept[0][1][1:])
    chunks = b"".join(kind + len(body).to_bytes(4, "little") + _even(body) for kind, body in kept)
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def _even(body: bytes) -> bytes:
    return body + b"\0" * (len(body) % 2)
