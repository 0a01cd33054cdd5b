"""A page's text before an engine reads it: `///` lines and abbreviations become what both engines
know nothing of and leave alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generator.content.blocks import CHOOSING, BlockLine, read_blocks
from generator.markdown.structure import code_lines

__all__ = ["CLOSING", "OPENING", "Source", "read_source"]

OPENING = "\ufdd4"
CLOSING = "\ufdd5"
"""What a comment begins with that stands for the line on which a block begins, or ends. The rest of
the comment is the number of that line among the text's `///` lines."""

_ABBREVIATION = re.compile(r"[ ]{0,3}\*\[([^\]\\]+)\][ ]?:[ ]*(.*)$")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]+)\](:?)")
_HTML = re.compile(r"<[A-Za-z/!?]")


@dataclass(frozen=True)
class Source:
    """The text for an engine, with as many lines as were written; the `///` lines that `OPENING`
    counts; abbreviations with what they stand for; whether there may be HTML in it."""

    text: str
    lines: tuple[BlockLine, ...] = ()
    abbreviations: dict[str, str] = field(default_factory=dict)
    html: bool = False
    unused: dict[str, int] = field(default_factory=dict)
    """Footnotes that are explained and used nowhere, with their lines."""


def read_source(text: str) -> Source:
    """Read a page's text, without carriage returns."""
    html = _HTML.search(text) is not None
    if "^" not in text and "*[" not in text and "///" not in text:
        return Source(text, html=html)
    lines = text.split("\n")
    blocks = read_blocks(text) if "///" in text else None
    if blocks:
        numbers = {line.line: number for number, line in enumerate(blocks.lines)}
        for block in blocks.blocks:
            if block.opening.name not in CHOOSING:
                for option in block.opening.options:
                    lines[option.line] = ""
                _replace(lines, block.opening.line, f"{OPENING}{numbers[block.opening.line]}")
                _replace(lines, block.end, f"{CLOSING}{numbers[block.end]}")
    abbreviations: dict[str, str] = {}
    unused: dict[str, int] = {}
    if "*[" in text or "[^" in text:
        code = code_lines(text) if "```" in text or "~~~" in text or "    " in text else set()
        if "*[" in text:
            abbreviations = _take_abbreviations(lines, code)
        if "[^" in text:
            unused = _unused_footnotes(lines, code)
    block_lines = blocks.lines if blocks else ()
    return Source("\n".join(lines), block_lines, abbreviations, html or bool(blocks), unused)


def _replace(lines: list[str], at: int, comment: str) -> None:
    indent = len(lines[at]) - len(lines[at].lstrip(" "))
    lines[at] = f"{' ' * indent}<!--{comment}-->"


def _take_abbreviations(lines: list[str], code: set[int]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if "*[" in line and number not in code and (match := _ABBREVIATION.match(line)):
            found[match[1].strip()] = match[2].strip()
            lines[number - 1] = ""
    return found


def _unused_footnotes(lines: list[str], code: set[int]) -> dict[str, int]:
    used: set[str] = set()
    explained: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if "[^" not in line or number in code:
            continue
        for match in _FOOTNOTE.finditer(line):
            if match[2] and not line[: match.start()].strip(" >"):
                explained.setdefault(match[1], number)
            else:
                used.add(match[1])
    return {name: line for name, line in explained.items() if name not in used}
