"""Where the files stand that programs read, and not people."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.library import Content
from generator.content.lists import term_feed
from generator.content.pages import Page
from generator.content.translations import Translations
from generator.content.urls import NOT_FOUND
from policy import Site
from policy.localized import in_language
from policy.well_known import WELL_KNOWN

__all__ = [
    "MOST_PAGES",
    "ROBOTS",
    "SITEMAP",
    "addresses_for_programs",
    "all_addresses",
    "feed_addresses",
    "in_other_languages",
    "listed_pages",
    "sitemap_parts",
    "terms_with_feeds",
]

SITEMAP, ROBOTS = "/sitemap.xml", "/robots.txt"
MOST_PAGES = 10_000
"""Of one file of a sitemap; the protocol allows five times as many."""


def addresses_for_programs(site: Site) -> tuple[str, ...]:
    """Where they stand. Pages may link to them, and nothing else may take their place."""
    return (SITEMAP, ROBOTS, *WELL_KNOWN, *feed_addresses(site))


def all_addresses(site: Site, content: Content) -> tuple[str, ...]:
    """Of a site that was read: also of the parts of its sitemap, and of the feeds of its terms and
    in its other languages."""
    more = (*sitemap_parts(content), *map(term_feed, terms_with_feeds(site, content)))
    if not site.settings.languages or not site.settings.feed:
        return (*addresses_for_programs(site), *more)
    others = in_other_languages(site, content)
    feeds = (address for each in others for address in feed_addresses(each))
    return (*addresses_for_programs(site), *feeds, *more)


def terms_with_feeds(site: Site, content: Content) -> Iterator[str]:
    """The addresses of the terms whose pages readers can follow."""
    if content.classified is not None:
        feeds = {each.name for each in site.taxonomies.taxonomies if each.feed}
        for url, term in content.classified.terms.items():
            if term.taxonomy in feeds:
                yield url


def listed_pages(content: Content) -> list[Page]:
    """The pages that everybody may find, in no order."""
    return [
        page
        for page in content.pages.values()
        if page.original != NOT_FOUND and not page.given.get("unlisted")
    ]


def sitemap_parts(content: Content) -> tuple[str, ...]:
    """Where the parts of the sitemap stand; none where one file has all pages."""
    if len(content.pages) <= MOST_PAGES:
        return ()
    number = -(-len(listed_pages(content)) // MOST_PAGES)
    return tuple(f"/sitemap-{each}.xml" for each in range(1, number + 1)) if number > 1 else ()


def in_other_languages(site: Site, content: Content) -> Iterator[Site]:
    """The site in each language but the default one."""
    languages = site.settings.all_languages
    if languages:
        translations = Translations(languages, content.pages.values())
        for tag in languages.others:
            yield in_language(site, tag, translations.counterpart(tag))


def feed_addresses(site: Site) -> tuple[str, ...]:
    """Where the feed stands, as Atom and as JSON; nowhere where the site has none."""
    feed = site.settings.feed
    return (f"/{feed}/feed.xml", f"/{feed}/feed.json") if feed else ()
