"""What crawlers read: the sitemap and robots.txt."""

from __future__ import annotations

from xml.sax.saxutils import escape

from generator.content.library import Content
from generator.content.pages import Page
from generator.content.urls import NOT_FOUND, encoded, service_addresses
from generator.outputs.addresses import SITEMAP
from policy import Site


def sitemap(site: Site, content: Content) -> str:
    """The pages to be found (sitemaps.org protocol 0.9)."""
    listed = [
        page
        for page in sorted(content.pages.values(), key=lambda page: page.url)
        if page.url != NOT_FOUND and not page.front.unlisted
    ]
    entries = "".join(
        f"<url><loc>{escape(site.settings.url + encoded(page.url))}</loc>{_changed(page)}</url>\n"
        for page in listed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )


def _changed(page: Page) -> str:
    day = page.front.updated or page.front.date
    return f"<lastmod>{day.isoformat()}</lastmod>" if day else ""


def robots(site: Site) -> str:
    """What crawlers may read (RFC 9309)."""
    closed = "".join(f"Disallow: {address}\n" for address in service_addresses(site.register))
    return f"User-agent: *\n{closed}\nSitemap: {site.settings.url}{SITEMAP}\n"
