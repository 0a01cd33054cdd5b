"""How wide a site shows its pictures, and what the cards of its pages look like."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from policy.toml_source import Declared

__all__ = ["CardPage", "CardSettings", "PictureSettings"]

_FEW, _MOST, _LIMIT = 16, 12, 5_000


def _widths(given: tuple[int, ...]) -> tuple[int, ...]:
    if not 1 <= len(given) <= _MOST or not all(_FEW <= each <= _LIMIT for each in given):
        raise ValueError(f"write 1 to {_MOST} widths in pixels, each {_FEW} to {_LIMIT}")
    return tuple(sorted(set(given)))


def _in_an_attribute(text: str) -> str:
    if not text.strip() or re.search(r'[<>"&\n]', text):
        raise ValueError('write it as the sizes of HTML: "(min-width: 50rem) 40rem, 100vw"')
    return text


def _color(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError('write a color as six hexadecimal digits: "#14423b"')
    return text


def _title_box(given: tuple[int, ...]) -> tuple[int, ...]:
    left, top, right, lower = given
    if not (0 <= left < right <= 1200 and 0 <= top < lower <= 630):
        raise ValueError("write left, top, right and lower edge, within 1200 and 630")
    return given


Sizes = Annotated[str, AfterValidator(_in_an_attribute)]
Color = Annotated[str, AfterValidator(_color)]


class PictureSettings(Declared):
    """Of the pictures in pages: the `widths` that are made, in pixels, and for how much room.

    `sizes` says how wide a picture in a text is shown, `lead_sizes` one that a page's front matter
    names, as HTML's attribute `sizes` does; `narrow` is the media query for narrow screens. They
    repeat what the style sheet does, so they are declared here and nowhere else.
    """

    widths: Annotated[tuple[int, ...], AfterValidator(_widths)] = (320, 640, 960, 1280, 1920)
    sizes: Sizes = "100vw"
    lead_sizes: Sizes = "100vw"
    narrow: Sizes = "(max-width: 40rem)"


class CardPage(Declared):
    """The ground of one page's card: an asset, like `picture` of all others."""

    page: str
    picture: Annotated[str, Field(min_length=1)]


class CardSettings(Declared):
    """Of the card that is drawn for a page without a picture: 1200 by 630 pixels.

    `ground` and `ink` are the colors behind and of the words; `picture` and `logo` are assets
    (JPEG, PNG or WebP), and so are `fonts`: the first that has every letter of a title is taken.
    `title_box` has the edges of the title's place. `pages` have a ground of their own.
    """

    ground: Color = "#ffffff"
    ink: Color = "#1a1a1a"
    accent: Color = "#1a1a1a"
    picture: str = ""
    logo: str = ""
    fonts: tuple[str, ...] = ()
    title_box: Annotated[tuple[int, int, int, int], AfterValidator(_title_box)] = (
        80,
        190,
        1120,
        550,
    )
    pages: Annotated[tuple[CardPage, ...], Field(alias="page")] = ()

    @property
    def assets(self) -> tuple[str, ...]:
        """The names of all files that it is made with."""
        return (*self.fonts, *(name for name in (self.picture, self.logo) if name))
