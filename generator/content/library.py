"""The pages and files of `content/`, read into frozen values."""

from __future__ import annotations

import datetime
import math
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from generator.content.blocks import block_faults
from generator.content.front_matter import FrontMatter, read_front_matter
from generator.content.urls import NOT_FOUND, RESERVED, awkward, file_address, permalink
from policy import Fault, Faults, Site
from policy.toml_source import read_text

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

    @property
    def is_index(self) -> bool:
        """Whether the page stands for its folder."""
        return self.path.endswith("/index.md")

    @property
    def parent(self) -> str:
        """The address of the section that the page belongs to."""
        return posixpath.dirname(self.url.rstrip("/")).rstrip("/") + "/"

    @cached_property
    def minutes(self) -> int:
        """How long the page takes to read."""
        return math.ceil(len(re.findall(r"\w+", self.text)) / WORDS_PER_MINUTE) or 1

    def resolve(self, link: str) -> str:
        """The address that a link in this page's text means; relative to the page's file."""
        path, mark, anchor = link.partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:|//", path, re.IGNORECASE):
            return link
        if not path.startswith("/"):
            folder = posixpath.dirname(self.path.removeprefix("content/"))
            path = posixpath.normpath(posixpath.join(folder, unquote(path)))
            path = permalink(path) if path.endswith(".md") else file_address(path)
        elif path.endswith(".md"):
            path = permalink(unquote(path).lstrip("/"))
        return path + mark + anchor


@dataclass(frozen=True)
class Content:
    """All that is published from `content/`: pages by address, and files by address."""

    pages: Mapping[str, Page]
    files: Mapping[str, Path]


def load_content(
    site: Site, *, drafts: bool, today: datetime.date
) -> tuple[Content, tuple[Fault, ...]]:
    """Read `content/`. Drafts and pages of a later day are left out, unless `drafts`.

    Faults are returned, not raised, so that the rest can be checked in the same run.
    """
    faults: list[Fault] = []
    pages: dict[str, Page] = {}
    files: dict[str, Path] = {}
    paths: dict[str, str] = {}
    for path in _published(site.root):
        name = path.relative_to(site.root).as_posix()
        url = _address(name.removeprefix("content/"))
        faults.extend(_place_faults(name, url, paths))
        paths.setdefault(url.lower(), name)
        if path.suffix != ".md":
            files[url] = path
            continue
        try:
            page, found = _read_page(site, name, url)
        except Faults as error:
            faults.extend(error.faults)
            continue
        faults.extend(found)
        later = page.front.date is not None and page.front.date > today
        if drafts or not (page.front.draft or later):
            pages[url] = page
    return Content(pages, files), tuple(faults)


def _published(root: Path) -> Iterator[Path]:
    folder = root / "content"
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _address(name: str) -> str:
    return permalink(name) if name.endswith(".md") else file_address(name)


def _place_faults(name: str, url: str, taken: Mapping[str, str]) -> Iterator[Fault]:
    if letter := awkward(name):
        hint = "rename the file: letters, digits and hyphens are best"
        yield Fault(name, None, f"{letter!r} cannot stand in an address", hint)
    if url.lower() in taken:
        hint = "rename or remove one of them"
        yield Fault(name, None, f"{taken[url.lower()]} has the same address, {url}", hint)
    if url.startswith(RESERVED):
        yield Fault(name, None, f"the address {url} is taken by the service", "rename the file")


def _read_page(site: Site, name: str, url: str) -> tuple[Page, list[Fault]]:
    parsed = read_front_matter(name, read_text(site.root, name))
    page = Page(name, url, parsed.front, parsed.text, parsed.lines, "")
    page = Page(name, url, parsed.front, parsed.text, parsed.lines, _layout(site, page))
    audiences = (*site.audiences.names, site.audiences.default)
    faults = [*parsed.faults, *block_faults(name, parsed.text, audiences, list(site.forms))]
    if page.layout == "article" and page.front.date is None:
        hint = "add a line: date: 2026-11-24"
        faults.append(Fault(name, 1, 'an article needs the key "date"', hint))
    if not (site.root / "templates" / f"{page.layout}.html").is_file():
        line = parsed.lines.get("layout")
        hint = f"make templates/{page.layout}.html, or choose another layout"
        faults.append(Fault(name, line, f'there is no layout "{page.layout}"', hint))
    return page, faults


def _layout(site: Site, page: Page) -> str:
    feed = f"/{site.settings.feed}/" if site.settings.feed else None
    if page.front.layout:
        return page.front.layout
    if page.url == NOT_FOUND:
        return "404"
    if page.url == feed:
        return "resources"
    if page.is_index:
        return "section"
    return "article" if page.parent == feed else "page"
