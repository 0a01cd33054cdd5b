"""Audience blocks: the parts of a page that are for some visitors only.

They are resolved before Markdown runs, so Markdown never sees what is left out: footnotes, anchors
and the table of contents are those of the variant.
"""

from __future__ import annotations

from generator.content.blocks import AUDIENCE, Block, names, structure


def select(source: str, audience: str) -> str:
    """The text of `source` for one audience. What is left out becomes blank lines, so every line
    keeps its number."""
    blocks = audience_blocks(source)
    if not blocks:
        return source
    lines = source.split("\n")
    for block in blocks:
        for number in _left_out(block, audience):
            lines[number] = ""
    return "\n".join(lines)


def audience_blocks(source: str) -> tuple[Block, ...]:
    """The audience blocks of a text."""
    return tuple(each for each in structure(source).blocks if each.opening.name == AUDIENCE)


def _left_out(block: Block, audience: str) -> set[int]:
    start, end = block.opening.line, block.end
    middle = end if block.otherwise is None else block.otherwise
    chosen = audience in names(block.opening.argument)
    hidden = range(middle, end) if chosen else range(start, middle)
    return {start, middle, end, *hidden}
