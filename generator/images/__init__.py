"""Pictures and videos as they are published: without a word of where, when and by whom.

Nothing is decoded or compressed again: what is not needed to show the picture is cut out of the
file, so the picture stays bit for bit what it was. Only the turn that a camera noted is kept, with
the color profile. What a format may keep is a list of what shows the picture, so that a kind of
metadata which nobody has thought of yet is cut as well.
"""

from __future__ import annotations

from generator.images.boxes import clean_avif, clean_mp4
from generator.images.errors import BrokenPicture, HiddenTrack
from generator.images.gif import clean_gif
from generator.images.ico import ICON, clean_ico
from generator.images.jpeg import clean_jpeg
from generator.images.png import PNG, clean_png
from generator.images.webp import clean_webp

__all__ = ["CLEANED", "BrokenPicture", "HiddenTrack", "clean"]

CLEANED = frozenset({".avif", ".gif", ".ico", ".jpeg", ".jpg", ".mp4", ".png", ".webp"})
"""Endings of the files that `clean` is for."""


def clean(data: bytes) -> bytes:
    """The same picture or video without metadata, whatever the file is called.

    Raises `BrokenPicture` where it is of no kind that browsers show, or ends too early, and
    `HiddenTrack` where a video records more than picture and sound.
    """
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return clean_jpeg(data)
        if data.startswith(PNG):
            return clean_png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return clean_webp(data)
        if data.startswith((b"GIF87a", b"GIF89a")):
            return clean_gif(data)
        if data.startswith(ICON):
            return clean_ico(data)
        if data[4:8] == b"ftyp":
            end = min(int.from_bytes(data[:4]), len(data))
            brands = {data[at : at + 4] for at in range(8, end, 4)}
            is_avif = not brands.isdisjoint({b"avif", b"avis"})
            if is_avif or brands.isdisjoint({b"heic", b"heix", b"hevc", b"mif1", b"msf1"}):
                return clean_avif(data) if is_avif else clean_mp4(data)
    except IndexError:
        raise BrokenPicture from None
    raise BrokenPicture
