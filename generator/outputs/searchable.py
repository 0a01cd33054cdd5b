"""What of a page the search page can find: its words and headings, without what changes nothing of
them."""

from __future__ import annotations

import hashlib

from selectolax.lexbor import LexborHTMLParser

__all__ = ["digest_of_searchable", "searchable"]

_NOT_SEARCHED = (
    "nav,form,footer,script,style,template,img,picture,svg,video,audio,[data-unsearched]"
)
"""What stands beside the words of a page, or is the same on many."""

_KEPT = frozenset({"id", "lang", "dir"})
"""Attributes that results depend on: a heading's id is an address."""


def searchable(html: str) -> str:
    """A page's `<main>` with its language and title, and what Pagefind looks at of it.

    "" for a page that says that it is not to be found (`noindex`), or that has no `<main>`.
    """
    parsed = LexborHTMLParser(html)
    whole, main = parsed.css_first("html"), parsed.css_first("main")
    robots = parsed.css('meta[name="robots" i]')
    if main is None or any("noindex" in _content(each.attributes) for each in robots):
        return ""
    for node in main.css(_NOT_SEARCHED):
        node.decompose()
    for node in main.traverse():
        for name in node.attributes:
            if name not in _KEPT and not name.startswith("data-pagefind-"):
                del node.attrs[name]
    if not main.text(strip=True):
        return ""
    language = whole.attributes.get("lang") if whole else None
    title = parsed.css_first("title")
    return (
        f'<!doctype html><html lang="{language or "unknown"}">{title.html if title else ""}'
        f"<body data-pagefind-body>{main.html}</body></html>"
    )


def digest_of_searchable(html: str) -> bytes:
    """16 bytes that change with what can be found of a page; none where that is nothing."""
    text = searchable(html)
    return hashlib.blake2b(text.encode(), digest_size=16).digest() if text else b""


def _content(attributes: dict[str, str | None]) -> str:
    return (attributes.get("content") or "").lower()
