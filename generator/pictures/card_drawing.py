"""Drawing a card: the ground, the brand, and the title in letters that the font really has."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps, features

from generator.images import BrokenPicture
from generator.pictures.card_text import Broken, broken, runs_right_to_left
from generator.pictures.cards import ASSETS, Card
from generator.pictures.derived import CARD_SIZE
from generator.pictures.original import TooManyPixels, opened
from policy.site_files import read_file

__all__ = ["drawn", "unusable"]

_LARGEST, _SMALLEST, _STEP = 96, 36, 4
_LEADING = 1.16
_BOLD = 700
_FEW_COLORS = 8_192
_NAME_SIZE, _LOGO_HEIGHT, _EDGE, _BAR = 38, 64, 80, 14
_MISSING = "\U0010fffe"
"""No font has a letter for it: what is drawn is the font's box for missing ones."""

_OWN = b""
Font = ImageFont.FreeTypeFont


def drawn(card: Card, root: Path) -> bytes:
    """The card as PNG. Where no font has all letters of the title, it shows the brand alone."""
    settings = card.style.settings
    image = Image.new("RGB", CARD_SIZE, settings.ground)
    if settings.picture:
        with opened(read_file(root / ASSETS / settings.picture)) as picture:
            image.paste(ImageOps.fit(picture.convert("RGB"), CARD_SIZE))
    pen = _Pen(image, card, root)
    has_title = pen.draw_title()
    if not settings.picture:
        pen.draw_brand(large=not has_title)
    if image.getcolors(_FEW_COLORS):
        # Half the bytes, and of flat colors with their edges nobody sees a difference.
        image = image.quantize(256, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def unusable(key: str, data: bytes) -> str:
    """What is wrong with a file for the card's `key`; empty where nothing is."""
    try:
        if key == "fonts":
            ImageFont.truetype(io.BytesIO(data), _LARGEST)
        else:
            with opened(data) as picture:
                picture.load()
    except (OSError, BrokenPicture, TooManyPixels):
        return "is no font that can be read" if key == "fonts" else "is no picture that can be read"
    return ""


class _Pen:
    """Writes on a card, from the side where its title begins."""

    def __init__(self, image: Image.Image, card: Card, root: Path) -> None:
        self._image = image
        self._card = card
        self._root = root
        self._settings = card.style.settings
        self._draw = ImageDraw.Draw(image)
        self._backward = runs_right_to_left(card.title)

    def draw_title(self) -> bool:
        """In its box, as large as it can be. Whether there was a font with its letters."""
        left, top, right, lower = self._settings.title_box
        found = self._fitting(right - left, lower - top)
        if found is None:
            return False
        font, text = found
        for number, line in enumerate(text.lines):
            at = right if self._backward else left
            self._write((at, top + number * font.size * _LEADING), line, font, "a")
        return True

    def draw_brand(self, *, large: bool) -> None:
        """The logo and the name, at the top; in the middle, where they stand alone."""
        scale = 2 if large else 1
        middle, at = CARD_SIZE[1] / 2 if large else _EDGE + _LOGO_HEIGHT / 3, float(_EDGE)
        self._draw.rectangle((0, CARD_SIZE[1] - _BAR, *CARD_SIZE), fill=self._settings.accent)
        if self._settings.logo:
            at += self._draw_logo(middle, scale * _LOGO_HEIGHT) + scale * _LOGO_HEIGHT / 3
        name = self._card.style.name
        source = _covering(name, _sources(self._card, self._root))
        if source is not None and _can_be_laid_out(name):
            place = (CARD_SIZE[0] - at if self._backward else at, middle)
            self._write(place, name, _font(source, scale * _NAME_SIZE), "m")

    def _draw_logo(self, middle: float, height: int) -> int:
        """Its width."""
        with opened(read_file(self._root / ASSETS / self._settings.logo)) as logo:
            shown = ImageOps.contain(logo.convert("RGBA"), (4 * height, height))
        left = CARD_SIZE[0] - _EDGE - shown.width if self._backward else _EDGE
        self._image.paste(shown, (left, round(middle - shown.height / 2)), shown)
        return shown.width

    def _write(self, place: tuple[float, float], text: str, font: Font, height: str) -> None:
        anchor = ("r" if self._backward else "l") + height
        direction = language = None
        if font.layout_engine == ImageFont.Layout.RAQM:
            direction = "rtl" if self._backward else "ltr"
            language = self._card.style.language
        ink = self._settings.ink
        self._draw.text(place, text, ink, font, anchor, direction=direction, language=language)

    def _fitting(self, width: int, height: int) -> tuple[Font, Broken] | None:
        """The largest font in which the title fits, and its lines; None where none has its
        letters."""
        title = self._card.title
        source = _covering(title, _sources(self._card, self._root))
        if source is None or not _can_be_laid_out(title):
            return None
        size = _LARGEST
        while True:
            font = _font(source, size)
            more = (height - sum(font.getmetrics())) / (size * _LEADING)
            text = broken(title, font.getlength, width, 1 + int(max(0, more)))
            if text.whole or size <= _SMALLEST:
                return font, text
            size -= _STEP


def _sources(card: Card, root: Path) -> Sequence[bytes]:
    """The fonts that are tried, in turn. The last is the one within Pillow (Aileron, CC0)."""
    return (*(_read(root / ASSETS / name) for name in card.style.settings.fonts), _OWN)


@cache
def _read(path: Path) -> bytes:
    return read_file(path)


@cache
def _font(source: bytes, size: int, engine: ImageFont.Layout | None = None) -> Font:
    if source == _OWN:
        own = ImageFont.load_default(size)
        if not isinstance(own, Font):
            raise OSError("Pillow was built without FreeType")
        return own
    font = ImageFont.truetype(io.BytesIO(source), size, layout_engine=engine)
    try:
        axes = font.get_variation_axes()
    except OSError:
        return font  # It has one weight.
    font.set_variation_by_axes([_on(axis) for axis in axes])
    return font


def _on(axis: ImageFont.Axis) -> float:
    """Bold, as far as the font goes; all else as it is usually."""
    if axis["name"] in (b"Weight", "Weight"):
        return min(_BOLD, axis["maximum"] or _BOLD)
    return axis["default"] or 0


def _covering(text: str, sources: Sequence[bytes]) -> bytes | None:
    """The first font with every letter of a text; None where there is none."""
    return next((source for source in sources if _covers(source, text)), None)


def _covers(source: bytes, text: str) -> bool:
    font = _font(source, 24, ImageFont.Layout.BASIC)
    missing = _picture_of(font, _MISSING)
    seen = {letter for letter in text if unicodedata.category(letter) not in ("Zs", "Cf", "Cc")}
    return all(_picture_of(font, letter) not in (missing, b"") for letter in seen)


def _picture_of(font: Font, letter: str) -> bytes:
    return bytes(font.getmask(letter))


def _can_be_laid_out(text: str) -> bool:
    """Whether the letters can be joined and put in order as their script does it.

    Without Raqm, Pillow puts one letter after another, from left to right.
    """
    return features.check("raqm") or all(
        unicodedata.bidirectional(letter) not in ("R", "AL", "AN")
        and not unicodedata.combining(letter)
        and (letter < "\u0900" or "\u2000" <= letter < "\u2c00" or "\u3000" <= letter < "\ud7b0")
        for letter in text
    )
