"""Pages of Jekyll that only lead on (`redirect_to` of jekyll-redirect-from)."""

from __future__ import annotations

from urllib.parse import urljoin

from generator.moving.by_hand import ByHand
from generator.moving.keys import ALIASES
from generator.moving.links import Addresses
from generator.moving.source import Source

__all__ = ["without_redirects"]

ELSEWHERE = "a page that led elsewhere at once has a link"


def without_redirects(
    pages: list[Source], addresses: Addresses, by_hand: ByHand
) -> tuple[list[Source], dict[str, str]]:
    """The other pages, and where old addresses of those that lead to one of the site go now. One
    that leads elsewhere stays, with a link."""
    gone: list[Source] = []
    for page in pages:
        given = page.front.get("redirect_to")
        target = str(given[0] if isinstance(given, list) and given else given or "").strip()
        if not target:
            continue
        page.used.add("redirect_to")
        own, new = addresses.pages[page.url], _on_site(target, page, addresses)
        if new and new != own:
            addresses.pages.update({old: new for old, at in addresses.pages.items() if at == own})
            gone.append(page)
            continue
        by_hand.add(ELSEWHERE, page.path, 0, target)
        if not page.text.strip():
            page.text = f"<{urljoin(f'{addresses.origin}{page.url}', target)}>\n"
    moved = {
        old: addresses.pages[page.url]
        for page in gone
        for old in (page.url, *page.aliases, *(old for key in ALIASES for old in page.front[key]))
    }
    return [page for page in pages if page not in gone], moved


def _on_site(target: str, page: Source, addresses: Addresses) -> str | None:
    for origin in {addresses.origin, addresses.origin.replace("https:", "http:")} - {""}:
        if target.startswith(f"{origin}/"):
            target = target[len(origin) :]
    if "//" in target or ":" in target.partition("/")[0]:
        return None
    path = urljoin(page.url, target).partition("#")[0]
    if addresses.base and path.startswith(f"{addresses.base}/"):
        path = path[len(addresses.base) :]
    return addresses.page(path)
