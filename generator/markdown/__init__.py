"""Markdown to HTML: one interface, whichever engine reads the text.

An engine is imported when a reader of its is made, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol

from markupsafe import Markup

if TYPE_CHECKING:
    from generator.content.blocks import BlockLine

__all__ = ["Body", "Heading", "Hooks", "Image", "Reader", "reader"]

Resolve = Callable[[str], str]
"""A link as written -> the address it stands for."""


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


@dataclass(frozen=True)
class Image:
    """A picture of a text, with the address that its `src` stands for. `line` counts from 1, and is
    known only where a text is read with marks."""

    src: str
    alt: str
    title: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None


def plain_image(image: Image) -> str:
    """An `<img>` that is loaded once it comes near."""
    attributes = {
        "decoding": "async",
        "loading": "lazy",
        **image.attributes,
        "alt": image.alt,
        "src": image.src,
        **({} if image.title is None else {"title": image.title}),
    }
    written = " ".join(f'{name}="{escape(attributes[name])}"' for name in sorted(attributes))
    return f"<img {written}>"


@dataclass(frozen=True)
class Hooks:
    """How a site renders its blocks, (the line that begins one, its body) -> HTML, and its
    pictures."""

    render_block: Callable[[BlockLine, Markup], str]
    render_image: Callable[[Image], str] = plain_image


class Reader(Protocol):
    """Turns the text of one page after another into HTML."""

    def read(self, text: str, resolve: Resolve, marked: bool = False) -> Body:
        """The body of a page. `resolve` maps a link as written to the address it stands for.

        `marked`: the HTML has marks in it (`generator.marks`), which say from which line each
        element came. Comments are for those who write, and are left out. One without an end, of
        which Markdown makes words, becomes an element `generator.recorded.OPEN_COMMENT`.
        """


ENGINES = {
    "commonmark": ("generator.markdown.commonmark", "CommonMark"),
    "python-markdown": ("generator.markdown.python_markdown", "PythonMarkdown"),
}
"""Where the reader of each engine is, by the name that `site/settings.toml` has for it."""


def reader(engine: str, hooks: Hooks) -> Reader:
    """A reader of the `engine`. It is made once for many pages."""
    module, name = ENGINES[engine]
    made: Reader = getattr(import_module(module), name)(hooks)
    return made
