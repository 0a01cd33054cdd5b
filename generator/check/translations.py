"""Whether each translation has an original, each original one translation into a language, and each
page the language that its writer means."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.languages import ENDING
from generator.content.library import FOLDER, Content
from generator.content.pages import Page, parent_of
from generator.content.urls import closest
from policy import Fault, Site

__all__ = ["translation_faults", "translation_warnings"]


def translation_faults(site: Site, content: Content) -> Iterator[Fault]:
    """Pages that name no original, and pages that claim to be the same translation."""
    if not site.settings.languages:
        return
    originals = {page.plain for page in content.read if not page.language}
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


def translation_warnings(site: Site, content: Content) -> Iterator[Fault]:
    """Pages whose name means a language that the site does not have, or two; and those that no list
    of their language has."""
    paths = {page.path for page in content.read}
    for page in content.read:
        stem, _, ending = page.path.removesuffix(ENDING).rpartition(".")
        if f"{stem}{ENDING}" in paths and page.plain == page.path and _is_language(ending):
            message = f'the site has no language "{ending}", so this is in its own, at {page.url}'
            hint = f"add [languages.{ending}] to site/settings.toml, or rename the file"
            yield Fault(page.path, None, message, hint)
        other = site.settings.all_languages.of_folder(ending) if stem else ""
        if page.language and other not in ("", page.language):
            message = f'the folder of this page says "{page.language}", its name "{other}"'
            hint = f"rename the file, or move it: it is published at {page.url}"
            yield Fault(page.path, None, message, hint)
    yield from _in_no_list(content)


def _in_no_list(content: Content) -> Iterator[Fault]:
    originals = {page.original: page for page in content.pages.values() if not page.language}
    told: set[str] = set()
    for page in content.pages.values():
        section = originals.get(page.given.get("section") or parent_of(page.original))
        if not page.language or page.is_derived or page.parent in content.pages or section is None:
            continue
        if section.is_index and section.url != "/" and page.parent not in told:
            told.add(page.parent)
            message = f"no list and no feed has this page, since there is none at {page.parent}"
            hint = f"write {section.path.removesuffix(ENDING)}.{page.language.lower()}{ENDING}"
            yield Fault(page.path, None, message, hint)


def _is_language(ending: str) -> bool:
    # Few sites have such a page.
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (as said)

    try:
        return bool(Locale.parse(ending.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return False
