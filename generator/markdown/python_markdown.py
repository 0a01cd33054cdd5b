"""Markdown to HTML, with our blocks rendered by the site's own templates.

The HTML has marks in it (`generator.marks`), which say from which line each element came.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any, NamedTuple
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import AUTOLINK_RE, AutolinkInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block

from generator import marks
from generator.content.blocks import ARGUMENTS, AUDIENCE
from generator.recorded import OPEN_COMMENT

EXTENSIONS = ("tables", "footnotes", "attr_list", "toc", "fenced_code", "def_list", "abbr")
_PLACE = "plainsite-block"
_INNERMOST = re.compile(
    rf'<{_PLACE} argument="([^"]*)" name="([^"]*)">((?:(?!<{_PLACE}).)*?)</{_PLACE}>', re.DOTALL
)
_COMMENTS = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_AS_WORDS = re.compile(
    r"(?P<code><code\b.*?</code>)"
    r"|&lt;!--(?P<mark>\ufdd1[^\ufdd3]+\ufdd3)(?P<whole>[^<>]*?--&gt;)?",
    re.DOTALL,
)
"""A comment of which Markdown makes words: where it has no end, and in titles and other values."""

_AUTOLINK = AUTOLINK_RE.replace("<(", f"<((?:{marks.LEADING})?", 1)
_MARKS, _FINISH, _AUTOLINK_PRIORITY = 6.5, 6, 120
"""Where our steps stand among the library's: attr_list is at 8, toc at 5, autolink at 120."""

RenderBlock = Callable[[str, str, Markup], str]
"""(block's name, its argument, its body) -> HTML."""


class Heading(NamedTuple):
    """A heading that can be linked to; `level` is 1 to 6."""

    id: str
    text: str
    level: int


@dataclass(frozen=True)
class Body:
    """The HTML of a page's text, and its headings in order."""

    html: Markup
    headings: tuple[Heading, ...]


class MarkdownReader:
    """Turns the text of one page after another into HTML. `render_block` renders a block."""

    def __init__(self, render_block: RenderBlock) -> None:
        self._render_block = render_block
        self._elements = _Elements()
        self._markdown = Markdown(
            extensions=[*EXTENSIONS, _OurBlocks(), self._elements],
            extension_configs={
                "toc": {"permalink": False},
                "tables": {"use_align_attribute": True},
            },
            output_format="html",
        )

    def read(self, text: str, resolve: Callable[[str], str]) -> Body:
        """The body of a page. `resolve` maps a link as written to the address it stands for.

        Comments are for those who write, and are left out. One without an end, of which Markdown
        makes words, becomes an element `OPEN_COMMENT`.
        """
        self._markdown.reset()
        self._elements.resolve = resolve
        html = self._markdown.convert(marks.mark_markdown(text, 0))
        html = _AS_WORDS.sub(_told, _COMMENTS.sub("", html))
        while True:
            rendered = _INNERMOST.sub(self._rendered, html)
            if rendered == html:
                break
            html = rendered
        tokens = getattr(self._markdown, "toc_tokens", [])
        return Body(Markup(html), tuple(_flat(tokens)))  # noqa: S704  (the site's own text)

    def _rendered(self, found: re.Match[str]) -> str:
        argument, name, inner = unescape(found[1]), unescape(found[2]), found[3].strip()
        return self._render_block(name, marks.unmarked(argument), Markup(inner))  # noqa: S704  (as below)


def _told(found: re.Match[str]) -> str:
    if found["code"] or found["whole"]:
        return found["code"] or ""
    return f'<{OPEN_COMMENT} {marks.ATTRIBUTE}="{marks.attribute(found["mark"])}"></{OPEN_COMMENT}>'


def _flat(tokens: list[dict[str, Any]]) -> list[Heading]:
    headings = []
    for token in tokens:
        text = marks.unmarked(unescape(token["name"]))
        headings.append(Heading(token["id"], text, token["level"]))
        headings.extend(_flat(token["children"]))
    return headings


