"""All that `content/` holds, read into frozen values."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from generator.content.blocks import block_faults, read_blocks
from generator.content.fates import waiting_section
from generator.content.files import KINDS, PAGE, list_files
from generator.content.front_matter import FrontMatter, read_front_matter
from generator.content.pages import Page, parent_of
from generator.content.urls import NOT_FOUND, awkward, file_address, is_reserved, permalink
from generator.marks import NONCHARACTERS
from policy import Fault, Faults, Site
from policy.site_files import is_file
from policy.toml_source import read_text

FOLDER = "content"
_ADDS = 'to publish such files, write downloads = ["{}"] in site/settings.toml'


@dataclass(frozen=True)
class Content:
    """What `content/` holds: pages by address; files by address, with their paths relative to the
    root; the pages that wait (drafts, and what has a later day), and the files that wait with them;
    the addresses of pages whose features are off; what was left out, as warnings."""

    pages: Mapping[str, Page]
    files: Mapping[str, str] = field(default_factory=dict)
    waiting: tuple[Page, ...] = ()
    waiting_files: Mapping[str, str] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    left_out: tuple[Fault, ...] = ()

    @property
    def published(self) -> Mapping[str, bool]:
        """Of each page's path, whether it is published."""
        waiting = {page.path: False for page in self.waiting}
        return {page.path: True for page in self.pages.values()} | waiting


def load_content(
    site: Site,
    *,
    drafts: bool,
    today: datetime.date,
    made: Mapping[str, Page],
    reserved: Collection[str],
) -> tuple[Content, tuple[Fault, ...]]:
    """Read `content/`. Drafts and pages of a later day wait, unless `drafts`.

    The pages `made` of something else are among its pages; no file may have a `reserved` address.
    Faults are returned, not raised, so that the rest can be checked in the same run.
    """
    kinds = {PAGE, *KINDS, *(f".{ending}" for ending in site.settings.downloads)}
    listing = list_files(site.root, FOLDER, kinds, adds=_ADDS)
    faults = list(listing.faults)
    pages: list[Page] = []
    files: dict[str, str] = {}
    places = {_place(url): page.path for url, page in made.items()}
    for name in listing.files:
        url = _address(name.removeprefix(f"{FOLDER}/"))
        faults.extend(_place_faults(name, url, places, reserved))
        places.setdefault(_place(url), name)
        if not name.endswith(PAGE):
            files[url] = name
            continue
        try:
            page, found = _read_page(site, name, url)
        except Faults as error:
            faults.extend(error.faults)
            continue
        faults.extend(found)
        pages.append(page)
    faults.extend(_folder_faults(places))
    off = frozenset(page.url for page in pages if page.layout in site.off.layouts)
    pages = [page for page in pages if page.url not in off]
    waiting = () if drafts else _waiting(pages, today)
    hidden = {page.url for page in waiting}
    published = {page.url: page for page in pages if page.url not in hidden}
    left_out = tuple(listing.left_out)
    content = Content({**published, **made}, files, waiting, off=off, left_out=left_out)
    return content, tuple(faults)


def _waiting(pages: list[Page], today: datetime.date) -> tuple[Page, ...]:
    sections = [page.path for page in pages if page.is_index and _waits(page.front, today)]
    return tuple(
        page for page in pages if _waits(page.front, today) or waiting_section(page.path, sections)
    )


def _waits(front: FrontMatter, today: datetime.date) -> bool:
    return front.draft or (front.date is not None and front.date > today)


def _address(name: str) -> str:
    return permalink(name) if name.endswith(PAGE) else file_address(name)


def _place(url: str) -> str:
    """Where an address is published. On some systems capitals make no difference."""
    return f"{url}index.html".lower() if url.endswith("/") else url.lower()


def _place_faults(
    name: str, url: str, taken: Mapping[str, str], reserved: Collection[str]
) -> Iterator[Fault]:
    if letter := awkward(name):
        hint = "rename the file: letters, digits and hyphens are best"
        yield Fault(name, None, f"{letter!r} cannot stand in an address", hint)
    if _place(url) in taken:
        hint = "rename or remove one of them"
        yield Fault(name, None, f"{taken[_place(url)]} has the same address, {url}", hint)
    if is_reserved(url) or url in reserved:
        yield Fault(name, None, f"the address {url} is taken by the service", "rename the file")


def _folder_faults(places: Mapping[str, str]) -> Iterator[Fault]:
    for place, name in places.items():
        for parent in PurePosixPath(place).parents:
            if file := places.get(f"/{parent}".replace("//", "/")):
                message = f"{file} is published where its folder would be"
                yield Fault(name, None, message, "rename or remove one of them")


def _read_page(site: Site, name: str, url: str) -> tuple[Page, list[Fault]]:
    parsed = read_front_matter(name, NONCHARACTERS.sub("", read_text(site.root, name)))
    blocks = read_blocks(parsed.text)
    layout = parsed.front.layout or _usual_layout(site, name, url)
    page = Page(name, url, parsed.front, parsed.text, parsed.lines, layout, blocks)
    audiences = (*site.audiences.names, site.audiences.default)
    faults = [*parsed.faults, *block_faults(name, blocks, audiences, list(site.forms))]
    dated = page.front.date is not None or "date" in parsed.lines
    if page.layout == "article" and parsed.readable and not dated:
        hint = "add a line: date: 2026-11-24"
        faults.append(Fault(name, 1, 'an article needs the key "date"', hint))
    if not is_file(site.root, f"templates/{page.layout}.html"):
        line = parsed.lines.get("layout")
        hint = f"make templates/{page.layout}.html, or choose another layout"
        faults.append(Fault(name, line, f'there is no layout "{page.layout}"', hint))
    return page, faults


def _usual_layout(site: Site, name: str, url: str) -> str:
    feed = f"/{site.settings.feed}/" if site.settings.feed else None
    if url == NOT_FOUND:
        return "404"
    if url == feed:
        return "resources"
    if name.endswith("/index.md"):
        return "section"
    return "article" if feed and parent_of(url) == feed else "page"
