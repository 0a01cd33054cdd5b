"""What the site's own files name: menus, forms, and the feed lead to pages that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.cards import card_page_faults
from generator.content.front_matter import FrontMatter
from generator.content.library import Content
from generator.content.ordering import folder_of
from generator.content.urls import as_address, closest
from policy import Fault, Site
from policy.forms import missing_pages
from policy.reading import FILES, FOLDERS, misnamed
from policy.section_schemas import FILE as SECTIONS
from policy.site import AUDIENCES
from policy.sum import REGISTER
from policy.taxonomies import FILE as TAXONOMIES

SEARCH = "search"
"""The feature, and the layout of its page."""

_ELSEWHERE = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?|(?:mailto|tel):\S+")
NAVIGATION, SETTINGS = "site/navigation.toml", "site/settings.toml"


def misnamed_warnings(site: Site) -> Iterator[Fault]:
    """What stands in `site/`, and has no part in the site."""
    for path, meant in misnamed(site.root).items():
        known = FOLDERS if (site.root / path).is_dir() else FILES
        hint = f"rename it to {meant}" if meant else f"there may be {', '.join(sorted(known))}"
        yield Fault(path, None, "nothing reads this", hint)


def site_file_faults(site: Site, content: Content) -> Iterator[Fault]:
    """Menus, forms and the feed that name no page."""
    for place, item in site.navigation.entries:
        if item.page and not _leads(item.address, content):
            line = site.line(NAVIGATION, *place, "page")
            what = "button" if place == ("action",) else "menu"
            hint = closest(item.address, content.pages) or "name a page, or an address elsewhere"
            yield Fault(NAVIGATION, line, f"the {what} leads to no page: {item.page}", hint)
    for form in site.forms.values():
        path = f"site/forms/{form.name}.toml"
        for key, page in missing_pages(form, content.pages):
            hint = closest(page, content.pages)
            yield Fault(path, site.line(path, key), f'"{key}" names no page: {page}', hint)
    feed = site.settings.feed
    if feed and f"/{feed}/" not in content.pages:
        hint = _hint_for_feed(feed, content)
        yield Fault(SETTINGS, site.line(SETTINGS, "feed"), f'there is no section "{feed}"', hint)
    yield from card_page_faults(site, content.pages)
    for index, audience in enumerate(site.audiences.audiences):
        for place, address in audience.sees.pages:
            if address not in content.pages:
                line = site.line(AUDIENCES, "audience", index, "sees", *place)
                message = f'"{audience.name}" is led to no page: {address}'
                yield Fault(AUDIENCES, line, message, closest(address, content.pages))
    yield from search_faults(site, content)


def _hint_for_feed(feed: str, content: Content) -> str:
    """What was meant by a section that is not there, which may be written as an address is."""
    meant = as_address(feed.removeprefix("content/").removesuffix("index.md")).strip("/")
    sections = {page.url.strip("/") for page in content.pages.values() if page.is_index}
    near = closest(meant.lower(), sections - {""})
    make = f"make content/{meant}/index.md, or remove the line" if meant else "remove the line"
    return f"{near} Or {make}" if near else make


def search_faults(site: Site, content: Content) -> Iterator[Fault]:
    """A search page that stands where browsers may not run it, or that is missing."""
    exceptions = site.register.exceptions
    pages = [page for page in content.pages.values() if page.layout == SEARCH]
    for page in pages:
        if not any(each.covers(page.url) for each in exceptions):
            place = exceptions[0].page
            message = f'the layout "{SEARCH}" works at {place} alone, and this is {page.url}'
            hint = f"rename the file to {place.strip('/')}.md"
            yield Fault(page.path, page.lines.get("layout"), message, hint)
    if site.register.has(SEARCH) and not pages:
        hint = f"make content/{SEARCH}.md with the line layout: {SEARCH}"
        line = site.line(REGISTER, "features")
        yield Fault(REGISTER, line, f'the feature "{SEARCH}" has no page', hint)


def _leads(address: str, content: Content) -> bool:
    """Whether a menu may lead to an address: to a page, be it off or there at its time only, or
    out of the site."""
    there = (content.pages, content.off, content.timed)
    return any(address in each for each in there) or bool(_ELSEWHERE.fullmatch(address))


def section_faults(site: Site, content: Content) -> Iterator[Fault]:
    """Sections of which something is declared, and which are none, or have keys that all have."""
    if not site.sections.sections and not site.taxonomies.taxonomies:
        return
    folders = {""}
    for page in content.read:
        steps = folder_of(page).split("/")
        folders |= {"/".join(steps[:size]) for size in range(1, len(steps) + 1)}
    for index, section in enumerate(site.sections.sections):
        place = ("section", index)
        if section.folder not in folders:
            hint = closest(section.folder, folders - {""}) or f"make content/{section.folder}/"
            message = f'there is no folder "{section.folder}" with pages in it'
            yield Fault(SECTIONS, site.line(SECTIONS, *place, "folder"), message, hint)
        for number, key in enumerate(section.keys):
            if key.name in FrontMatter.model_fields:
                line = site.line(SECTIONS, *place, "key", number, "name")
                message = f'every page may have the key "{key.name}" as it is'
                yield Fault(SECTIONS, line, message, "give your own another name")
    for index, taxonomy in enumerate(site.taxonomies.taxonomies):
        if taxonomy.name in FrontMatter.model_fields:
            line = site.line(TAXONOMIES, "taxonomy", index, "name")
            message = f'every page may have the key "{taxonomy.name}" as it is'
            yield Fault(TAXONOMIES, line, message, "give your own another name")
