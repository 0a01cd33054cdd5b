"""All files that programs read, and not people: where they stand, and what is in them."""

from __future__ import annotations

import datetime

from generator.content.library import Content
from generator.outputs.feeds import feed, feed_address
from generator.outputs.sitemap import ROBOTS, SITEMAP, robots, sitemap
from generator.outputs.well_known import WELL_KNOWN, well_known
from policy import Site


def addresses_for_programs(site: Site) -> tuple[str, ...]:
    """Where they stand. Pages may link to them, and nothing else may take their place."""
    found = feed_address(site)
    return (SITEMAP, ROBOTS, *WELL_KNOWN, *((found,) if found else ()))


def files_for_programs(site: Site, content: Content, today: datetime.date) -> dict[str, bytes]:
    """Their bytes by address."""
    texts = {SITEMAP: sitemap(site, content), ROBOTS: robots(site)}
    texts |= well_known(site, content, today)
    if address := feed_address(site):
        texts[address] = feed(site, content)
    return {address: text.encode("utf-8") for address, text in texts.items()}
