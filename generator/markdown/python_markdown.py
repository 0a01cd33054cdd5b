"""Python-Markdown, made to find blocks as CommonMark does.

Its own search for blocks reads many texts otherwise than people mean them: an inner list must be
indented by four blanks, code in a list is not found, `#1` is a heading. So the blocks are those of
`generator.markdown.structure`; the text within them is Python-Markdown's and its extensions'.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions.footnotes import FootnoteExtension
from markdown.treeprocessors import PrettifyTreeprocessor, Treeprocessor
from markdown.util import AtomicString, code_escape

from generator import marks
from generator.markdown import Body, Hooks, Resolve
from generator.markdown.block import Block, Kind
from generator.markdown.finish import PICTURE, Finish
from generator.markdown.leaves import Table, find_table, plain, take_definitions
from generator.markdown.python_inlines import Inlines
from generator.markdown.source import read_source
from generator.markdown.structure import read_structure

__all__ = ["PythonMarkdown"]

_HTML = "plainsite-html"
_RAW = re.compile(rf"<{_HTML}>(\d+)</{_HTML}>")
_SIGN = re.compile(r"[\\`*_\[\]<&~@:!]|  \n|www\.")
_TASK = re.compile(r"\[([ xX])\](?=[ \t]|$)")
_FINISH = 6
"""Our step among the library's: `inline` is at 20, `unescape` at 0."""