class _Placed(Block):  # type: ignore[misc]  # pymdownx has no types
    """Leaves a placeholder, which is rendered once all of its Markdown is HTML."""

    def on_create(self, parent: ElementTree.Element) -> ElementTree.Element:
        return ElementTree.SubElement(
            parent, _PLACE, {"name": self.NAME, "argument": self.argument or ""}
        )

    def on_markdown(self) -> str:
        return "block"


def _block(name: str, argument: str | None) -> type[Block]:
    # pymdownx: True demands an argument, None allows one.
    return type("Placed", (_Placed,), {"NAME": name, "ARGUMENT": True if argument else None})


class _OurBlocks(BlocksExtension):  # type: ignore[misc]  # as above
    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:  # noqa: N802  (its name)
        for name, argument in ARGUMENTS.items():
            if name != AUDIENCE:
                block_mgr.register(_block(name, argument), {})
        md.block_level_elements.append(_PLACE)


class _Elements(Extension):
    """Finishes the elements that Markdown made: their marks, addresses and alignment."""

    resolve: Callable[[str], str]

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Markdown’s name)
        link = AutolinkInlineProcessor(_AUTOLINK, md)
        md.inlinePatterns.register(link, "autolink", _AUTOLINK_PRIORITY)
        md.treeprocessors.register(_Marks(md), "plainsite-marks", _MARKS)
        md.treeprocessors.register(_Finish(md, self), "plainsite-elements", _FINISH)


class _Marks(Treeprocessor):
    """Moves marks from texts and addresses to the attributes of the elements they are for."""

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter():
            self._mark(element)

    def _mark(self, element: ElementTree.Element) -> None:
        mark = ""
        if re.fullmatch("h[1-6]", element.tag):
            mark, element.text = marks.split(element.text or "")
            _unmark(element)  # An id is made of its words.
        elif element.tag == "li" and (element.get("id") or "").startswith("fn:"):
            self._mark_footnote(element)
        for name in ("href", "src"):
            address = element.get(name)
            if address is not None:
                own, address = marks.split(address)
                element.set(name, address)
                mark = own or mark
        if mark:
            element.set(marks.ATTRIBUTE, marks.attribute(mark))

    def _mark_footnote(self, footnote: ElementTree.Element) -> None:
        """Its links back to the text came from where it is explained."""
        for paragraph in footnote.iter("p"):
            mark, _ = marks.split(paragraph.text or "")
            if mark:
                for link in footnote.iter("a"):
                    if link.get("class") == "footnote-backref":
                        link.set(marks.ATTRIBUTE, marks.attribute(mark))
                return


def _unmark(heading: ElementTree.Element) -> None:
    for element in heading.iter():
        if element.text:
            # What is code stays code.
            element.text = type(element.text)(marks.unmarked(element.text))
        if element is not heading and element.tail:
            element.tail = type(element.tail)(marks.unmarked(element.tail))


class _Finish(Treeprocessor):
    """Addresses by the page's `resolve`, pictures that wait, and alignment by a class: the headers
    of our answers allow no style in a page."""

    def __init__(self, md: Markdown, elements: _Elements) -> None:
        super().__init__(md)
        self._elements = elements

    def run(self, root: ElementTree.Element) -> None:
        for tag, attribute in (("a", "href"), ("img", "src")):
            for element in root.iter(tag):
                address = element.get(attribute)
                if address is not None and not address.startswith(("mailto:", "\x02")):
                    element.set(attribute, self._elements.resolve(address))
        for picture in root.iter("img"):
            picture.set("loading", "lazy")
            picture.set("decoding", "async")
        for tag in ("th", "td"):
            for cell in root.iter(tag):
                if side := cell.attrib.pop("align", ""):
                    cell.set("class", f"{cell.get('class', '')} align-{side}".strip())
