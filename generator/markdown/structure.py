"""The blocks of a text: CommonMark 0.31.2, "Blocks and inlines", phase 1, with GitHub's tables and
footnotes, and lists of terms.

One line after another is given to the containers that are open (quotes, items, footnotes), as the
specification's appendix on a parsing strategy describes it.
"""

from __future__ import annotations

import re

from generator.markdown.block import Block, Kind, settle, walk
from generator.markdown.block_starts import (
    FENCE,
    HEADING,
    HTML,
    ITEM,
    MEANING,
    NOTE,
    RULE,
    UNDERLINE,
)

__all__ = ["code_lines", "read_structure"]


def read_structure(text: str) -> Block:
    """The document."""
    reader = _Structure()
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        reader.read(line, number)
    settle(reader.document)
    return reader.document


def code_lines(text: str) -> set[int]:
    """The lines, from 1, of a text that are code."""
    return {
        line
        for block in walk(read_structure(text))
        if block.kind in (Kind.FENCE, Kind.INDENTED)
        for line in range(block.line, block.last + 1)
    }


def expand(text: str, column: int) -> str:
    """The text with the tabs at its beginning as blanks, where it begins in `column`."""
    if "\t" not in text[: len(text) - len(text.lstrip(" \t")) + 1]:
        return text
    made = 0
    for at, letter in enumerate(text):
        if letter == "\t":
            made += 4 - (column + made) % 4
        elif letter == " ":
            made += 1
        else:
            return " " * made + text[at:]
    return " " * made


