"""The `///` lines of our blocks, read once for each page: outside code, and nested as people write
them.

An inner block may use three slashes like the outer one. What engines see in the place of these
lines is made by `generator.markdown.source`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.markdown.structure import code_lines
from policy import Fault, nearest

AUDIENCE = "audience"
OTHERWISE = "otherwise"
FEATURE = "feature"
FORM = "form"
VARIANT = "variant"
ARGUMENTS = {
    "audience": "the names of audiences",
    "call-to-action": "its title",
    "feature": "the names of features",
    "form": "the name of a form",
    "note": None,
    "quote": None,
    "variant": "the names of variants",
}
"""Blocks that need no declaration, and what must stand after the bar; None where it may be left
out. A site's own declarations (`policy.block_schemas`) go before those of mere templates."""

CHOOSING = (AUDIENCE, FEATURE)
"""The blocks that have an `otherwise`."""

_LINE = re.compile(r"^ {0,3}(/{3,})[ \t]*([^|]*?)[ \t]*(\|[ \t]*(.*?)[ \t]*)?$")
_OPTION = re.compile(r"^ {4,}([a-z][a-z0-9_-]*):(?:[ \t]+(.*?))?[ \t]*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class BlockOption:
    """A line below the one that begins a block, `    name: value`. `line` counts from 0."""

    line: int
    name: str
    value: str


@dataclass(frozen=True)
class BlockLine:
    """A `///` line, and the options below it. `line` counts from 0; `name` is empty where a block
    ends."""

    line: int
    slashes: int
    name: str
    argument: str
    options: tuple[BlockOption, ...] = ()


@dataclass(frozen=True)
class Block:
    """A block: its first line, its `otherwise` line where it has one, and its last line."""

    opening: BlockLine
    otherwise: int | None
    end: int
    depth: int

    def left_out(self, *, chosen: bool) -> set[int]:
        """The lines that are not shown of a block that chooses: its `///` lines, and the part
        before or after `otherwise`."""
        start, end = self.opening.line, self.end
        middle = end if self.otherwise is None else self.otherwise
        return {start, middle, end, *(range(middle, end) if chosen else range(start, middle))}


@dataclass(frozen=True)
class BlockFault:
    """What is wrong with a `///` line, and how to mend it."""

    line: int
    message: str
    hint: str


@dataclass(frozen=True)
class Blocks:
    """Every `///` line of a text, its blocks in the order of their ends, and what is wrong."""

    lines: tuple[BlockLine, ...] = ()
    blocks: tuple[Block, ...] = ()
    faults: tuple[BlockFault, ...] = ()

    @property
    def for_audiences(self) -> tuple[Block, ...]:
        """The audience blocks."""
        return self._named(AUDIENCE)

    @property
    def for_variants(self) -> tuple[Block, ...]:
        """The blocks of variants."""
        return self._named(VARIANT)

    def _named(self, name: str) -> tuple[Block, ...]:
        return tuple(each for each in self.blocks if each.opening.name == name)


_NO_BLOCKS = Blocks()


def read_blocks(text: str) -> Blocks:
    """Find the blocks of a text."""
    if "///" not in text:
        return _NO_BLOCKS
    lines = tuple(_block_lines(text))
    reader = _Reader()
    for line in lines:
        reader.read(line)
    reader.finish()
    return Blocks(lines, tuple(reader.blocks), tuple(reader.faults))


def _block_lines(text: str) -> Iterator[BlockLine]:
    """Each `///` line outside code and comments."""
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    code = code_lines(text) if "```" in text or "~~~" in text else set()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if found and number + 1 not in code:
            name = found[2].lower()
            options = tuple(_options(lines, number + 1)) if name else ()
            yield BlockLine(number, len(found[1]), name, found[4] or "", options)


def _options(lines: Sequence[str], at: int) -> Iterator[BlockOption]:
    """The options that stand from a line on."""
    while at < len(lines) and (found := _OPTION.match(lines[at])):
        yield BlockOption(at, found[1], found[2] or "")
        at += 1


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.faults: list[BlockFault] = []
        self._open: list[BlockLine] = []
        self._otherwise: dict[BlockLine, int] = {}

    def read(self, line: BlockLine) -> None:
        if line.name == OTHERWISE:
            self._read_otherwise(line)
        elif line.name:
            self._open.append(line)
        else:
            self._close(line)

    def finish(self) -> None:
        while self._open:
            self._unclosed(self._open.pop())

    def _close(self, line: BlockLine) -> None:
        if not any(each.slashes == line.slashes for each in self._open):
            message = f"{'/' * line.slashes} ends no block"
            hint = "remove the line, or add the line that begins the block"
            self.faults.append(BlockFault(line.line, message, hint))
            return
        while self._open[-1].slashes != line.slashes:
            self._unclosed(self._open.pop())
        opening = self._open.pop()
        otherwise = self._otherwise.get(opening)
        self.blocks.append(Block(opening, otherwise, line.line, len(self._open)))

    def _unclosed(self, opening: BlockLine) -> None:
        message = f'the block "{opening.name}" has no end'
        hint = f"add a line {'/' * opening.slashes} where the block ends"
        self.faults.append(BlockFault(opening.line, message, hint))

    def _read_otherwise(self, line: BlockLine) -> None:
        inner = self._open[-1] if self._open else None
        if inner is None or inner.name not in CHOOSING:
            message = '"otherwise" stands outside a block that chooses'
            hint = "it stands between /// audience or /// feature and its ///"
            self.faults.append(BlockFault(line.line, message, hint))
        elif inner in self._otherwise:
            message = f'the block "{inner.name}" has two "otherwise"'
            self.faults.append(BlockFault(line.line, message, "remove one of them"))
        else:
            self._otherwise[inner] = line.line


def block_faults(
    path: str,
    blocks: Blocks,
    known: Mapping[str, Sequence[str] | None],
    declared: Collection[str] = (),
) -> Iterator[Fault]:
    """What is wrong with the blocks of the page `path`, whichever audience reads it. `known` are
    the audiences, forms and variants that blocks can name, by the block, and None where nobody
    knows them. What those that are `declared` say is looked at elsewhere."""
    for fault in blocks.faults:
        yield Fault(path, fault.line + 1, fault.message, fault.hint)
    for line in blocks.lines:
        if line.name in ("", OTHERWISE):
            continue
        if line.name not in declared:
            for option in line.options if line.name in ARGUMENTS else ():
                message = f'the block "{line.name}" has no argument "{option.name}"'
                yield Fault(path, option.line + 1, message, "remove the line")
            for message, hint in _opening_faults(line, known, declared):
                yield Fault(path, line.line + 1, message, hint)
    for what, several in ((AUDIENCE, blocks.for_audiences), (VARIANT, blocks.for_variants)):
        for block in several:
            if any(_holds(outer, block) for outer in several):
                article = "an" if what == AUDIENCE else "a"
                message = f"{article} {what} block stands inside another"
                hint = f"end the outer block first, or name both {what}s in one block"
                yield Fault(path, block.opening.line + 1, message, hint)


def _holds(outer: Block, inner: Block) -> bool:
    return outer.opening.line < inner.opening.line and inner.end < outer.end


def _opening_faults(
    line: BlockLine, known: Mapping[str, Sequence[str] | None], declared: Collection[str]
) -> Iterator[tuple[str, str]]:
    if line.name not in ARGUMENTS:
        yield f'unknown block "{line.name}"', nearest(line.name, {*ARGUMENTS, *declared})
        return
    wanted = ARGUMENTS[line.name]
    if wanted and not line.argument:
        yield f'the block "{line.name}" says nothing after the bar', f"add | and {wanted}"
    elif (named := known.get(line.name)) is None:
        return
    elif line.name == VARIANT and not named:
        hint = "declare one in site/experiments.toml, or remove this line and its ///"
        yield "this page has no experiment, and so no variants", hint
    else:
        for name in names(line.argument):
            if name not in named:
                yield f'no {line.name} is called "{name}"', nearest(name, named)


def names(argument: str) -> tuple[str, ...]:
    """The names in a list such as `teacher, school`."""
    return tuple(name.strip() for name in argument.split(","))
