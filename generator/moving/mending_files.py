"""What a check finds in menus and redirects that came over: what leads nowhere is taken out, and
told."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from generator.moving.by_hand import ByHand
from policy.faults import Fault
from policy.navigation import FILE as NAVIGATION
from policy.redirects import FILE as REDIRECTS

__all__ = ["SITE_FILES"]

_NO_ENTRY = re.compile(r"^the menu leads to no page: (\S+)$")
_NO_HEADING = re.compile(r'^the page (\S+) has no heading "#(.*)"$')

Items = list[dict[str, Any]]


def _menus(into: Path, faults: Sequence[Fault], by_hand: ByHand) -> bool:
    """Take entries out that lead to no page, and headings that are not there; whether there were
    any."""
    path = into / NAVIGATION
    lost = {found[1] for each in faults if (found := _NO_ENTRY.search(each.message))}
    places = (found for each in faults if (found := _NO_HEADING.search(each.message)))
    headings = {f"{found[1]}#{found[2]}": found[1] for found in places}
    navigation = tomllib.loads(path.read_text(encoding="utf-8"))
    kept = {key: [*_kept(items, lost, headings)] for key, items in navigation.items()}
    path.write_text(tomli_w.dumps(kept), encoding="utf-8")
    for each in sorted(lost):
        by_hand.add("an entry of the menu leads to a page that waits", NAVIGATION, 0, each)
    for each in headings:
        by_hand.add("an entry of the menu leads to no heading", NAVIGATION, 0, each)
    return kept != navigation


def _kept(items: Items, lost: Collection[str], headings: Mapping[str, str]) -> Iterator[Any]:
    for item in items:
        inner = [*_kept(item.get("items", []), lost, headings)]
        page = item.get("page", "")
        page = "" if page in lost else headings.get(page, page)
        if page or inner:
            made = {"label": item["label"], "page": page, "items": inner}
            yield {key: value for key, value in made.items() if value}


def _redirects(into: Path, faults: Sequence[Fault], by_hand: ByHand) -> bool:
    """Take lines out that are at fault; whether there were any."""
    path = into / REDIRECTS
    lines = path.read_text(encoding="utf-8").split("\n")
    lost = {each.line - 1: each.message for each in faults if each.line}
    for at, message in lost.items():
        by_hand.add(f"an old address leads nowhere: {_kind(message)}", REDIRECTS, 0, lines[at])
    kept = [line for at, line in enumerate(lines) if at not in lost]
    path.write_text("\n".join(kept), encoding="utf-8")
    return kept != lines


def _kind(message: str) -> str:
    """What is wrong, without what varies."""
    return "it is that of another" if "taken by" in message else "what it led to did not come over"


SITE_FILES: Mapping[str, Callable[[Path, Sequence[Fault], ByHand], bool]] = {
    NAVIGATION: _menus,
    REDIRECTS: _redirects,
}
"""Those that are mended, and how."""
