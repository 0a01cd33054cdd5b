"""JPEG (ITU-T T.81, annex B): the segments that show the picture, and no others."""

from __future__ import annotations

from generator.images.errors import BrokenPicture
from generator.images.exif import only_orientation, orientation

_EXIF = b"Exif\0\0"
_END, _SCAN, _COMMENT, _NOTES = 0xD9, 0xDA, 0xFE, 0xE1


def clean_jpeg(data: bytes) -> bytes:
    """Without Exif, XMP, IPTC, comments, thumbnails, and pictures that follow the picture.

    Raises `BrokenPicture` for a file that is none, or has no end."""
    first, rest, turn, at = b"", bytearray(), 1, 2
    seen = False
    while True:
        # A file that was saved in part has no end; browsers would show half of the picture.
        marker, at = _marker(data, at)
        if marker == _END:
            break
        length = int.from_bytes(data[at : at + 2])
        segment = data[at : at + length]
        if length < 2 or len(segment) < length:
            raise BrokenPicture
        at += length
        if marker == _NOTES and segment[2:].startswith(_EXIF) and turn == 1:
            turn = orientation(segment[2 + len(_EXIF) :])
        if marker == 0xE0 and segment[2:7] == b"JFIF\0":
            first = b"\xff\xe0\0\x10" + segment[2:14] + b"\0\0"  # No thumbnail.
        elif _shows(marker, segment[2:]):
            rest += bytes((0xFF, marker)) + segment
        if marker == _SCAN:
            seen, start, at = True, at, _scan_end(data, at)
            rest += data[start:at]
    if not seen:
        raise BrokenPicture
    notes = b""
    if turn > 1:
        block = _EXIF + only_orientation(turn)
        notes = b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block
    return b"\xff\xd8" + first + notes + bytes(rest) + b"\xff\xd9"


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """(the marker at `at`, where what follows it begins); it may have fill bytes before it."""
    if data[at] != 0xFF:
        raise BrokenPicture
    while data[at] == 0xFF:
        at += 1
    return data[at], at + 1


def _shows(marker: int, body: bytes) -> bool:
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return body.startswith(b"Adobe")  # It says how the colors are stored.
    return not (0xE0 <= marker <= 0xEF or marker == _COMMENT)


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker after a scan's data stands; 0xFF 0x00 and restarts belong to it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
