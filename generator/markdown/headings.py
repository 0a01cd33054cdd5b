"""Ids of headings, made of their words in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, MutableMapping

__all__ = ["anchor", "unused"]

_DROPPED = re.compile(r"[^a-z0-9_\s-]")
_BETWEEN = re.compile(r"[\s-]+")
_COUNTED = re.compile(r"^(.*)_([0-9]+)$")


def anchor(text: str) -> str:
    """The id of a heading with these words: small letters and digits, and a hyphen between words.

    Latin letters lose their accents; those of other scripts stay. A heading without a letter gets
    the names that Unicode has for its signs.
    """
    if text.isascii():
        words = _DROPPED.sub("", text.lower())
    else:
        words = "".join(map(_letter, unicodedata.normalize("NFC", text))).lower()
        if not any(map(str.isalnum, words)):
            words = _DROPPED.sub("", _names(text).lower())
    return _BETWEEN.sub("-", words).strip("-")


def _letter(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    if plain or letter.isspace():
        return _DROPPED.sub("", plain.lower()) or (" " if letter.isspace() else "")
    kind = unicodedata.category(letter)
    if kind == "Pd":
        return "-"
    return letter if kind[0] in "LMN" else ""


def _names(text: str) -> str:
    return " ".join(unicodedata.name(letter, "") for letter in text)


def unused(name: str, used: Container[str], counts: MutableMapping[str, int]) -> str:
    """The name, or it with the next number behind it where it is used. `counts` are the numbers
    that were given on this page, by name. The heading without a name is called `section`."""
    name = name or "section"
    found = _COUNTED.match(name)
    stem, number = (found[1], int(found[2])) if found else (name, 0)
    if name in used:
        number = max(number, counts.get(stem, 0))
    while name in used:
        number += 1
        name = f"{stem}_{number}"
        counts[stem] = number
    return name
