"""A site that moves, as either system's reader found it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.content.urls import is_reserved
from generator.moving.by_hand import ByHand
from generator.moving.links import Addresses
from generator.moving.source import Source, without_tags
from generator.moving.terms import OldTaxonomy

__all__ = [
    "PUBLISHED",
    "MenuEntry",
    "OldSite",
    "OtherLanguage",
    "address_of_file",
    "origin_and_base",
    "placed",
    "slug",
    "without_list",
]

PUBLISHED = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|pdf|ico|mp4|webm|mp3|txt|csv|zip|vtt|html)$", re.I
)
"""Files that can come over, as far as a page names them."""

_OWN = re.compile(r"_?index\.\w+")


@dataclass(slots=True)
class MenuEntry:
    """An entry of a menu: its words, the old address to which it leads, "" for a heading alone, and
    the entries in it. `name` is by what others know it."""

    label: str
    address: str
    entries: list[MenuEntry] = field(default_factory=list)
    name: str = ""

    @property
    def words(self) -> str:
        """Its words without tags."""
        return without_tags(self.label)


@dataclass(slots=True)
class OtherLanguage:
    """A language besides the default one: its tag, what the settings say of it, and its menus."""

    tag: str
    said: dict[str, str] = field(default_factory=dict)
    header: list[MenuEntry] = field(default_factory=list)
    footer: list[MenuEntry] = field(default_factory=list)


@dataclass(slots=True)
class OldSite:
    """`converted` writes a page's text without the old system's own language."""

    title: str
    description: str
    language: str
    pages: list[Source]
    addresses: Addresses
    converted: Callable[[Source], str]
    header: list[MenuEntry] = field(default_factory=list)
    footer: list[MenuEntry] = field(default_factory=list)
    taxonomies: list[OldTaxonomy] = field(default_factory=list)
    timezone: str = ""
    """As the site names it, "" where it does not."""

    main: list[str] = field(default_factory=list)
    """The addresses of the lists with the articles, as far as the site says so."""

    moved: dict[str, str] = field(default_factory=dict)
    """Old addresses of what no page can say of itself, and the new ones."""

    feeds: dict[str, str] = field(default_factory=dict)
    """The addresses of its feeds, and of the list that each followed; "/" is all of the site."""

    others: list[OtherLanguage] = field(default_factory=list)
    """The languages that have pages besides the default one."""

    page_size: int = 0
    """How many pages its lists showed at once; 0 where they showed all."""

    paged: dict[str, str] = field(default_factory=dict)
    """The address of the pages of each list, with their number as ":num"."""

    data: dict[str, Any] = field(default_factory=dict)
    """What templates read besides pages, by the names of data files."""


def origin_and_base(url: str) -> tuple[str, str]:
    """The origin of a site, and the path below which it stands."""
    try:
        parts = urlsplit(url if "//" in url else f"https://{url}" if url else "")
    except ValueError:
        return "", ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.hostname == "localhost":
        return "", parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")


def placed(
    pages: Iterable[Source],
    addresses: Addresses,
    by_hand: ByHand,
    folders: Collection[str] = frozenset(),
) -> list[Source]:
    """Pages with the file of each, which gives it the address that it had, as far as one can; of
    two with one address the first. `folders` are those of languages, where there are several."""
    kept: list[Source] = []
    taken: set[str] = set()
    for page in pages:
        inside = f"{page.url}/".startswith(f"{page.home}/")
        path = (page.url[len(page.home) :] if inside else page.url).strip("/")
        is_html = path.endswith((".html", ".htm"))
        if is_html:
            path = re.sub(r"(?:(?:^|/)index)?\.html?$", "", path)
        steps = [safe for each in path.split("/") if (safe := _safe(each))]
        if is_reserved(f"/{'/'.join(steps)}/") or (steps and steps[0].lower() in folders):
            steps.insert(0, "pages")
        if steps and steps[-1].rpartition(".")[2].lower() in folders:  # Else it would be in that.
            steps[-1] = steps[-1].replace(".", "-")
        new = f"{page.prefix}/" + "".join(f"{each.lower()}/" for each in steps)
        if new in taken:
            by_hand.add(
                "a page has the address of another, and did not come over", page.path, 0, new
            )
            continue
        taken.add(new)
        page.file = f"content{page.prefix}/{'/'.join(steps) or 'index'}.md"
        if (
            is_html and f"{new.rstrip('/')}.html" == page.url and not page.is_not_found
        ) or page.url.rstrip("/") != new.rstrip("/"):
            page.aliases.append(page.url)
        new = f"{page.prefix}/404.html" if page.is_not_found else new
        addresses.pages[page.url] = new
        addresses.pages.setdefault(new, addresses.pages[page.url])
        kept.append(page)
    return kept


def without_list(paths: Iterable[str]) -> list[str]:
    """The folders right in that of all pages that have some, but none of their own. `paths` are
    those in it."""
    inside = [path.split("/") for path in paths]
    own = {each[0] for each in inside if len(each) == 2 and _OWN.fullmatch(each[1])}
    return sorted({each[0] for each in inside if len(each) > 1} - own)


def _safe(step: str) -> str:
    """A step of an address without what cannot stand in one."""
    step = unicodedata.normalize("NFC", step).strip(". ")
    step = re.sub(r'[\x00-\x1f\x7f"#%&*:<>?\\|\ud800-\udfff]+', "-", step)
    return re.sub(r"\s+", "-", step)


def slug(words: Any) -> str:
    """Words as a step of an address, as both systems make it."""
    text = unicodedata.normalize("NFC", str(words)).lower()
    return re.sub(r"[^\w]+", "-", text).strip("-")


def address_of_file(old: str) -> str:
    """Where a file of that old address stands in the new site."""
    *folders, name = old.strip("/").split("/")
    steps = [each.lower() for step in folders if (each := _safe(step))]
    new = "/" + "/".join([*steps, _safe(name) or "file"])
    return f"/files{new}" if is_reserved(new) else new