class PythonMarkdown:
    """See `generator.markdown.Reader`."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        footnotes = FootnoteExtension(USE_DEFINITION_ORDER=False)
        self._markdown = Markdown(extensions=[footnotes, Inlines()], output_format="html")
        self._blocks = _Parser(self._markdown, footnotes)
        _replace_blocks(self._markdown, self._blocks)
        inline = self._markdown.treeprocessors["inline"]
        # A list is quicker than the registry, which is asked hundreds of times a page.
        inline.inlinePatterns = list(self._markdown.inlinePatterns)  # type: ignore[attr-defined]  # its own
        footnotes.parser = self._blocks

    def read(self, text: str, resolve: Resolve, marked: bool = False) -> Body:
        """See `generator.markdown.Reader`."""
        source = read_source(text)
        self._markdown.reset()
        self._blocks.begin(source.unused, marked)
        html = self._markdown.convert(
            marks.mark_markdown(source.text, 0, autolinks=True) if marked else source.text
        )
        if _HTML in html:
            html = _RAW.sub(lambda found: self._blocks.html[int(found[1])], html)
        return Finish(source, resolve, self._hooks, marked).body(html)


def _replace_blocks(md: Markdown, parser: _Parser) -> None:
    md.parser = parser
    for name in ("normalize_whitespace", "html_block"):
        md.preprocessors.deregister(name)
    for name in ("prettify", "unescape"):
        md.treeprocessors.deregister(name)
    md.treeprocessors.register(_Finish(md), "plainsite", _FINISH)
    md.treeprocessors.register(_LineEnds(md), "plainsite-lines", _FINISH - 1)
    md.block_level_elements.append(_HTML)


class _Parser(BlockParser):
    """Makes elements of the blocks of a text."""

    html: list[str]
    """Blocks of HTML, by the number that stands for each."""

    def __init__(self, md: Markdown, footnotes: FootnoteExtension) -> None:
        super().__init__(md)
        self._footnotes = footnotes

    def begin(self, unused: Collection[str], marked: bool) -> None:
        """Begin a new text, without its `unused` footnotes. `marked`: elements know their lines."""
        self.html = []
        self._unused = unused
        self._marked = marked
        self._notes: dict[str, Block] = {}

    def parseDocument(self, lines: Iterable[str]) -> ElementTree.ElementTree:  # noqa: N802  (its name)
        """The tree of a whole text."""
        text = "\n".join(lines).replace("\x02", "").replace("\x03", "")
        root = ElementTree.Element(self.md.doc_tag)
        self._put(root, read_structure(text).children)
        return ElementTree.ElementTree(root)

    def parseChunk(self, parent: ElementTree.Element, text: str) -> None:  # noqa: N802  (its name)
        """The blocks of a footnote, of which `text` is the name."""
        self._put(parent, self._notes[text].children)

    def _put(
        self, parent: ElementTree.Element, blocks: Iterable[Block], loose: bool = True
    ) -> None:
        for block in blocks:
            match block.kind:
                case Kind.PARAGRAPH:
                    self._put_paragraph(parent, block, loose)
                case Kind.HEADING:
                    text = self._text(block)
                    self._element(parent, f"h{block.level}", block, text)
                case Kind.FENCE | Kind.INDENTED:
                    self._put_code(parent, block)
                case Kind.HTML:
                    self._put_html(parent, block)
                case Kind.RULE:
                    self._element(parent, "hr", block)
                case Kind.QUOTE:
                    self._put(self._element(parent, "blockquote", block), block.children)
                case Kind.LIST:
                    self._put_list(parent, block)
                case Kind.TERMS:
                    self._put_terms(parent, block)
                case Kind.NOTE if block.sign not in self._unused:
                    self._notes.setdefault(block.sign, block)
                    self._footnotes.setFootnote(block.sign, block.sign)

    def _element(
        self, parent: ElementTree.Element, tag: str, block: Block, text: str | None = None
    ) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, tag)
        element.text = text
        if self._marked:
            element.set(marks.ATTRIBUTE, marks.of(block.line))
        return element

    def _text(self, block: Block) -> str:
        text = take_definitions("\n".join(block.text), self.md.references)
        return _inline(text.rstrip(" \t\n"))

    def _put_paragraph(self, parent: ElementTree.Element, block: Block, loose: bool) -> None:
        table = find_table(block.text)
        if table:
            above = Block(Kind.PARAGRAPH, block.line, block.last, text=block.text[: table.above])
            if above.text:
                self._put_paragraph(parent, above, loose)
            self._put_table(parent, block, table)
        elif text := self._text(block):
            if loose:
                self._element(parent, "p", block, text)
            elif len(parent):
                parent[-1].tail = f"{parent[-1].tail or ''}\n{text}"
            else:
                parent.text = f"{parent.text}\n{text}" if parent.text else text

    def _put_table(self, parent: ElementTree.Element, block: Block, table: Table) -> None:
        element = self._element(parent, "table", block)
        line = block.line + table.above
        rows = [("thead", "th", table.head, line)]
        rows += [("tbody", "td", row, line + at) for at, row in enumerate(table.rows, 2)]
        for part, tag, cells, at in rows:
            group = element.find(part)
            if group is None:
                group = ElementTree.SubElement(element, part)
            row = ElementTree.SubElement(group, "tr")
            for cell, side in zip(cells, table.sides, strict=True):
                made = ElementTree.SubElement(row, tag)
                made.text = _inline(cell)
                if side:
                    made.set("class", f"align-{side}")
                if self._marked:
                    made.set(marks.ATTRIBUTE, marks.of(at))

    def _put_code(self, parent: ElementTree.Element, block: Block) -> None:
        code = ElementTree.SubElement(self._element(parent, "pre", block), "code")
        info = plain(block.info)
        language, _, rest = info.partition(" ")
        if language:
            code.set("class", f"language-{language}")
        if rest.strip():
            code.set("data-meta", rest.strip())
        text = "".join(f"{line}\n" for line in block.text)
        code.text = AtomicString(code_escape(text))

    def _put_html(self, parent: ElementTree.Element, block: Block) -> None:
        place = ElementTree.SubElement(parent, _HTML)
        place.text = AtomicString(str(len(self.html)))
        self.html.append("\n".join(block.text).rstrip("\n"))

    def _put_list(self, parent: ElementTree.Element, block: Block) -> None:
        ordered = block.sign in ".)"
        element = self._element(parent, "ol" if ordered else "ul", block)
        if ordered and block.level != 1:
            element.set("start", str(block.level))
        for item in block.children:
            made = self._element(element, "li", item)
            if task := _task(item):
                element.set("class", "contains-task-list")
                made.set("class", "task-list-item")
            self._put(made, item.children, block.loose)
            if task:
                _put_box(made, task)

    def _put_terms(self, parent: ElementTree.Element, block: Block) -> None:
        element = self._element(parent, "dl", block)
        for child in block.children:
            if child.kind is Kind.TERM:
                self._element(element, "dt", child, self._text(child))
            else:
                loose = len(child.children) > 1 or child.loose
                self._put(self._element(element, "dd", child), child.children, loose)


def _inline(text: str) -> str:
    """The text, marked as done where nothing in it can be Markdown: a third of all texts."""
    return text if _SIGN.search(text) else AtomicString(text)


def _task(item: Block) -> str:
    """What stands in the box at the beginning of an item; empty where there is none. It is taken
    out of the item."""
    first = item.children[0] if item.children else None
    if first is None or first.kind is not Kind.PARAGRAPH:
        return ""
    found = _TASK.match(first.text[0])
    if not found:
        return ""
    first.text[0] = first.text[0][found.end() :]
    return found[1]


def _put_box(item: ElementTree.Element, task: str) -> None:
    holder = item[0] if not (item.text or "").strip() and len(item) else item
    box = ElementTree.Element("input", {"type": "checkbox", "class": "task-list-item-checkbox"})
    box.set("disabled", "")
    if task != " ":
        box.set("checked", "")
    box.tail = f" {(holder.text or '').lstrip()}"
    holder.text = None
    holder.insert(0, box)


class _LineEnds(PrettifyTreeprocessor):
    """A line for each block, but none taken off code."""

    def run(self, root: ElementTree.Element) -> None:
        self._prettifyETree(root)  # type: ignore[attr-defined]  # its types leave it out
        for line_end in root.iter("br"):
            line_end.tail = "\n" + (line_end.tail or "").lstrip(" \n")


class _Finish(Treeprocessor):
    """Leaves what a backslash protects to `generator.markdown.finish`, but in attributes."""

    _PROTECTED = re.compile("\x02(\\d+)\x03")

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter():
            for name, value in element.items():
                if "\x02" in value:
                    element.set(name, self._PROTECTED.sub(lambda found: chr(int(found[1])), value))
            if element.tag == "img":
                element.set("src", PICTURE + element.get("src", ""))
