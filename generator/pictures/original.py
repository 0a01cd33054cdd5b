"""What the header of a picture says: all that a page must know of it, before a pixel is decoded."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generator.images import BrokenPicture, clean
from generator.images.png import png_orientation

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ENDINGS", "MOST_PIXELS", "Original", "TooManyPixels", "opened", "read_original"]

ENDINGS = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")
"""Endings of the pictures that are made of pixels."""

MOST_PIXELS = 100_000_000
"""More are refused, before they are decoded: four bytes each would be 400 MB. Phones make 50
million, and a few 108; a small file can claim billions (a decompression bomb)."""

Format = Literal["JPEG", "PNG", "WEBP", "AVIF", "GIF"]

_FORMATS: tuple[Format, ...] = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)


class TooManyPixels(ValueError):
    """The picture claims to be larger than `MOST_PIXELS`; `width` and `height` as it says."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        super().__init__(width, height)


@dataclass(frozen=True, slots=True)
class Original:
    """A picture as its file is.

    `path` is relative to the root, `digest` the SHA-256 of the file. `width` and `height` are in
    pixels, of the picture as it is shown: turned as its camera noted. `moves` where it has frames.
    """

    path: str
    digest: str
    format: Format
    width: int
    height: int
    moves: bool


def read_original(path: str, data: bytes) -> Original:
    """Read the header. Raises TooManyPixels; BrokenPicture, also where the file ends too early."""
    clean(data)  # It knows where each kind ends; a header alone cannot tell.
    with opened(data) as image:
        # Pillow would decode all of a PNG to look for it.
        is_png = image.format == "PNG"
        turn = png_orientation(data) if is_png else image.getexif().get(_ORIENTATION)
        width, height = reversed(image.size) if turn in _SIDEWAYS else image.size
        # Pillow's MPO is a JPEG with more pictures behind it, which no browser shows.
        format_: Format = next((each for each in _FORMATS if each == image.format), "JPEG")
        moves = format_ != "JPEG" and getattr(image, "n_frames", 1) > 1
    return Original(path, hashlib.sha256(data).hexdigest(), format_, width, height, moves)


@contextmanager
def opened(data: bytes) -> Iterator[Image]:
    """The picture, not decoded yet; what is wrong with its pixels comes out when they are.

    Raises BrokenPicture and TooManyPixels, also for what goes wrong inside.
    """
    from PIL import Image  # noqa: PLC0415  (a site without pictures needs none of it)

    Image.MAX_IMAGE_PIXELS = None  # It would warn, where this refuses.
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixels(*image.size)
            yield image
    except (TooManyPixels, MemoryError):
        raise
    # Pillow has many names for it: OSError, SyntaxError, ValueError, struct.error, zlib.error ...
    except Exception as error:
        raise BrokenPicture from error
