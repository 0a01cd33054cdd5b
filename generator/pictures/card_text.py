"""Where the lines of a title end: pure, but for the measure that it is given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Broken", "broken", "runs_right_to_left"]

Measure = Callable[[str], float]
"""How wide a text is, in pixels."""

_CUT = "…"
_ALONE = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
"""Kana and ideographs, behind each of which a line may end."""

_CLOSING = r"[\u3001\u3002\u300d\u300f\u3011\u30fc\uff01\uff09\uff0c\uff1f]"
"""What must not begin a line there (JIS X 4051)."""

_PIECES = re.compile(rf"{_ALONE}{_CLOSING}*\s*|(?:(?!{_ALONE})\S)+\s*")


@dataclass(frozen=True, slots=True)
class Broken:
    """The lines of a text. It is `whole` where none of it was left out."""

    lines: tuple[str, ...]
    whole: bool


def runs_right_to_left(text: str) -> bool:
    """By the first letter with a direction of its own (Unicode Bidirectional Algorithm, P2, P3)."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def broken(text: str, measure: Measure, width: float, most: int) -> Broken:
    """The text in lines of about the same length, none wider than `width`, and `most` of them.

    Where that is not enough room, the last line ends in an ellipsis.
    """
    pieces = list(_pieces(" ".join(text.split()), measure, width))
    lines = _filled(pieces, measure, width)
    if len(lines) > most:
        kept = lines[: max(most, 1)]
        kept[-1] = _shortened(kept[-1], measure, width)
        return Broken(tuple(kept), whole=False)
    return Broken(tuple(_balanced(pieces, measure, width, lines)), whole=True)


def _pieces(text: str, measure: Measure, width: float) -> Iterator[str]:
    """What stands together in a line, with the space behind it."""
    for piece in _PIECES.findall(text):
        yield from _narrow_enough(piece, measure, width)


def _narrow_enough(piece: str, measure: Measure, width: float) -> Iterator[str]:
    """A piece in parts that fit a line: an address can be longer than one."""
    while len(piece) > 1 and measure(piece.rstrip()) > width:
        end = len(piece) - 1
        while end > 1 and (measure(piece[:end]) > width or unicodedata.combining(piece[end])):
            end -= 1
        yield piece[:end]
        piece = piece[end:]
    yield piece


def _filled(pieces: Sequence[str], measure: Measure, width: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _balanced(pieces: Sequence[str], measure: Measure, width: float, lines: list[str]) -> list[str]:
    """As many lines, but none much shorter than the others: the narrowest that does it."""
    low, high = width / 2, width
    while len(lines) > 1 and high - low > width / 64:
        middle = (low + high) / 2
        tried = _filled(pieces, measure, middle)
        if len(tried) == len(lines) and all(measure(line) <= middle for line in tried):
            lines, high = tried, middle
        else:
            low = middle
    return lines


def _shortened(line: str, measure: Measure, width: float) -> str:
    while line and measure(line + _CUT) > width:
        line = line[:-1].rstrip()
    return line + _CUT
