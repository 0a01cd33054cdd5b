"""Old addresses, and the pages that have taken their place."""

from __future__ import annotations

from generator.content.library import Content


def redirects(content: Content) -> dict[str, str]:
    """The address of a page by each of its aliases."""
    return {
        alias: page.url
        for page in content.pages.values()
        for alias in page.given.get("aliases", ())
    }
