"""What commands that look after databases ask first: whether this site has any."""

from __future__ import annotations

from policy import Site, read_site
from policy.failures import Refusal
from policy.places import Places

__all__ = ["NOTHING_KEPT", "keeping"]

NOTHING_KEPT = "this site has no database: no feature that is on keeps anything"


def keeping(places: Places) -> Site:
    """The site, where its register has a database. Raises Refusal."""
    site = read_site(places.root)
    if not site.register.databases:
        raise Refusal(NOTHING_KEPT, "turn on a feature that keeps something: docs/register.md")
    return site