class _Structure:
    def __init__(self) -> None:
        self.document = Block(Kind.DOCUMENT, 1, 1)
        self._open = [self.document]
        self._leaf: Block | None = None
        self._html_end: re.Pattern[str] | None = None
        self._rest = ""
        self._column = 0
        self._line = 0

    def read(self, line: str, number: int) -> None:
        self._rest, self._column, self._line = expand(line, 0), 0, number
        matched = self._match()
        whole = matched == len(self._open)
        if whole and self._leaf and self._continue_leaf(self._leaf):
            return
        self._begin(matched, whole)

    def _take(self, count: int) -> None:
        self._column += count
        self._rest = expand(self._rest[count:], self._column)

    @property
    def _indent(self) -> int:
        return len(self._rest) - len(self._rest.lstrip(" "))

    def _match(self) -> int:
        """How many of the open containers go on in this line."""
        for at in range(1, len(self._open)):
            if not self._goes_on(self._open[at], at == len(self._open) - 1):
                return at
        return len(self._open)

    def _goes_on(self, block: Block, innermost: bool) -> bool:
        indent = self._indent
        if block.kind is Kind.QUOTE:
            if indent > 3 or self._rest[indent : indent + 1] != ">":
                return False
            block.last = self._line
            self._take(indent + 1)
            if self._rest.startswith(" "):
                self._take(1)
            return True
        if not self._rest.strip(" \t"):
            # An item that begins with an empty line ends at the next one.
            return bool(block.children) or not innermost or block.kind is Kind.NOTE
        if indent >= block.width:
            self._take(block.width)
            return True
        return False

    def _continue_leaf(self, leaf: Block) -> bool:
        if leaf.kind is Kind.FENCE:
            indent = self._indent
            sign = leaf.sign
            body = self._rest[indent:].rstrip()
            leaf.last = self._line
            if indent < 4 and len(body) >= leaf.level and body == sign * len(body):
                self._leaf = None
            else:
                leaf.text.append(self._rest[min(indent, leaf.width) :])
            return True
        if leaf.kind is Kind.HTML:
            if self._html_end is None and not self._rest.strip(" \t"):
                self._leaf = None
                return True
            self._add_html(leaf)
            return True
        return False

    def _add_html(self, leaf: Block) -> None:
        leaf.text.append(self._rest)
        if self._rest.strip(" \t"):
            leaf.last = self._line
        if self._html_end and self._html_end.search(self._rest):
            self._leaf = None

    def _begin(self, matched: int, whole: bool) -> None:
        """Begin what this line begins, within the containers that go on."""
        in_paragraph = bool(self._leaf and self._leaf.kind is Kind.PARAGRAPH)
        above = whole and in_paragraph
        """Whether the line stands right below a paragraph, in the same container."""
        while (rest := self._rest).strip(" \t"):
            indent = self._indent
            if indent > 3:
                if in_paragraph:
                    break
                if not (self._leaf and self._leaf.kind is Kind.INDENTED and whole):
                    self._add(Kind.INDENTED, matched)
                self._take(4)
                self._append()
                return
            container = self._begin_container(rest[indent:], indent, matched, above)
            if container is None:
                if self._begin_leaf(rest[indent:], indent, matched, above, in_paragraph):
                    return
                break
            matched = len(self._open)
            in_paragraph = above = False
            whole = True
        if not rest.strip(" \t"):
            self._empty(matched)
        elif in_paragraph:
            self._append()  # Also where the containers do not go on: a lazy line.
        else:
            self._add(Kind.PARAGRAPH, matched)
            self._append()

    def _empty(self, matched: int) -> None:
        if self._leaf and self._leaf.kind is Kind.INDENTED and matched == len(self._open):
            self._leaf.text.append(self._rest[4:])
            return
        self._leaf = None
        del self._open[matched:]

    def _append(self) -> None:
        leaf = self._leaf
        assert leaf is not None  # noqa: S101  (set by who calls)
        leaf.text.append(self._rest if leaf.kind is Kind.INDENTED else self._rest.lstrip(" \t"))
        leaf.last = self._line

    def _add(self, kind: Kind, matched: int) -> Block:
        """A block in the innermost container that goes on."""
        del self._open[matched:]
        block = Block(kind, self._line, self._line)
        self._open[-1].children.append(block)
        self._leaf = block
        return block

    def _begin_container(self, body: str, indent: int, matched: int, above: bool) -> Block | None:
        if body[0] == ">":
            block = self._add(Kind.QUOTE, matched)
            self._enter(block, indent + 1)
            if self._rest.startswith(" "):
                self._take(1)
            return block
        if (found := ITEM.match(body)) and not RULE.match(body):
            return self._begin_item(found, body, indent, matched, above)
        if found := NOTE.match(body):
            block = self._add(Kind.NOTE, matched)
            block.sign, block.width = found[1], 4
            self._enter(block, indent + found.end())
            return block
        if MEANING.match(body):
            return self._begin_meaning(body, indent, matched)
        return None

    def _enter(self, block: Block, taken: int) -> None:
        self._open.append(block)
        self._leaf = None
        self._take(taken)

    def _begin_item(
        self, found: re.Match[str], body: str, indent: int, matched: int, above: bool
    ) -> Block | None:
        marker = found[1]
        empty = not body[found.end() :].strip(" \t")
        if above and (empty or (marker[0].isdigit() and marker[:-1] != "1")):
            return None
        del self._open[matched:]
        parent = self._open[-1]
        siblings = parent.children[-1] if parent.children else None
        if siblings is None or siblings.kind is not Kind.LIST or siblings.sign != marker[-1]:
            start = int(marker[:-1]) if marker[0].isdigit() else 0
            siblings = self._add(Kind.LIST, matched)
            siblings.sign, siblings.level = marker[-1], start
        item = Block(Kind.ITEM, self._line, self._line)
        siblings.children.append(item)
        self._enter(item, indent + len(marker))
        spaces = self._indent
        spaces = 1 if empty or spaces > 4 else spaces
        item.width = indent + len(marker) + spaces
        self._take(min(spaces, len(self._rest)))
        return item

    def _begin_meaning(self, body: str, indent: int, matched: int) -> Block | None:
        parent = self._open[matched - 1]
        terms = parent.children[-1] if parent.children else None
        if terms and terms.kind is Kind.PARAGRAPH and self._line - terms.last <= 2:
            parent.children.pop()
            before = parent.children[-1] if parent.children else None
            if before and before.kind is Kind.TERMS:
                parent_terms = before
            else:
                parent_terms = Block(Kind.TERMS, terms.line, terms.last)
                parent.children.append(parent_terms)
            terms.kind = Kind.TERM
            parent_terms.children.append(terms)
            terms = parent_terms
        if terms is None or terms.kind is not Kind.TERMS:
            return None
        del self._open[matched:]
        meaning = Block(Kind.MEANING, self._line, self._line)
        terms.children.append(meaning)
        self._enter(meaning, indent + 1)
        spaces = self._indent
        spaces = spaces if spaces < 5 else 1
        meaning.width = indent + 1 + spaces
        self._take(spaces)
        return meaning

    def _begin_leaf(
        self, body: str, indent: int, matched: int, above: bool, in_paragraph: bool
    ) -> bool:
        if body[0] == "#" and (found := HEADING.match(body)):
            heading = self._add(Kind.HEADING, matched)
            heading.level, heading.text = len(found[1]), [found[2] or ""]
        elif body[0] in "`~" and (found := FENCE.match(body)):
            signs, info = (found[1], found[2]) if found[1] else (found[3], found[4])
            fence = self._add(Kind.FENCE, matched)
            fence.level, fence.sign = len(signs), signs[0]
            fence.width, fence.info = indent, info.strip()
            return True
        elif body[0] == "<" and self._begin_html(body, matched, in_paragraph):
            return True
        elif above and self._leaf and (found := UNDERLINE.match(body)):
            self._leaf.kind, self._leaf.last = Kind.HEADING, self._line
            self._leaf.level = 1 if body[0] == "=" else 2
        elif RULE.match(body):
            self._add(Kind.RULE, matched)
        else:
            return False
        self._leaf = None
        return True

    def _begin_html(self, body: str, matched: int, in_paragraph: bool) -> bool:
        for start, end in HTML:
            if start.match(body) and not (in_paragraph and start is HTML[-1][0]):
                leaf = self._add(Kind.HTML, matched)
                self._html_end = end
                self._add_html(leaf)
                return True
        return False
