"""AVIF and MP4, which are made of boxes (ISO/IEC 14496-12; AVIF 1.1; ISO/IEC 23008-12).

Other boxes point at places in the file by their distance from its beginning. So nothing is cut out
here: what does not show the picture is written over with zeros, where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from generator.images.errors import BrokenPicture, HiddenTrack

_SHOWN_ITEMS = frozenset({b"av01", b"grid", b"iovl", b"iden", b"tmap"})
_NOTES = frozenset({b"udta", b"uuid", b"meta", b"free", b"skip"})
_HOLDERS = frozenset({b"moov", b"trak", b"moof", b"traf"})
_TRACKS = frozenset({b"vide", b"soun", b"auxv", b"pict", b"subt", b"text", b"sbtl"})
_NO_EXIF = b"\0\0\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0"
"""An Exif item that says nothing."""


class Box(NamedTuple):
    """A box's kind, where it begins, and where its content begins and ends."""

    kind: bytes
    start: int
    body: int
    end: int


def clean_avif(data: bytes) -> bytes:
    """Without Exif, XMP and every other item that is no part of the picture.

    Raises `BrokenPicture` for a file that is none, or has no end."""
    out = bytearray(data)
    metas = [box for box in _boxes(data, 0, len(data)) if box.kind == b"meta"]
    if not metas:
        raise BrokenPicture
    for meta in metas:
        inner = {box.kind: box for box in _boxes(data, meta.body + 4, meta.end)}
        if b"iinf" not in inner or b"iloc" not in inner:
            raise BrokenPicture
        shown = {number for number, kind in _items(data, inner[b"iinf"]) if kind in _SHOWN_ITEMS}
        stored = inner[b"idat"].body if b"idat" in inner else 0
        for number, start, length in _extents(data, inner[b"iloc"], stored):
            if number not in shown:
                _blank(out, start, length)
    _blank_notes(out, data, 0, len(data), kept={b"meta"})
    return bytes(out)


def clean_mp4(data: bytes) -> bytes:
    """Without the notes of the camera.

    Raises `HiddenTrack` where they are a track, and `BrokenPicture` for a file that is no video."""
    if not any(box.kind == b"moov" for box in _boxes(data, 0, len(data))):
        raise BrokenPicture
    out = bytearray(data)
    _blank_notes(out, data, 0, len(data), kept=set())
    return bytes(out)


def _blank_notes(out: bytearray, data: bytes, start: int, end: int, kept: set[bytes]) -> None:
    for box in _boxes(data, start, end):
        if box.kind in _HOLDERS:
            _blank_notes(out, data, box.body, box.end, kept=set())
        elif box.kind == b"mdia":
            _refuse_other_tracks(data, box)
        elif box.kind in _NOTES - kept:
            out[box.start + 4 : box.start + 8] = b"free"
            out[box.body : box.end] = bytes(box.end - box.body)


def _refuse_other_tracks(data: bytes, media: Box) -> None:
    for box in _boxes(data, media.body, media.end):
        if box.kind == b"hdlr" and (kind := data[box.body + 8 : box.body + 12]) not in _TRACKS:
            raise HiddenTrack(kind.decode("latin-1"))


def _boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    while start + 8 <= end:
        length, kind, body = int.from_bytes(data[start : start + 4]), data[start + 4 : start + 8], 8
        if length == 1:
            length, body = int.from_bytes(data[start + 8 : start + 16]), 16
        elif length == 0:
            length = end - start
        if length < body or start + length > end:
            raise BrokenPicture
        yield Box(kind, start, start + body, start + length)
        start += length


def _items(data: bytes, iinf: Box) -> Iterator[tuple[int, bytes]]:
    """(number, kind) of each item."""
    start = iinf.body + (6 if data[iinf.body] == 0 else 8)
    for box in _boxes(data, start, iinf.end):
        width = 2 if data[box.body] < 3 else 4
        at = box.body + 4
        yield int.from_bytes(data[at : at + width]), data[at + width + 2 : at + width + 6]


def _extents(data: bytes, iloc: Box, stored: int) -> Iterator[tuple[int, int, int]]:
    """(item's number, where it begins in the file, its length), for each part of each item."""
    version, at = data[iloc.body], iloc.body + 4
    offset_size, length_size = data[at] >> 4, data[at] & 15
    base_size, index_size = data[at + 1] >> 4, data[at + 1] & 15 if version else 0
    at += 2
    if not offset_size + length_size:
        raise BrokenPicture

    def number(width: int) -> int:
        nonlocal at
        if at + width > iloc.end:
            raise BrokenPicture
        at += width
        return int.from_bytes(data[at - width : at])

    for _ in range(number(2 if version < 2 else 4)):
        item = number(2 if version < 2 else 4)
        method = number(2) & 15 if version else 0
        number(2)
        base = number(base_size)
        for _ in range(number(2)):
            number(index_size)
            start = base + number(offset_size) + (stored if method == 1 else 0)
            yield item, start, number(length_size)


def _blank(out: bytearray, start: int, length: int) -> None:
    end = min(start + length, len(out)) if length else len(out)
    nothing = bytes(max(0, end - start))
    if len(nothing) >= len(_NO_EXIF):
        nothing = _NO_EXIF + nothing[len(_NO_EXIF) :]
    out[start:end] = nothing
