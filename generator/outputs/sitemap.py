"""What crawlers read: the sitemap and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from generator.content.library import Content
from generator.content.moments import day_of
from generator.content.pages import Page
from generator.content.translations import Translations
from generator.content.urls import encoded, service_addresses
from generator.outputs.addresses import MOST_PAGES, SITEMAP, listed_pages, sitemap_parts
from policy import Site

_XML = '<?xml version="1.0" encoding="utf-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemaps(site: Site, content: Content) -> dict[str, str]:
    """The pages to be found (sitemaps.org protocol 0.9), by address: one file, or where there are
    many pages an index of several."""
    listed = sorted(listed_pages(content), key=lambda page: page.url)
    alternates = _Alternates(site, content)
    parts = sitemap_parts(content)
    if not parts:
        return {SITEMAP: _pages(site, listed, alternates)}
    shares = [listed[at : at + MOST_PAGES] for at in range(0, len(listed), MOST_PAGES)]
    by_part = dict(zip(parts, shares, strict=True))
    index = "".join(
        f"<sitemap><loc>{escape(site.settings.url + address)}</loc>{_latest(pages)}</sitemap>\n"
        for address, pages in by_part.items()
    )
    made = {address: _pages(site, pages, alternates) for address, pages in by_part.items()}
    return {
        SITEMAP: f'{_XML}<sitemapindex xmlns="{_SITEMAPS}">\n{index}</sitemapindex>\n',
        **made,
    }


def _pages(site: Site, pages: Iterable[Page], alternates: _Alternates) -> str:
    entries = "".join(
        f"<url><loc>{escape(site.settings.url + encoded(page.url))}</loc>{_changed(page)}"
        f"{alternates(page)}</url>\n"
        for page in pages
    )
    return f'{_XML}<urlset xmlns="{_SITEMAPS}"{alternates.namespace}>\n{entries}</urlset>\n'


def _latest(pages: Iterable[Page]) -> str:
    return max(map(_changed, pages), default="")


class _Alternates:
    """The links from a page to itself in each language, which search engines ask for at each."""

    def __init__(self, site: Site, content: Content) -> None:
        self._languages = site.settings.all_languages
        self._origin = site.settings.url
        pages = content.pages.values() if self._languages else ()
        self._translations = Translations(self._languages, pages)
        xhtml = ' xmlns:xhtml="http://www.w3.org/1999/xhtml"'
        self.namespace = xhtml if self._languages else ""

    def __call__(self, page: Page) -> str:
        if not self._languages or len(found := self._translations.of(page.original)) < 2:
            return ""
        pairs = [(tag, found[tag]) for tag in self._languages.tags if tag in found]
        if self._languages.default in found:
            pairs.append(("x-default", found[self._languages.default]))
        return "".join(
            f'<xhtml:link rel="alternate" hreflang="{tag}" '
            f"href={quoteattr(self._origin + encoded(url))}/>"
            for tag, url in pairs
        )


def _changed(page: Page) -> str:
    day = page.given.get("updated") or page.given.get("date")
    return f"<lastmod>{day_of(day).isoformat()}</lastmod>" if day else ""


def robots(site: Site) -> str:
    """What crawlers may read (RFC 9309)."""
    closed = "".join(f"Disallow: {address}\n" for address in service_addresses(site.register))
    return f"User-agent: *\n{closed}\nSitemap: {site.settings.url}{SITEMAP}\n"
