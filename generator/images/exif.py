"""The one thing of a camera's notes that is kept: which way up the picture is shown."""

from __future__ import annotations

import struct

_TAG = 0x0112


def orientation(tiff: bytes) -> int:
    """The turn of 1 to 8 that a block of Exif notes (without its name) asks for.

    1, which is no turn, where it asks for none or cannot be read (Exif 2.32, section 4.6.4).
    """
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}4xI", tiff)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == _TAG and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def only_orientation(turn: int) -> bytes:
    """A block of Exif notes that holds the turn and nothing else."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _TAG, 3, 1, turn, 0, 0)
