"""All files that programs read, and not people."""

from __future__ import annotations

import datetime

from generator.content.library import Content
from generator.outputs.addresses import ROBOTS, SITEMAP, feed_address
from generator.outputs.feeds import feed
from generator.outputs.sitemap import robots, sitemap
from generator.outputs.well_known import well_known
from policy import Site


def files_for_programs(site: Site, content: Content, today: datetime.date) -> dict[str, bytes]:
    """Their bytes by address."""
    texts = {SITEMAP: sitemap(site, content), ROBOTS: robots(site)}
    texts |= well_known(site, content, today)
    if address := feed_address(site):
        texts[address] = feed(site, content)
    return {address: text.encode("utf-8") for address, text in texts.items()}
