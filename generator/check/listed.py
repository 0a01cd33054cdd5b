"""Whether each page that names the section which lists it names one that is there."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.library import Content
from generator.content.urls import closest
from policy import Fault

__all__ = ["listed_faults"]


def listed_faults(content: Content) -> Iterator[Fault]:
    """Pages that name no section, and sections that name another one. Of a page in another language
    it is enough that the default one has the section."""
    sections = {page.original for page in content.read if page.is_index}
    for page in content.read:
        named = page.given.get("section")
        if not named:
            continue
        line = page.lines.get("section")
        if page.is_index:
            hint = "remove the line, or move the folder into that of the section"
            message = "an index.md is in the section around its folder"
            yield Fault(page.path, line, message, hint)
        elif named not in sections:
            hint = closest(named, sections) or f"make content{named}index.md"
            yield Fault(page.path, line, f"there is no section {named}", hint)
