"""The menus of a site of Hugo: entries of its configuration, pages that ask for a place, and
sections, where the configuration takes all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.front import title_of
from generator.moving.old_site import MenuEntry
from generator.moving.source import Source

__all__ = ["menus"]

_HEADER = ("main", "header", "primary", "navbar", "nav", "top", "menu", "global")
_FOOTER = ("footer", "foot", "bottom")
"""What themes call them, the usual name first."""

_CONFIGURATION = "the configuration"


@dataclass(slots=True)
class _Found:
    """An entry, by whom it is known to others, and where it stands in the old site."""

    entry: MenuEntry
    name: str
    parent: str
    weight: float
    path: str


def menus(
    config: Mapping[str, Any],
    pages: Sequence[Source],
    referred: Callable[[Source, str], str | None],
    by_hand: ByHand,
) -> tuple[list[MenuEntry], list[MenuEntry]]:
    """That at the head and that at the foot of each page; all others are told. `referred` gives the
    address of a page by its path, as another page names it."""
    found: dict[str, list[_Found]] = {}
    for menu, each in _all(config, pages, lambda path: referred(pages[0], path)):
        found.setdefault(menu, []).append(each)
    footer = next((found.pop(name) for name in _FOOTER if name in found), [])
    alone = tuple(found) if len(found) == 1 else ()
    header = next((found.pop(name) for name in (*_HEADER, *alone) if name in found), [])
    for menu, entries in found.items():
        for each in entries:
            what = f"{each.entry.label} {each.entry.address}"
            by_hand.add(f'the menu "{menu}" did not come over', each.path, 0, what)
    return _nested(header, by_hand), _nested(footer, by_hand)


def _all(
    config: Mapping[str, Any],
    pages: Sequence[Source],
    address_of: Callable[[str], str | None],
) -> Iterator[tuple[str, _Found]]:
    given = config.get("menus") or config.get("menu")
    named: set[tuple[str, str]] = set()
    for menu, entries in given.items() if isinstance(given, dict) else ():
        for each in entries if isinstance(entries, list) else ():
            if found := _configured(_lowered(each), address_of):
                named.add((str(menu).lower(), found.name))
                yield str(menu).lower(), found
    for page in pages:
        for menu, keys in _placed_in(page):
            found = _of_page(page, keys)
            named.add((menu, found.name))
            yield menu, found
    menu = str(config.get("sectionpagesmenu") or "").lower()
    for page in pages if menu else ():
        folder, _, name = page.inside.partition("/")
        if name.startswith("_index.") and (menu, folder) not in named:
            yield menu, _of_page(page, {"identifier": folder})


def _configured(keys: Mapping[str, Any], address_of: Callable[[str], str | None]) -> _Found | None:
    label = str(keys.get("name") or keys.get("title") or keys.get("identifier") or "")
    address = str(keys.get("url") or "")
    if named := keys.get("pageref"):
        path = f"/{str(named).strip('/')}"
        address = (path.strip("/") and address_of(path)) or path
    if not label:
        return None
    return _found(MenuEntry(label, address), keys, keys.get("weight"), _CONFIGURATION)


def _of_page(page: Source, keys: Mapping[str, Any]) -> _Found:
    label = keys.get("name") or keys.get("title")
    if not label and (label := page.front.get("linktitle")):
        page.used.add("linktitle")
    label = label or title_of(page)
    weight = keys.get("weight") or page.front.get("weight")
    return _found(MenuEntry(str(label), page.url), keys, weight, page.path)


def _found(entry: MenuEntry, keys: Mapping[str, Any], weight: object, path: str) -> _Found:
    name = str(keys.get("identifier") or entry.label)
    entry.name = name
    number = float(weight) if isinstance(weight, int | float) else 0.0
    return _Found(entry, name, str(keys.get("parent") or ""), number, path)


def _placed_in(page: Source) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The menus that a page names, and what it says of each."""
    given = page.front.get("menus") or page.front.get("menu")
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list):
        given = dict.fromkeys(each for each in given if isinstance(each, str))
    for menu, keys in given.items() if isinstance(given, dict) else ():
        yield str(menu).lower(), _lowered(keys)


def _nested(found: list[_Found], by_hand: ByHand) -> list[MenuEntry]:
    """Entries in their order, each in the one that it names; those without a weight come last."""
    found = sorted(found, key=lambda each: (not each.weight, each.weight, each.entry.label))
    by_name = {each.name: each for each in reversed(found)}
    top = []
    for each in found:
        above = by_name.get(each.parent)
        if above is not None and not _is_in(above, each, by_name):
            above.entry.entries.append(each.entry)
            continue
        if each.parent:
            what = f"{each.entry.label}, of {each.parent}"
            by_hand.add("an entry of the menu is in one that is not there", each.path, 0, what)
        top.append(each.entry)
    return top


def _is_in(above: _Found, each: _Found, by_name: Mapping[str, _Found]) -> bool:
    """Whether an entry is one of those above another, or that itself."""
    seen: list[str] = []
    here: _Found | None = above
    while here is not None and here.name not in seen:
        if here is each:
            return True
        seen.append(here.name)
        here = by_name.get(here.parent)
    return here is not None


def _lowered(keys: object) -> dict[str, Any]:
    items = keys.items() if isinstance(keys, dict) else ()
    return {str(key).lower(): value for key, value in items}
