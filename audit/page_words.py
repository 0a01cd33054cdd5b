"""What pages say as they are published, in every version of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

from policy.manifest import File, read_build

__all__ = ["plain", "words_of"]

SPACES = re.compile("[\\s\u00ad\u200b]+")
"""Also those that only say where a word may be broken: nobody sees them."""


def plain(text: str) -> str:
    """Its letters, whichever blanks and capitals they are shown with."""
    return SPACES.sub("", text).casefold()


def words_of(public: Path) -> Mapping[str, str]:
    """By the address of each page, all that stands in it, in any wording and for any group."""
    build = read_build(public)
    return {
        page: "\n".join(_words(public, each) for each in _versions(file, build.variants.get(page)))
        for page, file in build.files.items()
        if page.endswith("/") and file.type.startswith("text/html")
    }


def _versions(file: File, others: Mapping[str, File] | None) -> Iterator[File]:
    yield file
    yield from (others or {}).values()


def _words(public: Path, file: File) -> str:
    reader = _Reader()
    reader.feed((public / file.path).read_text(encoding="utf-8"))
    return plain("".join(reader.found))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)
