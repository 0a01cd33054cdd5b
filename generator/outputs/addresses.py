"""Where the files stand that programs read, and not people."""

from __future__ import annotations

from policy import Site
from policy.well_known import WELL_KNOWN

__all__ = ["ROBOTS", "SITEMAP", "addresses_for_programs", "feed_address"]

SITEMAP, ROBOTS = "/sitemap.xml", "/robots.txt"


def addresses_for_programs(site: Site) -> tuple[str, ...]:
    """Where they stand. Pages may link to them, and nothing else may take their place."""
    found = feed_address(site)
    return (SITEMAP, ROBOTS, *WELL_KNOWN, *((found,) if found else ()))


def feed_address(site: Site) -> str | None:
    """Where the feed stands; None where the site has none."""
    return f"/{site.settings.feed}/feed.xml" if site.settings.feed else None
