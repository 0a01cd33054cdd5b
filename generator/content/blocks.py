"""The `///` lines of our blocks, read outside code, and nested as people write them.

Markdown's own block syntax (pymdownx.blocks) tells an outer block from an inner one by the number
of slashes. Here an inner block may use three slashes like the outer one: `nested` counts for the
writer. No function here changes the number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown.extensions.fenced_code import FencedBlockPreprocessor

from policy import Fault, nearest

AUDIENCE = "audience"
OTHERWISE = "otherwise"
ARGUMENTS = {
    "audience": "the names of audiences",
    "call-to-action": "its title",
    "form": "the name of a form",
    "note": None,
    "quote": None,
}
"""Our blocks, and what must stand after the bar; None where it may be left out."""

_LINE = re.compile(r"^ {0,3}(/{3,})[ \t]*([^|]*?)[ \t]*(\|[ \t]*(.*?)[ \t]*)?$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """A `///` line. `line` counts from 0; `name` is empty where a block ends."""

    line: int
    slashes: int
    name: str
    argument: str


@dataclass(frozen=True)
class Block:
    """A block: its first line, its `otherwise` line where it has one, and its last line."""

    opening: Fence
    otherwise: int | None
    end: int
    depth: int


@dataclass(frozen=True)
class Structure:
    """Every block of a text, in the order of their ends, and what is wrong with the fences."""

    blocks: tuple[Block, ...]
    faults: tuple[tuple[int, str, str], ...]


def without_code(text: str) -> str:
    """The text with fenced code and comments blanked out, character for character."""
    for pattern in (FencedBlockPreprocessor.FENCED_BLOCK_RE, _COMMENT):
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    return text


def fences(text: str) -> Iterator[Fence]:
    """Each `///` line outside code."""
    if "///" not in text:
        return
    for number, line in enumerate(without_code(text).split("\n")):
        found = _LINE.match(line)
        if found:
            yield Fence(number, len(found[1]), found[2].lower(), found[4] or "")


def structure(text: str) -> Structure:
    """Pair the fences of a text."""
    reader = _Reader()
    for fence in fences(text):
        reader.read(fence)
    reader.finish()
    return Structure(tuple(reader.blocks), tuple(reader.faults))


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.faults: list[tuple[int, str, str]] = []
        self._open: list[Fence] = []
        self._otherwise: dict[Fence, int] = {}

    def read(self, fence: Fence) -> None:
        if fence.name == OTHERWISE:
            self._read_otherwise(fence)
        elif fence.name:
            self._open.append(fence)
        else:
            self._close(fence)

    def finish(self) -> None:
        while self._open:
            self._unclosed(self._open.pop())

    def _close(self, fence: Fence) -> None:
        if not any(each.slashes == fence.slashes for each in self._open):
            hint = "remove the line, or add the line that begins the block"
            self.faults.append((fence.line, f"{'/' * fence.slashes} ends no block", hint))
            return
        while self._open[-1].slashes != fence.slashes:
            self._unclosed(self._open.pop())
        opening = self._open.pop()
        otherwise = self._otherwise.get(opening)
        self.blocks.append(Block(opening, otherwise, fence.line, len(self._open)))

    def _unclosed(self, opening: Fence) -> None:
        hint = f"add a line {'/' * opening.slashes} where the block ends"
        self.faults.append((opening.line, f'the block "{opening.name}" has no end', hint))

    def _read_otherwise(self, fence: Fence) -> None:
        inner = self._open[-1] if self._open else None
        if inner is None or inner.name != AUDIENCE:
            hint = "it stands between /// audience and its ///"
            self.faults.append((fence.line, '"otherwise" stands outside an audience block', hint))
        elif inner in self._otherwise:
            hint = "remove one of them"
            self.faults.append((fence.line, 'the audience block has two "otherwise"', hint))
        else:
            self._otherwise[inner] = fence.line


def nested(text: str) -> str:
    """The text with the slashes of each block counted by its depth, for pymdownx.blocks."""
    blocks = structure(text).blocks
    if not any(block.depth for block in blocks):
        return text
    lines = text.split("\n")
    for block in blocks:
        for number in (block.opening.line, block.end):
            lines[number] = re.sub(r"/{3,}", "/" * (3 + block.depth), lines[number], count=1)
    return "\n".join(lines)


def block_faults(
    path: str, text: str, audiences: Sequence[str], forms: Sequence[str]
) -> Iterator[Fault]:
    """What is wrong with the blocks of the page `path`, whichever audience reads it."""
    found = structure(text)
    for line, message, hint in found.faults:
        yield Fault(path, line + 1, message, hint)
    for fence in fences(text):
        if fence.name not in ("", OTHERWISE):
            for message, hint in _opening_faults(fence, audiences, forms):
                yield Fault(path, fence.line + 1, message, hint)
    inside = [block for block in found.blocks if block.opening.name == AUDIENCE]
    for block in inside:
        if any(o.opening.line < block.opening.line and block.end < o.end for o in inside):
            message = "an audience block stands inside another"
            hint = "end the outer block first, or name both audiences in one block"
            yield Fault(path, block.opening.line + 1, message, hint)


def _opening_faults(
    fence: Fence, audiences: Sequence[str], forms: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if fence.name not in ARGUMENTS:
        yield f'unknown block "{fence.name}"', nearest(fence.name, ARGUMENTS)
        return
    wanted = ARGUMENTS[fence.name]
    if wanted and not fence.argument:
        yield f'the block "{fence.name}" says nothing after the bar', f"add | and {wanted}"
    elif fence.name == "form" and fence.argument not in forms:
        yield f'no form is called "{fence.argument}"', nearest(fence.argument, forms)
    elif fence.name == AUDIENCE:
        for name in names(fence.argument):
            if name not in audiences:
                yield f'no audience is called "{name}"', nearest(name, audiences)


def names(argument: str) -> tuple[str, ...]:
    """The names in a list such as `teacher, school`."""
    return tuple(name.strip() for name in argument.split(","))
