"""The parts of a page that are for some visitors only, or for one variant of an experiment.

They are resolved before Markdown runs, so Markdown never sees what is left out: footnotes, anchors
and the table of contents are those of the variant.
"""

from __future__ import annotations

from generator.content.blocks import Blocks, names


def select(text: str, blocks: Blocks, audience: str, variant: str = "") -> str:
    """The text for one audience, in one variant. What is left out becomes blank lines, so every
    line keeps its number."""
    if not (blocks.for_audiences or blocks.for_variants):
        return text
    lines = text.split("\n")
    for block in blocks.for_audiences:
        for number in block.left_out(chosen=audience in names(block.opening.argument)):
            lines[number] = ""
    for block in blocks.for_variants:
        for number in block.left_out(chosen=variant in names(block.opening.argument)):
            lines[number] = ""
    return "\n".join(lines)
