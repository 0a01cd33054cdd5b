"""Which pictures are made of an original, and at which addresses: nothing is decoded for it.

An address is made of all that the bytes depend on, so it can be kept for ever like any asset, and a
page is known before one of its pictures is made.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from generator.pictures.original import Original

__all__ = [
    "CARD_SIZE",
    "FOLDER",
    "RECIPES",
    "Box",
    "Derived",
    "Recipe",
    "card",
    "cut",
    "derived",
    "digest_of_parts",
    "kinds",
    "plain_name",
    "widths",
]

FOLDER = "/assets/pictures/"
CARD_SIZE = (1200, 630)
"""What networks show of a page that is linked to: 1.91 to 1, and sharp on a good screen."""

_MADE_BY = 1
"""The next number, when the code that makes pictures changes what they look like."""

_LONGEST_SIDE = 16_383
"""No WebP is longer (RFC 9649, section 2.7), and libavif reads no AVIF that is twice that."""

Box = tuple[int, int, int, int]
"""A part of a picture, in its pixels as it is shown: left, top, right and lower edge."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a kind of picture is made: Pillow's name of the format, its options, and the ending."""

    format: str
    options: Mapping[str, bool | int | str]
    ending: str


# docs/decisions/pictures.md says how these were measured.
RECIPES = {
    "avif": Recipe("AVIF", {"quality": 62, "speed": 7, "max_threads": 1}, ".avif"),
    "webp": Recipe("WEBP", {"quality": 78, "method": 4}, ".webp"),
    "jpeg": Recipe("JPEG", {"quality": 78, "progressive": True, "optimize": True}, ".jpg"),
    "sharp-avif": Recipe(
        "AVIF", {"quality": 75, "speed": 7, "max_threads": 1, "subsampling": "4:4:4"}, ".avif"
    ),
    "sharp-webp": Recipe("WEBP", {"quality": 90, "method": 4}, ".webp"),
    "png": Recipe("PNG", {"optimize": True}, ".png"),
    "card": Recipe("JPEG", {"quality": 85, "progressive": True, "optimize": True}, "-card.jpg"),
}
"""AVIF is coded in one thread: in several, its bytes would depend on their number."""

_PHOTO, _DRAWN = ("avif", "webp", "jpeg"), ("sharp-avif", "sharp-webp", "png")
_KINDS = {
    "JPEG": _PHOTO,
    "PNG": _DRAWN,
    "GIF": _DRAWN,
    # Whoever shows no AVIF gets WebP, which all browsers of the last years know.
    "AVIF": _PHOTO[:2],
    "WEBP": _PHOTO[:2],
}


@dataclass(frozen=True, slots=True)
class Derived:
    """A picture to be made of `original`: the part `box` of it, or all, in `size` (width, height).

    `key` names what comes out. `recipe` is one of `RECIPES`.
    """

    original: Original
    recipe: str
    box: Box | None
    size: tuple[int, int]

    @property
    def source(self) -> str:
        """The file that it is made of, relative to the root."""
        return self.original.path

    @property
    def key(self) -> str:
        """A digest of all that its bytes depend on."""
        recipe = RECIPES[self.recipe]
        parts = self.recipe, recipe.format, recipe.options
        return digest_of_parts(_versions(), self.original.digest, parts, self.box, self.size)

    @property
    def address(self) -> str:
        """Where it is published. All sizes and kinds share one digest, so that a page which names
        them all can be compressed."""
        digest = digest_of_parts(_versions(), self.original.digest, RECIPES, self.box)[:12]
        name = plain_name(PurePosixPath(self.original.path).stem)
        return f"{FOLDER}{name}.{digest}-{self.size[0]}{RECIPES[self.recipe].ending}"


def kinds(original: Original) -> tuple[str, ...]:
    """The recipes for a picture, the best first; the last is for browsers that know no other."""
    return _KINDS[original.format]


def widths(whole: int, high: int, wanted: Sequence[int]) -> list[int]:
    """Those of the `wanted` widths that are clearly less than the largest, and the largest: no more
    than the `whole` of a picture that is so `high`."""
    largest = min(whole, max(wanted), max(1, _LONGEST_SIDE * whole // high))
    return [*(each for each in sorted(set(wanted)) if each < 0.85 * largest), largest]


def derived(
    original: Original, recipe: str, wanted: Sequence[int], box: Box | None = None
) -> Iterator[Derived]:
    """What is made of (a part of) a picture by one recipe, the smallest first."""
    whole, high = (box[2] - box[0], box[3] - box[1]) if box else (original.width, original.height)
    for width in widths(whole, high, wanted):
        yield Derived(original, recipe, box, (width, max(1, round(high * width / whole))))


def cut(original: Original, width: int, height: int) -> Box:
    """The largest part of a picture with the proportions of `width` to `height`, at its center."""
    scale = min(original.width / width, original.height / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (original.width - wide) // 2, (original.height - high) // 2
    return left, top, left + wide, top + high


def card(original: Original) -> Derived:
    """The card of a page with that picture. It is not made larger than the picture is."""
    box = cut(original, *CARD_SIZE)
    width, height = box[2] - box[0], box[3] - box[1]
    return Derived(original, "card", box, min(CARD_SIZE, (width, height)))


@cache
def _versions() -> str:
    """Those of what reads and writes pictures: another version could give other bytes."""
    from PIL import __version__, features  # noqa: PLC0415  (a site without pictures needs none)

    names = ("avif", "webp", "jpg", "libjpeg_turbo", "zlib", "zlib_ng", "littlecms2")
    return f"{_MADE_BY} Pillow {__version__} {[features.version(name) for name in names]}"


def digest_of_parts(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def plain_name(name: str) -> str:
    """A name of letters, digits and hyphens: a `srcset` has no room for blanks and commas."""
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60] or "picture"
