"""The links of a page that lead to other sites, as the page has them: no other is counted."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from analytics.web.static_files import Pages

__all__ = ["MOST_CHARACTERS", "PageLinks", "leads_away"]

MOST_CHARACTERS = 200
"""A longer address is counted by its host."""


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Looks for links in the pages that are served now."""

    pages: Pages

    def cell_of(self, page: str, address: str, audience: str) -> str | None:
        """What a link of a page to another site is counted as; None where the page has none to
        that address."""
        try:
            # A page that stays open has the words of the slot in which it was opened.
            several = [
                self.pages.text(page, audience, each) for each in self.pages.build.wordings(page)
            ]
        except KeyError:
            return None
        if not any(address in leads_away(html) for html in several):
            return None
        if len(address) <= MOST_CHARACTERS:
            return address
        return urlsplit(address).netloc[:MOST_CHARACTERS]


def leads_away(html: str) -> frozenset[str]:
    """The addresses of all links with a scheme that people follow, as browsers write them."""
    found = set()
    for node in LexborHTMLParser(html).css("a[href], area[href]"):
        href = (node.attributes.get("href") or "").strip()
        if href.lower().startswith(("https://", "http://", "//")):
            found.add(href)
    return frozenset(found)
