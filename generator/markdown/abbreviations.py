"""Abbreviations, `*[HTML]: HyperText Markup Language`: each place gets the words it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

__all__ = ["abbreviate"]

_APART = re.compile(
    r"(<(?:code|pre|script|style|textarea|title)\b.*?</(?:code|pre|script|style|textarea|title)>"
    r"|<[^<>]*>)",
    re.DOTALL,
)


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def abbreviate(html: str, abbreviations: Mapping[str, str]) -> str:
    """The HTML with an `<abbr>` around each of the abbreviations, outside code and tags."""
    titles = {
        escape(short, quote=False): escape(_COMMENT.sub("", long).strip())
        for short, long in abbreviations.items()
    }
    longest_first = sorted(titles, key=len, reverse=True)
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")

    def told(found: re.Match[str]) -> str:
        return f'<abbr title="{titles[found[0]]}">{found[0]}</abbr>'

    pieces = _APART.split(html)
    pieces[::2] = [words.sub(told, piece) for piece in pieces[::2]]
    return "".join(pieces)
