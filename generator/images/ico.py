"""ICO (Windows icons): its list of pictures, each a PNG or a bitmap, and nothing between them."""

from __future__ import annotations

import struct

from generator.images.errors import BrokenPicture
from generator.images.png import PNG, clean_png

ICON = b"\0\0\1\0"
_HEADER, _ENTRY = struct.Struct("<4sH"), struct.Struct("<8sII")
_BITMAP = 40
"""The shortest header of a bitmap that browsers read (BITMAPINFOHEADER)."""


def clean_ico(data: bytes) -> bytes:
    """Without the notes in its PNGs, and what no entry of the list leads to.

    Raises `BrokenPicture` for a file that is none, or lacks a picture of its list."""
    try:
        _, number = _HEADER.unpack_from(data)
        entries = [
            _ENTRY.unpack_from(data, _HEADER.size + at * _ENTRY.size) for at in range(number)
        ]
    except struct.error:
        raise BrokenPicture from None
    if not entries:
        raise BrokenPicture
    listed, pictures = bytearray(_HEADER.pack(ICON, number)), bytearray()
    begin = _HEADER.size + number * _ENTRY.size
    for looks, length, at in entries:
        picture = data[at : at + length]
        if len(picture) < max(length, _BITMAP) or at < begin:
            raise BrokenPicture
        picture = clean_png(picture) if picture.startswith(PNG) else picture
        listed += _ENTRY.pack(looks, len(picture), begin + len(pictures))
        pictures += picture
    return bytes(listed + pictures)
