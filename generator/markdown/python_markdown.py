"""Markdown to HTML, with our blocks rendered by the site's own templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any, NamedTuple
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block

from generator.content.audience_blocks import select
from generator.content.blocks import ARGUMENTS, AUDIENCE, nested

EXTENSIONS = ("tables", "footnotes", "attr_list", "toc", "fenced_code", "def_list", "abbr")
_PLACE = "plainsite-block"
_INNERMOST = re.compile(
    rf'<{_PLACE} argument="([^"]*)" name="([^"]*)">((?:(?!<{_PLACE}).)*?)</{_PLACE}>', re.DOTALL
)

Draw = Callable[[str, str, Markup], str]
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
    """Turns the text of one page after another into HTML.

    `resolve` maps a link as written to the address it stands for; `draw` draws a block.
    """

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._links = _Links()
        self._markdown = Markdown(
            extensions=[*EXTENSIONS, _OurBlocks(), self._links],
            extension_configs={"toc": {"permalink": False}},
            output_format="html",
        )

    def read(self, text: str, audience: str, resolve: Callable[[str], str]) -> Body:
        """The body of a page for one audience."""
        self._markdown.reset()
        self._links.resolve = resolve
        html = self._markdown.convert(nested(select(text, audience)))
        while True:
            rendered = _INNERMOST.sub(self._drawn, html)
            if rendered == html:
                break
            html = rendered
        tokens = getattr(self._markdown, "toc_tokens", [])
        return Body(Markup(html), tuple(_flat(tokens)))  # noqa: S704  (the site's own text)

    def _drawn(self, found: re.Match[str]) -> str:
        argument, name, inner = unescape(found[1]), unescape(found[2]), found[3].strip()
        return self._draw(name, argument, Markup(inner))  # noqa: S704


def _flat(tokens: list[dict[str, Any]]) -> list[Heading]:
    headings = []
    for token in tokens:
        headings.append(Heading(token["id"], unescape(token["name"]), token["level"]))
        headings.extend(_flat(token["children"]))
    return headings


class _Placed(Block):  # type: ignore[misc]
    """Leaves a marked element, which is rendered once all of its Markdown is HTML."""

    def on_create(self, parent: ElementTree.Element) -> ElementTree.Element:
        return ElementTree.SubElement(
            parent, _PLACE, {"name": self.NAME, "argument": self.argument or ""}
        )

    def on_markdown(self) -> str:
        return "block"


def _block(name: str, argument: str | None) -> type[Block]:
    # pymdownx: True demands an argument, None allows one.
    return type("Placed", (_Placed,), {"NAME": name, "ARGUMENT": True if argument else None})


class _OurBlocks(BlocksExtension):  # type: ignore[misc]
    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:  # noqa: N802
        for name, argument in ARGUMENTS.items():
            if name != AUDIENCE:
                block_mgr.register(_block(name, argument), {})
        md.block_level_elements.append(_PLACE)


class _Links(Extension):
    """Rewrites the addresses of links and pictures by the current page's `resolve`."""

    resolve: Callable[[str], str]

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_LinkProcessor(md, self), "plainsite-links", 1)


class _LinkProcessor(Treeprocessor):
    def __init__(self, md: Markdown, links: _Links) -> None:
        super().__init__(md)
        self._links = links

    def run(self, root: ElementTree.Element) -> None:
        for tag, attribute in (("a", "href"), ("img", "src")):
            for element in root.iter(tag):
                address = element.get(attribute)
                if address is not None and not address.startswith(("mailto:", "\x02")):
                    element.set(attribute, self._links.resolve(address))
        for picture in root.iter("img"):
            picture.set("loading", "lazy")
            picture.set("decoding", "async")
