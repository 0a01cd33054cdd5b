"""The examples of the CommonMark specification, through our own reader with all that a site has.

Where one differs, an extension of ours changes it, and the reason stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import html5lib
import pytest

from generator.markdown import Hooks, Image, reader

SPECIFICATION = Path(__file__).parents[1] / "fixtures" / "commonmark" / "spec.txt"
EXTENDED = {
    173: "HTML that is left open is a fault",
    180: "comments and what a server would run are left out",
    602: "an address without brackets is a link",
    608: "an address without brackets is a link",
    611: "an address without brackets is a link",
    612: "an address without brackets is a link",
    629: "comments are left out",
}
"""What an extension changes on purpose, in both engines."""

OTHERWISE = {
    468: "five signs in a row",
    **dict.fromkeys((518, 519, 532, 533), "a link within a link"),
    28: "an entity that there is not",
    216: "a definition with a line of dashes below it",
    491: "HTML right behind the bracket of a link",
    494: "HTML right behind the bracket of a link",
    520: "a picture of links in links",
    559: "a link in brackets of its own",
    569: "three brackets in a row",
    571: "three brackets in a row",
}
"""What Python-Markdown reads otherwise: all within a paragraph, but for 216."""


class Example(NamedTuple):
    """An example of the specification, by its number there."""

    number: int
    markdown: str
    html: str


def examples() -> Iterator[Example]:
    text = SPECIFICATION.read_text(encoding="utf-8").replace("→", "\t")
    fences = re.findall(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", text, re.MULTILINE | re.DOTALL)
    for number, (markdown, html) in enumerate(fences, 1):
        yield Example(number, markdown, html)


EXAMPLES = tuple(examples())


def plain_picture(image: Image) -> str:
    title = "" if image.title is None else f' title="{escape(image.title)}"'
    return f'<img src="{escape(image.src)}" alt="{escape(image.alt)}"{title}>'


def content(html: str) -> list[object]:
    """Elements, attributes and texts in order; blanks and line ends do not count outside `<pre>`.

    What a site adds is left out: ids of headings, colors of code, and what is told of a fault.
    """
    root = html5lib.parseFragment(html, container="div", namespaceHTMLElements=False)
    return list(_content(root, preformatted=False))


def _content(element: Element, *, preformatted: bool) -> Iterator[object]:
    pre = preformatted or element.tag == "pre"
    yield from _words(element.text, pre)
    for child in element:
        if isinstance(child.tag, str) and child.tag != "plainsite-fault":
            added = child.tag == "span" and pre
            if not added:
                yield f"<{child.tag}", sorted(_attributes(child))
            yield from _content(child, preformatted=pre)
            if not added:
                yield ">"
        yield from _words(child.tail, pre)


def _words(text: str | None, preformatted: bool) -> Iterator[str]:
    if preformatted:
        yield from text or ""
    else:
        yield from (text or "").split()


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.items():
        if name == "id" and re.fullmatch("h[1-6]", element.tag):
            continue
        if element.tag == "pre" and name in ("class", "tabindex"):
            continue
        yield name, unquote(value) if name in ("href", "src") else value


@pytest.fixture(scope="module")
def differing() -> dict[str, set[int]]:
    """By engine, the numbers of the examples that it reads otherwise."""
    found: dict[str, set[int]] = {}
    for engine in ("commonmark", "python-markdown"):
        read = reader(engine, Hooks(lambda _line, body: body, plain_picture)).read
        found[engine] = {
            example.number
            for example in EXAMPLES
            if content(read(example.markdown, str).html) != content(example.html)
        }
    return found


def test_the_specification_is_whole():
    assert len(EXAMPLES) == 652


def test_commonmark_differs_only_where_an_extension_means_it(differing):
    assert differing["commonmark"] == set(EXTENDED)


def test_python_markdown_differs_only_within_paragraphs(differing):
    assert differing["python-markdown"] == {*EXTENDED, *OTHERWISE}
