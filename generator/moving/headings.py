"""Headings in order: the title is the only one of the first level, and no level is left out."""

from __future__ import annotations

import re

from generator.moving.code import outside_code

__all__ = ["levelled"]

_HEADING = re.compile(
    r"^(?P<marks> {0,3}(?P<signs>#{1,6}))(?=[ \t]+\S)"
    r"|^(?P<words> {0,3}(?![-*+>#|]|\d+[.)])\S[^\n]*)\n {0,3}(?P<line>=+|-{2,})[ \t]*$"
    r"|<h(?P<level>[1-6])(?P<given>\b[^<>]*)>(?P<inner>.*?)</h(?P=level)\s*>",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)


def levelled(text: str) -> str:
    """The text with each heading as deep as it may be."""
    last = 1

    def placed(found: re.Match[str]) -> str:
        nonlocal last
        if found["signs"]:
            level = len(found["signs"])
        elif found["line"]:
            level = 1 if found["line"][0] == "=" else 2
        else:
            level = int(found["level"])
        last = min(max(level, 2), last + 1)
        if found["signs"]:
            return "#" * last
        if found["line"]:
            return f"{'#' * last} {found['words'].strip()}"
        return f"<h{last}{found['given']}>{found['inner']}</h{last}>"

    return outside_code(text, lambda each: _HEADING.sub(placed, each), spans=True)
