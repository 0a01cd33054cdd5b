"""The menus of a site of Jekyll: as its theme takes them from the configuration or from data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.front import title_of
from generator.moving.old_site import MenuEntry
from generator.moving.source import Source

__all__ = ["menus"]

_FILES = ("navigation", "nav", "menu", "menus", "header")
_HEADER = ("main", "header", "top", "primary", "nav", "navigation", "menu", "links", "items")
_FOOTER = ("footer", "foot", "bottom")
_LABEL = ("title", "name", "label", "text")
_ADDRESS = ("url", "link", "href", "page", "path")
_ENTRIES = ("children", "sublinks", "subitems", "subfolderitems", "items", "dropdown", "pages")
"""Keys that themes have for the same."""


def menus(
    config: Mapping[str, Any], data: Mapping[str, Any], pages: Sequence[Source], by_hand: ByHand
) -> tuple[list[MenuEntry], list[MenuEntry]]:
    """That at the head and that at the foot of each page; what other menus are there is told."""
    shown = config.get("header_pages")
    if isinstance(shown, list):
        return [*_pages(shown, pages)], []
    for where, given in (
        *((f"_data/{name}", data.get(name)) for name in _FILES),
        *(("the configuration", config.get(name)) for name in _FILES),
    ):
        named = {_HEADER[0]: given} if isinstance(given, list) else given
        if not isinstance(named, dict):
            continue
        found = {str(name).lower(): [*_entries(each)] for name, each in named.items()}
        header, footer = (
            next((found.pop(name) for name in names if found.get(name)), [])
            for names in (_HEADER, _FOOTER)
        )
        for name, entries in found.items():
            for each in entries:
                what = f"{each.label} {each.address}"
                by_hand.add(f'the menu "{name}" did not come over', where, 0, what)
        if header or footer or found:
            return header, footer
    return [*_of_minima(config, pages)], []


def _pages(named: Sequence[object], pages: Sequence[Source]) -> Iterator[MenuEntry]:
    by_path = {page.path: page for page in pages}
    for each in named:
        if isinstance(each, str) and each in by_path:
            yield MenuEntry(title_of(by_path[each]), by_path[each].url)


def _of_minima(config: Mapping[str, Any], pages: Sequence[Source]) -> Iterator[MenuEntry]:
    """Jekyll's usual theme shows all pages that have a title."""
    if config.get("theme") == "minima":
        for page in sorted(pages, key=lambda each: each.path):
            if page.layout == "page" and page.front.get("title") and not page.is_draft:
                yield MenuEntry(title_of(page), page.url)


def _entries(given: object) -> Iterator[MenuEntry]:
    for each in given if isinstance(given, list) else ():
        keys = {str(key).lower(): value for key, value in each.items()} if _is(each) else {}
        label, address = (
            next((str(keys[key]) for key in names if isinstance(keys.get(key), str)), "")
            for names in (_LABEL, _ADDRESS)
        )
        inner = next(([*_entries(keys[key])] for key in _ENTRIES if keys.get(key)), [])
        if label and (address or inner):
            yield MenuEntry(label, address, inner)


def _is(value: object) -> bool:
    return isinstance(value, dict)
