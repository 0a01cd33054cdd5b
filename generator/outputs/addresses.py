"""Where the files stand that programs read, and not people."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.library import Content
from generator.content.lists import term_feed
from generator.content.translations import Translations
from policy import Site
from policy.localized import in_language
from policy.well_known import WELL_KNOWN

__all__ = [
    "ROBOTS",
    "SITEMAP",
    "addresses_for_programs",
    "all_addresses",
    "feed_address",
    "in_other_languages",
    "terms_with_feeds",
]

SITEMAP, ROBOTS = "/sitemap.xml", "/robots.txt"


def addresses_for_programs(site: Site) -> tuple[str, ...]:
    """Where they stand. Pages may link to them, and nothing else may take their place."""
    found = feed_address(site)
    return (SITEMAP, ROBOTS, *WELL_KNOWN, *((found,) if found else ()))


def all_addresses(site: Site, content: Content) -> tuple[str, ...]:
    """Of a site that was read: also of the feeds in its other languages."""
    terms = map(term_feed, terms_with_feeds(site, content))
    if not site.settings.languages or not site.settings.feed:
        return (*addresses_for_programs(site), *terms)
    feeds = (feed_address(each) for each in in_other_languages(site, content))
    return (*addresses_for_programs(site), *(each for each in feeds if each), *terms)


def terms_with_feeds(site: Site, content: Content) -> Iterator[str]:
    """The addresses of the terms whose pages readers can follow."""
    if content.classified is not None:
        feeds = {each.name for each in site.taxonomies.taxonomies if each.feed}
        for url, term in content.classified.terms.items():
            if term.taxonomy in feeds:
                yield url


def in_other_languages(site: Site, content: Content) -> Iterator[Site]:
    """The site in each language but the default one."""
    languages = site.settings.all_languages
    if languages:
        translations = Translations(languages, content.pages.values())
        for tag in languages.others:
            yield in_language(site, tag, translations.counterpart(tag))


def feed_address(site: Site) -> str | None:
    """Where the feed stands; None where the site has none."""
    return f"/{site.settings.feed}/feed.xml" if site.settings.feed else None
