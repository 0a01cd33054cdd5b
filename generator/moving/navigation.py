"""The menus of the new site, as the old one had them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tomli_w

from generator.moving.by_hand import ByHand
from generator.moving.old_site import MenuEntry, OldSite
from policy.navigation import FILE, MOST_LEVELS
from policy.texts import is_visible

__all__ = ["write_navigation"]

MOST_ITEMS = 7
"""More than that is no menu that people read."""

NOT_KNOWN = "the menu was made of the sections: that of the old site is not known"
_ELSEWHERE = re.compile(r"(?:https?:)?//|(?:mailto|tel):", re.IGNORECASE)
_LOST = "an entry of the menu did not come over"
_HEADING = "an entry of the menu leads nowhere any more"

Item = dict[str, Any]


def write_navigation(old: OldSite, into: Path, feed: str, by_hand: ByHand) -> list[str]:
    """Write the menus; the addresses to which they lead. `feed` is the section that has one, which
    is in a menu in any case."""
    writing = _Writing(old, by_hand)
    header = writing.items(old.header, 1) or writing.sections()
    if not old.header:
        by_hand.add(NOT_KNOWN, FILE)
    footer = writing.items(old.footer, 1)
    addresses = {*_addresses((*header, *footer))}
    if feed and f"/{feed}/" not in addresses:
        label = next((p.front.get("title") for p in old.pages if p.url == f"/{feed}/"), None)
        header.append({"label": str(label or _as_words(feed)), "page": f"/{feed}/"})
        addresses.add(f"/{feed}/")
    if "/privacy/" not in addresses:
        footer.append({"label": "Privacy", "page": "/privacy/"})
    text = tomli_w.dumps({"header": header, "footer": footer})
    (into / FILE).write_text(text, encoding="utf-8")
    return sorted(addresses)


class _Writing:
    def __init__(self, old: OldSite, by_hand: ByHand) -> None:
        self._old, self._by_hand = old, by_hand

    def items(self, entries: Iterable[MenuEntry], level: int) -> list[Item]:
        """Entries as the file has them, without those that lead nowhere."""
        found: list[Item] = []
        for entry in entries:
            label = entry.words
            inner = self.items(entry.entries, min(level + 1, MOST_LEVELS))
            page = self._leads(entry.address)
            what = f"{label} {entry.address}".strip()
            is_full = level == 1 and len(found) >= MOST_ITEMS
            if is_full or not any(map(is_visible, label)) or not (page or inner):
                self._by_hand.add(_LOST, "the menu", 0, what)
                continue
            if entry.address and not page:
                self._by_hand.add(
                    "an entry of the menu leads nowhere any more", "the menu", 0, what
                )
            item: Item = {"label": label, **({"page": page} if page else {})}
            if level < MOST_LEVELS and inner:
                item["items"] = inner
                inner = []
            found += [item, *inner] if page else inner or [item]
        return found

    def _leads(self, address: str) -> str:
        """Where an entry leads now; "" where that is not known."""
        addresses = self._old.addresses
        for origin in {addresses.origin, addresses.origin.replace("https:", "http:")} - {""}:
            if address == origin or address.startswith(f"{origin}/"):
                address = address[len(origin) :] or "/"
        if _ELSEWHERE.match(address):
            return f"https:{address}" if address.startswith("//") else address
        if not address or address.startswith("#"):
            return ""
        path, mark, anchor = f"/{address.lstrip('/')}".partition("#")
        path = path.partition("?")[0]
        if addresses.base and f"{path}/".startswith(f"{addresses.base}/"):
            path = path[len(addresses.base) :] or "/"
        page = addresses.page(path)
        return page + (mark + anchor if anchor else "") if page else ""

    def sections(self) -> list[Item]:
        """The largest sections, where the old site has no menu that is known."""
        old = self._old
        sections = Counter(
            page.file.split("/")[1] for page in old.pages if page.file.count("/") > 1
        )
        found = []
        for name, _ in sections.most_common(MOST_ITEMS):
            if new := old.addresses.page(f"/{name}/"):
                found.append({"label": _as_words(name), "page": new})
        return found


def _addresses(items: Iterable[Item]) -> Iterator[str]:
    for each in items:
        if page := each.get("page"):
            yield page.partition("#")[0] if page.startswith("/") else page
        yield from _addresses(each.get("items", ()))


def _as_words(name: str) -> str:
    return name.replace("-", " ").replace("/", " ").capitalize()
