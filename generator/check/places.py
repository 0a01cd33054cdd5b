"""Places in pages that menus and redirects lead to: `/about/#reach` is the heading of a page, and
pages can change their headings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from generator.check.site_files import NAVIGATION
from generator.content.library import Content
from generator.content.translations import Translations
from generator.content.urls import closest
from policy import Fault, Site
from policy.navigation import Item
from policy.redirects import FILE as REDIRECTS

__all__ = ["menu_links", "place_faults"]

IdsOf = Callable[[str], Collection[str] | None]
"""The ids of the page at an address; None where nobody knows them, as of a file."""


def menu_links(site: Site, content: Content) -> frozenset[str]:
    """What menus lead to, in every language."""
    lead = _in_all_languages(site, content)
    return frozenset(each for entry in site.navigation.entries for each in lead(entry.item))


def place_faults(site: Site, content: Content, ids_of: IdsOf) -> Iterator[Fault]:
    """Places that menus and redirects name, and that no page has."""
    entries = [each for each in site.navigation.entries if each.item.address != each.item.page]
    if entries:  # Few sites have any.
        lead = _in_all_languages(site, content)
        for place, item in entries:
            line = site.line(NAVIGATION, *place, "page")
            for link in lead(item):
                yield from _fault(NAVIGATION, line, link, ids_of)
    for old, new in site.redirects.items():
        if "#" in new:
            yield from _fault(REDIRECTS, site.line(REDIRECTS, "redirects", old), new, ids_of)


def _fault(path: str, line: int | None, link: str, ids_of: IdsOf) -> Iterator[Fault]:
    address, _, name = link.partition("#")
    ids = ids_of(address)
    if ids is not None and name not in ids:
        hint = closest(name, ids) or f"write {{#{name}}} behind the heading that is meant"
        yield Fault(path, line, f'the page {address} has no heading "#{name}"', hint)


def _in_all_languages(site: Site, content: Content) -> Callable[[Item], Iterator[str]]:
    languages = site.settings.all_languages
    translations = Translations(languages, content.pages.values() if languages else ())

    def lead(item: Item) -> Iterator[str]:
        if item.page:
            yield item.page
            place = item.page.removeprefix(item.address)
            yield from (url + place for url in translations.of(item.address).values() if place)

    return lead
