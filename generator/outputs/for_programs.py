"""All files that programs read, and not people."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from generator.content.library import Content
from generator.content.lists import term_feed
from generator.outputs.addresses import ROBOTS, in_other_languages
from generator.outputs.feeds import BodyOf, feed_of, feeds
from generator.outputs.sitemap import robots, sitemaps
from generator.outputs.well_known import well_known
from policy import Site


def files_for_programs(
    site: Site, content: Content, today: datetime.date, terms: Iterable[str], body_of: BodyOf
) -> dict[str, bytes]:
    """Their bytes by address. Of the feeds of terms, those of the terms at `terms`."""
    texts = {**sitemaps(site, content), ROBOTS: robots(site)}
    texts |= well_known(site, content, today)
    for each in (site, *in_other_languages(site, content)):
        texts |= feeds(each, content, body_of)
    if content.classified is not None:
        for url in terms:
            term = content.classified.terms[url]
            title = f"{site.settings.name}: {term.title}"
            texts[term_feed(url)] = feed_of(
                site, title, url, map(content.pages.__getitem__, term.urls)
            )
    return {address: text.encode("utf-8") for address, text in texts.items()}
