"""A block of a text: a paragraph, a list, a heading and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

__all__ = ["Block", "Kind", "settle", "walk"]


class Kind(Enum):
    """What a block is."""

    DOCUMENT = auto()
    QUOTE = auto()
    LIST = auto()
    ITEM = auto()
    TERMS = auto()
    TERM = auto()
    MEANING = auto()
    NOTE = auto()
    PARAGRAPH = auto()
    HEADING = auto()
    FENCE = auto()
    INDENTED = auto()
    HTML = auto()
    RULE = auto()


@dataclass(slots=True)
class Block:
    """A block. `line` is its first line and `last` the last that is not empty, from 1; `text` are
    the lines of one that holds no blocks.

    `level` is that of a heading, the number at which a list begins, or how many signs a fence has.
    `sign` is the bullet or bracket of a list, the sign of a fence, or the name of a footnote.
    `width` is how far what belongs to an item, or may be taken off a line of a fence, is indented.
    `info` is what stands behind a fence's signs. `loose`: a list whose items are paragraphs.
    """

    kind: Kind
    line: int
    last: int
    children: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    level: int = 0
    sign: str = ""
    width: int = 0
    info: str = ""
    loose: bool = False


def walk(block: Block) -> Iterator[Block]:
    """The block and all that is in it, in order; however deep, without a recursion."""
    waiting = [block]
    while waiting:
        block = waiting.pop()
        yield block
        waiting.extend(reversed(block.children))


def settle(document: Block) -> None:
    """Set `last` and `loose` from the inside out, and take empty lines off indented code."""
    for block in reversed(tuple(walk(document))):
        if block.kind is Kind.INDENTED:
            while block.text and not block.text[-1].strip(" \t"):
                block.text.pop()
        if block.children:
            block.last = max(block.last, block.children[-1].last)
        if block.kind is Kind.LIST:
            block.loose = _gap(block.children) or any(
                _gap(item.children) for item in block.children
            )


def _gap(blocks: list[Block]) -> bool:
    return any(one.last + 1 < two.line for one, two in pairwise(blocks))
