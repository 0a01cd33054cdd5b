"""GIF (CompuServe GIF89a): the blocks that show the picture, and no others."""

from __future__ import annotations

from generator.images.errors import BrokenPicture

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_PROFILE = b"ICCRGBG1012"


def clean_gif(data: bytes) -> bytes:
    """Without comments, XMP, other programs' blocks, and what follows the end.

    Raises `BrokenPicture` for a file that is none, or has no end."""
    at = 13 + _table(data[10])
    out = bytearray(data[:at])
    while data[at] != _TRAILER:
        start, kind = at, data[at]
        if kind == _IMAGE:
            at = _blocks_end(data, at + 11 + _table(data[at + 9]))
            out += data[start:at]
        elif kind == _EXTENSION:
            at = _blocks_end(data, at + 2)
            label, name = data[start + 1], data[start + 3 : start + 14]
            if label == _CONTROL or (label == _APPLICATION and name in (*_LOOPS, _PROFILE)):
                out += data[start:at]
        else:
            raise BrokenPicture
    return bytes(out) + bytes((_TRAILER,))


def _table(flags: int) -> int:
    """The length of the color table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1
