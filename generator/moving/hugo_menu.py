"""The main menu of a site of Hugo: entries of its configuration, and pages that ask for a place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.moving.front import title_of
from generator.moving.source import Source

__all__ = ["main_menu"]

Found = tuple[float, str, str]


def main_menu(
    config: Mapping[str, Any],
    pages: Sequence[Source],
    referred: Callable[[Source, str], str | None],
) -> list[tuple[str, str]]:
    """Labels and addresses, in their order. `referred` gives the address of a page by its path, as
    another page names it."""
    menus = config.get("menu") or config.get("menus")
    main = menus.get("main") if isinstance(menus, dict) else None
    found = [*_configured(main or (), lambda path: referred(pages[0], path)), *_placed(pages)]
    return [(label, address) for _, label, address in sorted(found) if label]


def _configured(main: Sequence[object], address_of: Callable[[str], str | None]) -> Iterator[Found]:
    for each in main:
        entry = (
            {str(key).lower(): value for key, value in each.items()}
            if isinstance(each, dict)
            else {}
        )
        label = str(entry.get("name") or entry.get("title") or "")
        if named := entry.get("pageref"):
            path = f"/{str(named).lstrip('/')}"
            yield _weight(entry), label, (path.strip("/") and address_of(path)) or path
        elif entry.get("url"):
            yield _weight(entry), label, str(entry["url"])


def _placed(pages: Sequence[Source]) -> Iterator[Found]:
    for page in pages:
        placed_in = page.front.get("menus") or page.front.get("menu")
        if placed_in == "main" or (isinstance(placed_in, list | dict) and "main" in placed_in):
            given = placed_in.get("main") if isinstance(placed_in, dict) else None
            entry = given if isinstance(given, dict) else {}
            label = str(entry.get("name") or page.front.get("linktitle") or title_of(page))
            yield _weight(entry), label, page.url


def _weight(entry: Mapping[str, Any]) -> float:
    weight = entry.get("weight")
    return float(weight) if isinstance(weight, int | float) else 0.0
