"""Old addresses, and the pages that have taken their place."""

from __future__ import annotations

import html
from collections.abc import Mapping
from urllib.parse import quote

from generator.content.library import Content
from policy.manifest import Build

_LEADS_ON = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{address}">
<meta http-equiv="refresh" content="0; url={address}">
<p><a href="{address}">{title}</a></p>
"""


def redirects(content: Content) -> dict[str, str]:
    """The address of a page by each of its aliases."""
    return {
        alias: page.url
        for page in content.pages.values()
        for alias in page.given.get("aliases", ())
    }


def redirect_pages(build: Build) -> Mapping[str, bytes]:
    """A page for each old address, by its path: what leads on where no service redirects."""
    pages = {}
    for alias, permalink in build.redirects.items():
        is_file = alias.endswith((".html", ".htm"))
        path = alias if is_file else f"{alias.rstrip('/')}/index.html"
        title = html.escape(build.pages[permalink].title)
        text = _LEADS_ON.format(title=title, address=html.escape(quote(permalink)))
        pages[path.lstrip("/")] = text.encode("utf-8")
    return pages
