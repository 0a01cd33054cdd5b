"""What Hugo lists by itself: the pages of a folder in the list above them, and feeds of lists."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.moving.clocks import read_written
from generator.moving.dates import DATES, first_of
from generator.moving.paged import LARGEST
from generator.moving.source import Source, files_below, read_text, truth
from generator.moving.terms import OldTaxonomy

__all__ = ["feeds", "listed", "main_lists", "moved_terms", "paged", "paging"]


def listed(pages: Iterable[Source], content: str) -> dict[str, Source]:
    """The lists by their folders. Each page gets the address of the one that has it: that of the
    next folder above it with a list."""
    pages = list(pages)
    lists = {
        posixpath.dirname(page.path): page
        for page in pages
        if posixpath.basename(page.path).startswith("_index.")
    }
    for page in pages:
        folder, name = posixpath.split(page.path)
        if name.startswith(("index.", "_index.")) and folder != content:
            folder = posixpath.dirname(folder)
        while folder not in lists and folder != content and folder:
            folder = posixpath.dirname(folder)
        page.listed = lists[folder].url if folder in lists else f"{page.home}/"
    return {posixpath.relpath(folder, content): page for folder, page in lists.items()}


def main_lists(config: Mapping[str, Any], lists: Mapping[str, Source]) -> list[str]:
    """The addresses of those that the configuration calls the main ones."""
    given = config.get("params")
    items = given.items() if isinstance(given, dict) else ()
    named = {str(key).lower(): value for key, value in items}.get("mainsections")
    names = named if isinstance(named, list) else [named]
    return [lists[str(name)].url for name in names if str(name) in lists]


def feeds(
    config: Mapping[str, Any],
    lists: Mapping[str, Source],
    taxonomies: Sequence[OldTaxonomy],
    pages: Sequence[Source],
    home: str,
) -> Iterator[tuple[str, str]]:
    """Feeds that somebody may follow, and the list of each: of the site, of lists with articles,
    and of terms. `pages` are those of a language, which stood at `home`."""
    disabled = config.get("disablekinds")
    if isinstance(disabled, list) and "rss" in (str(each).lower() for each in disabled):
        return
    name = _file_name(config)
    if _has_feed(config, "home"):
        yield f"{home}/{name}", f"{home}/"
    dated = {page.listed for page in pages if read_written(first_of(page.front, DATES))}
    for page in lists.values() if _has_feed(config, "section") else ():
        if page.url in dated and page.url != f"{home}/":
            yield f"{page.url}{name}", page.url
    for taxonomy in taxonomies if _has_feed(config, "term") else ():
        for page in pages:
            for term in page.terms.get(taxonomy.name, ()) if not page.is_draft else ():
                step = "-".join(term.lower().split())
                yield f"{home}{taxonomy.home}{step}/{name}", taxonomy.address_of(term, page.prefix)


def moved_terms(
    config: Mapping[str, Any], taxonomies: Sequence[OldTaxonomy], pages: Sequence[Source]
) -> Iterator[tuple[str, str]]:
    """Old addresses of terms that are written otherwise now, as those with capitals."""
    for taxonomy in taxonomies:
        for page in pages:
            for term in page.terms.get(taxonomy.name, ()) if not page.is_draft else ():
                step = "-".join(term.split())
                step = step if truth(config.get("disablepathtolower")) else step.lower()
                address = f"{page.home}{taxonomy.home}{step}/"
                new = taxonomy.address_of(term, page.prefix)
                if address != new and not re.search(r"[#?%]", step):
                    yield address, new


def paging(root: Path, config: Mapping[str, Any]) -> tuple[int, str]:
    """How many pages a list showed at once, 0 where it showed all; and the end of the address of
    one of its pages. What templates alone know is taken from them, as far as they are there."""
    given = config.get("pagination")
    items = given.items() if isinstance(given, dict) else ()
    said = {str(key).lower(): value for key, value in items}
    size = said.get("pagersize") or config.get("paginate") or 0
    path = str(said.get("path") or config.get("paginatepath") or "page").strip("/")
    number = int(size) if str(size).isdecimal() else 0
    if not number and any(
        "aginat" in read_text(root / name)
        for folder in ("layouts", "themes")
        for name in files_below(root, folder)
        if name.endswith(".html")
    ):
        number = 10
    return (number if number <= LARGEST else 0), f"{path}/:num/"


def paged(
    pages: Iterable[Source], taxonomies: Sequence[OldTaxonomy], end: str
) -> Iterator[tuple[str, str]]:
    """The lists by their addresses, and the addresses of their pages."""
    for page in pages:
        yield f"{page.home}/", f"{page.home}/{end}"
        if page.is_list:
            yield page.url, f"{page.url.rstrip('/')}/{end}"
        for taxonomy in taxonomies:
            for term in page.terms.get(taxonomy.name, ()):
                home = f"{page.home}{taxonomy.home}{'-'.join(term.lower().split())}/"
                yield home, f"{home}{end}"


def _has_feed(config: Mapping[str, Any], kind: str) -> bool:
    """Whether pages of a kind have one, as they have unless the configuration says otherwise."""
    outputs = config.get("outputs")
    items = outputs.items() if isinstance(outputs, dict) else ()
    given = {str(key).lower(): value for key, value in items}.get(kind)
    return not isinstance(given, list) or "rss" in (str(each).lower() for each in given)


def _file_name(config: Mapping[str, Any]) -> str:
    formats = config.get("outputformats")
    items = formats.items() if isinstance(formats, dict) else ()
    given = {str(key).lower(): value for key, value in items}.get("rss")
    items = given.items() if isinstance(given, dict) else ()
    base = {str(key).lower(): value for key, value in items}.get("basename")
    return f"{base or 'index'}.xml"
