"""Whether each translation has an original, and each original one translation into a language."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.library import FOLDER, Content
from generator.content.pages import Page
from generator.content.urls import closest
from generator.outputs.addresses import addresses_for_programs, all_addresses
from policy import Fault, Site

__all__ = ["translation_faults"]


def translation_faults(site: Site, content: Content) -> Iterator[Fault]:
    """Pages that name no original, and pages that claim to be the same translation."""
    if not site.settings.languages:
        return
    originals = {page.plain for page in content.read if not page.language}
    feeds = set(all_addresses(site, content)).difference(addresses_for_programs(site))
    for address in sorted(feeds.intersection(content.files)):
        message = f"the feed of a language is published at {address}"
        yield Fault(content.files[address], None, message, "rename or remove the file")
    taken: dict[tuple[str, str], Page] = {}
    for page in content.read:
        named = page.given.get("translation_of")
        line = page.lines.get("translation_of")
        if page.language and named and f"{FOLDER}/{named.lstrip('/')}" not in originals:
            known = (each.removeprefix(f"{FOLDER}/") for each in originals)
            hint = closest(named, known) or "name a page as in content/: about.md"
            yield Fault(page.path, line, f'there is no page "{named}" to be a translation of', hint)
        if not page.language:
            continue
        other = taken.setdefault((page.language, page.original), page)
        if other.url != page.url:  # Of one address, that is told.
            hint = "keep one of them, or let one be the translation of another page"
            message = f"{other.path} is the same page in the same language ({page.language})"
            yield Fault(page.path, line, message, hint)
