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
    spoken = {each.settings.language: each for each in in_other_languages(site, content)}
    for each in (site, *spoken.values()):
        texts |= feeds(each, content, body_of)
    if content.classified is not None:
        for url in terms:
            here = spoken.get(content.classified.terms[url].language, site)
            texts[term_feed(url)] = feed_of(here, content, url, body_of)
    return {address: text.encode("utf-8") for address, text in texts.items()}
