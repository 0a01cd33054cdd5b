"""A page of the site, as its file says."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from generator.content.blocks import Blocks
from generator.content.front_matter import FrontMatter
from generator.content.urls import file_address, permalink

WORDS_PER_MINUTE = 220


@dataclass(frozen=True)
class Page:
    """A page. `path` is its file, relative to the root; `lines` says where its keys stand."""

    path: str
    url: str
    front: FrontMatter
    text: str
    lines: Mapping[str, int]
    layout: str
    blocks: Blocks = field(default_factory=Blocks)

    @property
    def is_index(self) -> bool:
        """Whether the page stands for its folder."""
        return self.path.endswith("/index.md")

    @property
    def parent(self) -> str:
        """The address of the section that the page belongs to."""
        return parent_of(self.url)

    @cached_property
    def minutes(self) -> int:
        """How long the page takes to read."""
        return math.ceil(len(re.findall(r"\w+", self.text)) / WORDS_PER_MINUTE) or 1

    def resolve(self, link: str) -> str:
        """The address that a link in this page's text means; relative to the page's file."""
        path, mark, rest = _split(link)
        if not path or re.match(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", path, re.IGNORECASE):
            return link
        if not path.startswith("/"):
            folder = posixpath.dirname(self.path.removeprefix("content/"))
            path = posixpath.normpath(posixpath.join(folder, unquote(path)))
            path = permalink(path) if path.endswith(".md") else file_address(path)
        elif path.endswith(".md"):
            path = permalink(unquote(path).lstrip("/"))
        return path + mark + rest


def parent_of(url: str) -> str:
    """The address of the folder that an address stands in."""
    return posixpath.dirname(url.rstrip("/")).rstrip("/") + "/"


def _split(link: str) -> tuple[str, str, str]:
    """(path, "?" or "#", what follows it)."""
    found = re.search(r"[?#]", link)
    return (link[: found.start()], found[0], link[found.end() :]) if found else (link, "", "")
