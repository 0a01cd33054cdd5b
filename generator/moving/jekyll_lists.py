"""What sites of Jekyll list: posts and other collections, on pages that programs in Liquid fill;
and their feeds."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from generator.moving.jekyll_addresses import POST
from generator.moving.links import Addresses
from generator.moving.lists import USUAL, new_list
from generator.moving.old_site import slug
from generator.moving.source import Source, Unread, read_source, read_text

__all__ = ["by_folders", "feeds", "put_into_lists", "with_feed_ids"]

_HOME_LAYOUTS = ("home", "blog", "posts")
_FEED_PLUGIN = "jekyll-feed"
_XML = re.compile(r"<(?:feed|rss)\b", re.IGNORECASE)


def put_into_lists(
    root: Path, pages: list[Source], members: Mapping[str, Sequence[Source]], addresses: Addresses
) -> list[str]:
    """Make lists of the pages that listed collections, or new ones; the addresses of those of
    posts. The home page goes on showing the newest where it did."""
    inside = {page.path for each in members.values() for page in each}
    plain = [page for page in pages if page.path not in inside and not page.is_not_found]
    layouts = Counter(str(page.front.get("layout") or "") for page in plain)

    def shows(page: Source, name: str) -> bool:
        layout = str(page.front.get("layout") or "")
        if page.is_home and name == "posts" and layout in _HOME_LAYOUTS:
            return True
        text = page.text
        if layout and layouts[layout] == 1:
            text += read_text(root / "_layouts" / f"{layout}.html")
        names = r"(?:site|paginator)\.posts" if name == "posts" else rf"site\.{re.escape(name)}"
        return re.search(rf"\b{names}\b", text) is not None

    found: list[str] = []
    for name, collected in members.items():
        if all(page.is_draft for page in collected):
            continue
        shown = sorted(
            (page for page in plain if shows(page, name)), key=lambda each: each.url.count("/")
        )
        for page in shown:
            if page.is_home:
                page.layout = "home"
        usual = [f"/{each}/" for each in (USUAL if name == "posts" else (name,))]
        others = plain if name == "posts" else pages
        named = [page for page in others if addresses.pages.get(page.url) in usual]
        made = next((page for page in (*shown, *named) if not page.is_home), None)
        if made is None and (made := new_list(pages, name, addresses.pages)):
            pages.append(made)
        if made is None:
            continue
        as_list(made)
        for page in collected:
            page.listed = made.url
        if name == "posts":
            found.append(made.url)
    return found


def by_folders(
    pages: list[Source], members: Mapping[str, Sequence[Source]], addresses: Addresses
) -> None:
    """Let the page of each folder list those in it, as themes do that show all pages; a folder
    right in the site that has none gets one, and the home page has what is left."""
    inside = {page.path for each in members.values() for page in each}
    plain = [page for page in pages if page.path not in inside and not page.is_not_found]
    folders = Counter(posixpath.dirname(page.path) for page in plain)
    lists = {"": "/"}
    for page in plain:
        folder, name = posixpath.split(page.path)
        if page.is_home:
            page.layout = "" if page.layout == "page" else page.layout
        elif name.startswith("index.") and any(
            (each == folder and folders[each] > 1) or each.startswith(f"{folder}/")
            for each in folders
        ):
            as_list(page)
            lists[folder] = page.url
    for page in plain:
        top, _, rest = page.path.partition("/")
        is_below = rest and page.url.startswith(f"/{top}/")
        if is_below and top not in lists and (made := new_list(pages, top, addresses.pages)):
            pages.append(made)
            lists[top] = made.url
        folder = posixpath.dirname(page.path)
        while folder not in lists:
            folder = posixpath.dirname(folder)
        page.listed = lists[folder]


def as_list(page: Source) -> None:
    """Let a page list those below it."""
    if not page.file.endswith("/index.md"):
        page.file = f"{page.file.removesuffix('.md')}/index.md"
    page.layout = ""


def feeds(root: Path, config: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Feeds that somebody may follow: that of the plugin, and those of `names`, files of the site,
    that were written by hand."""
    found = {}
    if _has_plugin(root, config):
        found[f"/{_settings(config).get('path') or 'feed.xml'!s}".replace("//", "/")] = "/"
        given = _settings(config).get("categories")
        for each in given if isinstance(given, list) else ():
            found[f"/feed/{slug(each)}.xml"] = f"/categories/{slug(each)}/"
    for name in names:
        if name.endswith((".xml", ".atom", ".rss")) and _XML.search(read_text(root / name)):
            try:
                given = read_source(root, name).front.get("permalink")
            except Unread:
                given = None
            found[f"/{str(given or name).lstrip('/')}"] = "/"
    return found


def with_feed_ids(
    root: Path, config: Mapping[str, Any], posts: Sequence[Source], addresses: Addresses
) -> None:
    """Keep what readers of the plugin's feed know posts by."""
    if not addresses.origin or not _has_plugin(root, config):
        return
    for page in posts:
        if found := POST.search(page.path):
            name = str(page.front.get("slug") or found[4])
            address = posixpath.join(posixpath.dirname(page.url.rstrip("/")), name)
            page.feed_id = addresses.origin + quote(addresses.base + address)


def _has_plugin(root: Path, config: Mapping[str, Any]) -> bool:
    lists = (config.get(key) for key in ("plugins", "gems", "whitelist"))
    named = {str(each) for given in lists if isinstance(given, list) for each in given}
    return _FEED_PLUGIN in named or bool(
        re.search(rf"^[^#\n]*\b{_FEED_PLUGIN}\b", read_text(root / "Gemfile"), re.MULTILINE)
    )


def _settings(config: Mapping[str, Any]) -> Mapping[str, Any]:
    given = config.get("feed")
    return given if isinstance(given, dict) else {}
