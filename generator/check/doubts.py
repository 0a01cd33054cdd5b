"""What cannot be told of pages while something is wrong in what the site declares."""

from __future__ import annotations

import re
from collections.abc import Callable

from generator.content.library import Content
from policy import Site
from policy.section_schemas import FILE as SECTIONS
from policy.site import SETTINGS
from policy.sum import REGISTER
from policy.taxonomies import FILE as TAXONOMIES

__all__ = ["are_addresses_known", "may_be_there"]

_LATER = re.compile(r"/page/[0-9]+/$")
"""How the second and later pages of a list end (`generator.content.derived.numbered`)."""

_OF_A_LANGUAGE = re.compile(r"/[a-z]{2,3}(?:-[a-z0-9]+)*/|.*/feed\.(?:xml|json)$")
"""What may follow from `languages` and `feed`."""


def are_addresses_known(site: Site) -> bool:
    """Whether every address follows from what is declared as it was meant."""
    settings = site.knows(SETTINGS, "language", "languages", "feed")
    features = site.knows(REGISTER, "features")
    return settings and features and site.knows(TAXONOMIES) and site.knows(SECTIONS)


def may_be_there(site: Site, content: Content) -> Callable[[str], bool]:
    """Whether an address that nothing has may be one of this site once what is wrong is mended: by
    what the site declares, or by what stands in a page that cannot be read."""
    homes = tuple(each.home for each in site.taxonomies.taxonomies)
    is_unread = not all(page.is_known for page in content.read)

    def may_follow(address: str) -> bool:
        is_of_a_term = bool(homes) and site.plain(address).startswith(homes)
        return is_unread and (is_of_a_term or bool(_LATER.search(address)))

    if are_addresses_known(site):
        return may_follow
    folders = {page.url.split("/")[1] for page in content.read}
    languages = not site.knows(SETTINGS, "language", "languages", "feed")
    off = content.off if not site.knows(REGISTER, "features") else frozenset()
    made = not (site.knows(TAXONOMIES) and site.knows(REGISTER, "features"))
    later = not site.knows(SECTIONS)

    def may_be(address: str) -> bool:
        return bool(
            address in off
            or (languages and _OF_A_LANGUAGE.match(address))
            or (made and address.split("/")[1] not in folders)
            or (later and _LATER.search(address))
            or may_follow(address)
        )

    return may_be
