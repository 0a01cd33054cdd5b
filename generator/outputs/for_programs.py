"""All files that programs read, and not people."""

from __future__ import annotations

import datetime

from generator.content.library import Content
from generator.outputs.addresses import ROBOTS, SITEMAP, feed_address, in_other_languages
from generator.outputs.feeds import feed
from generator.outputs.sitemap import robots, sitemap
from generator.outputs.well_known import well_known
from policy import Site


def files_for_programs(site: Site, content: Content, today: datetime.date) -> dict[str, bytes]:
    """Their bytes by address."""
    texts = {SITEMAP: sitemap(site, content), ROBOTS: robots(site)}
    texts |= well_known(site, content, today)
    for each in (site, *in_other_languages(site, content)):
        if address := feed_address(each):
            texts[address] = feed(each, content)
    return {address: text.encode("utf-8") for address, text in texts.items()}
