"""Feature blocks: the parts of a page that are for sites on which a feature of the engine is on, or
off.

They are resolved when a page is read, before anything else looks at its text: on a site without a
feature, what its blocks hold is not there, with its links, forms and headings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from generator.content.blocks import FEATURE, Block, names, read_blocks
from policy import Fault, nearest
from policy.features import FEATURES

__all__ = ["as_on", "feature_faults"]


def as_on(text: str, on: Collection[str]) -> str:
    """The text where the features `on` are on. What is left out becomes blank lines, so every line
    keeps its number."""
    if FEATURE not in text:
        return text
    lines = text.split("\n")
    for block in _feature_blocks(text):
        for number in block.left_out(chosen=not _features_of(block).isdisjoint(on)):
            lines[number] = ""
    return "\n".join(lines)


def feature_faults(path: str, text: str) -> Iterator[Fault]:
    """A fault for each name of a feature that there is not, in the text of the page `path`."""
    for block in _feature_blocks(text) if FEATURE in text else ():
        for name in sorted(_features_of(block).difference(FEATURES)):
            line = block.opening.line + 1
            if name:
                yield Fault(path, line, f'no feature is called "{name}"', nearest(name, FEATURES))
            else:
                message = f'the block "{FEATURE}" says nothing after the bar'
                yield Fault(path, line, message, "add | and the names of features")


def _features_of(block: Block) -> frozenset[str]:
    """The features of which one must be on for what the block holds."""
    return frozenset(names(block.opening.argument))


def _feature_blocks(text: str) -> Iterator[Block]:
    return (block for block in read_blocks(text).blocks if block.opening.name == FEATURE)
