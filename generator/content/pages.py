"""A page of the site, as its file says."""

from __future__ import annotations

import hashlib
import math
import posixpath
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from generator.content.blocks import Blocks
from generator.content.front_matter import FrontMatter, Parsed
from generator.content.links import resolved
from generator.content.urls import permalink

HOME = "content/index.md"
WORDS_PER_MINUTE = 220
_WORDS = re.compile(r"\w+")
_BETWEEN_WORDS = bytes(
    code if code < 128 and (chr(code).isalnum() or code == ord("_")) else ord(" ")
    for code in range(256)
)


class Origin(NamedTuple):
    """The language of a page, "" for the default one; the path that it would have in that one, by
    which it may be an index; and the address of its original, be that there or not. `section` is
    the address of the section that lists it, where that is not the one of its folder."""

    language: str
    plain: str
    original: str
    section: str = ""


class Page:
    """A page. `path` is its file, relative to the root; `lines` says where its keys stand.

    `source` names what it was read from: it changes with every byte that matters to the page. A
    page that is known from an earlier build has no text until `generator.content.library` reads it.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (what is known of it)
        self,
        path: str,
        url: str,
        parsed: Parsed,
        layout: str,
        blocks: Blocks | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.path = path
        self.url = url
        self.language, self.plain, self.original = (origin or Origin("", path, url))[:3]
        self.lines = parsed.lines
        self.fence = parsed.fence
        self.layout = layout
        # Of others nobody knows what they say of themselves.
        self.is_known = parsed.readable
        self.given: dict[str, Any] = parsed.front.model_dump(exclude_unset=True)
        if parsed.extra:
            self.given["extra"] = parsed.extra
        self.minutes = math.ceil(_number_of_words(parsed.text) / WORDS_PER_MINUTE) or 1
        made_of = f"{path}\0{layout}\0{self.given}\0{parsed.text}"
        self.source = hashlib.blake2b(
            made_of.encode("utf-8", "surrogatepass"), digest_size=16
        ).digest()
        # The address of the section that it belongs to; a home page belongs to itself.
        is_home = self.plain == HOME
        named = origin.section if origin and not self.is_index else ""
        self.parent = url if is_home else named or parent_of(url)
        self.__dict__["front"] = parsed.front
        self.written: tuple[str, Blocks] | None = (parsed.text, blocks or Blocks())

    is_derived = False
    """Whether it follows from other pages, and has no file of its own."""

    def forget_text(self) -> None:
        """Let go of what can be read again: a site in memory is its pages without their texts."""
        if self.path.endswith(".md"):
            self.written = None
            self.__dict__.pop("front", None)

    @cached_property
    def front(self) -> FrontMatter:
        """What the page says about itself."""
        return FrontMatter.known(self.given)

    @property
    def extra(self) -> Mapping[str, Any]:
        """The values of its section's own keys."""
        extra: Mapping[str, Any] = self.given.get("extra", {})
        return extra

    @property
    def is_index(self) -> bool:
        """Whether the page stands for its folder."""
        return self.plain.endswith("/index.md")

    def resolve(self, link: str, address: Callable[[str], str] = permalink) -> str:
        """The address that a link in this page's text means; relative to the page's file.

        `address` gives that of a page by its path.
        """
        return resolved(self.path, link, address)


def _number_of_words(text: str) -> int:
    # Counting bytes is ten times as quick, and the same where each letter is one.
    if text.isascii():
        return len(text.encode("ascii").translate(_BETWEEN_WORDS).split())
    return len(_WORDS.findall(text))


def parent_of(url: str) -> str:
    """The address of the folder that an address stands in."""
    return posixpath.dirname(url.rstrip("/")).rstrip("/") + "/"
