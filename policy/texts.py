"""What a text consists of: which characters somebody types, and which somebody sees."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

__all__ = ["Text", "is_typed", "is_visible", "says_something"]

INVISIBLE = {"\u200b", "\u2060", "\ufeff"}
"""Spaces without width: they come along when an address is copied, and nobody can see them."""

TURNS_TEXT = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Controls of direction: one left open would turn round the text after it on a staff page."""

BLANK = {*"\u115f\u1160\u2800\u3164\uffa0\U0001d159"}
"""Letters and symbols that draw nothing: fillers of Hangul, an empty cell of Braille, a note."""

RESERVED = re.compile(r"[\u2065\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff]")
"""What is no character yet and will never be seen: reserved as ignorable, or noncharacters.
https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
"""


def is_typed(letter: str) -> bool:
    """Whether a character is one that somebody types: no control but those of lines and tabs."""
    if letter in INVISIBLE or letter in TURNS_TEXT:
        return False
    return letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")


def is_visible(letter: str) -> bool:
    """Whether anything is seen of a character that stands alone.

    A mark is seen only on a letter. A character that is newer than Python's tables counts as seen,
    since names are written in scripts that Unicode still adds.
    """
    kind = unicodedata.category(letter)
    if kind == "Cn":
        return not RESERVED.fullmatch(letter)
    return kind[0] not in "ZM" and kind not in ("Cc", "Cf", "Cs") and letter not in BLANK


def says_something(text: str) -> str:
    """The text, which a site says to visitors. Raises ValueError where nothing is seen of it, or
    where it holds a control character, which a page cannot show and a header cannot carry."""
    if not any(map(is_visible, text)):
        raise ValueError("write words that can be seen, or remove the line")
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in text):
        raise ValueError("remove the control characters from it")
    return text


Text = Annotated[str, AfterValidator(says_something)]
"""A text of a site's own that visitors read."""
