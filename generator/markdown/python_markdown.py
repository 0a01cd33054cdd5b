"""Python-Markdown, with our blocks rendered by the site's own templates."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
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
from generator.markdown import Body, Heading, Hooks, Image, Resolve
from generator.recorded import OPEN_COMMENT

EXTENSIONS = ("tables", "footnotes", "attr_list", "toc", "fenced_code", "def_list", "abbr")
_PLACE = "plainsite-block"
_INNERMOST = re.compile(
    rf'<{_PLACE} argument="([^"]*)" name="([^"]*)">((?:(?!<{_PLACE}).)*?)</{_PLACE}>', re.DOTALL
)
_IMAGE = "plainsite-image"
_IMAGES = re.compile(rf'<{_IMAGE}((?: [^\s="<>]+="[^"]*")*)></{_IMAGE}>')
_ATTRIBUTES = re.compile(r'([^\s="]+)="([^"]*)"')
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


class PythonMarkdown:
    """See `generator.markdown.Reader`."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._elements = _Elements(hooks)
        self._markdown = Markdown(
            extensions=[*EXTENSIONS, _OurBlocks(), self._elements],
            extension_configs={
                "toc": {"permalink": False},
                "tables": {"use_align_attribute": True},
            },
            output_format="html",
        )

    def read(self, text: str, resolve: Resolve, marked: bool = False) -> Body:
        """See `generator.markdown.Reader`."""
        self._markdown.reset()
        self._elements.resolve = resolve
        html = self._markdown.convert(marks.mark_markdown(text, 0) if marked else text)
        html = _COMMENTS.sub("", html)
        if "<!--" in text and "&lt;!--" in html:
            if not marked:  # Only a mark tells which comment is none, and not just written about.
                body = self.read(text, resolve, marked=True)
                return Body(Markup(marks.unmarked(body.html)), body.headings)  # noqa: S704  (as below)
            html = _AS_WORDS.sub(_told, html)
        if f"<{_IMAGE}" in html:
            html = _IMAGES.sub(self._image, html)
        while f"<{_PLACE}" in html:
            html = _INNERMOST.sub(self._rendered, html)
        tokens = getattr(self._markdown, "toc_tokens", [])
        return Body(Markup(html), tuple(_flat(tokens)))  # noqa: S704  (the site's own text)

    def _rendered(self, found: re.Match[str]) -> str:
        argument, name, inner = unescape(found[1]), unescape(found[2]), found[3].strip()
        return self._hooks.render_block(name, marks.unmarked(argument), Markup(inner))  # noqa: S704  (as below)

    def _image(self, found: re.Match[str]) -> str:
        given = {name: unescape(value) for name, value in _ATTRIBUTES.findall(found[1])}
        mark = given.pop(marks.ATTRIBUTE, "")
        place = marks.place(marks.ATTRIBUTE, mark)
        image = Image(
            src=given.pop("src", ""),
            alt=given.pop("alt", ""),
            title=given.pop("title", None),
            attributes=given,
            line=place[1] if place else None,
        )
        html = self._hooks.render_image(image)
        return marks.mark_tags(html, *place) if place else html


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

    resolve: Resolve

    def __init__(self, hooks: Hooks) -> None:
        super().__init__()
        self.hooks = hooks

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
        for element in root.iter():
            if element.tag == "a" and (address := element.get("href")) is not None:
                element.set("href", self._resolved(address))
            elif element.tag == "img":
                element.tag = _IMAGE  # It is rendered once its words are whole.
                element.set("src", self._resolved(element.get("src", "")))
            elif element.tag in ("th", "td") and (side := element.attrib.pop("align", "")):
                element.set("class", f"{element.get('class', '')} align-{side}".strip())

    def _resolved(self, address: str) -> str:
        kept = address.startswith(("mailto:", "\x02"))
        return address if kept else self._elements.resolve(address)
