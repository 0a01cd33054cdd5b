"""Which of the things that rendering read have changed since an earlier build."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from generator.budget import named
from generator.content.library import Content
from generator.content.own_keys import SiteKeys
from generator.content.pages import Page
from generator.content.sections import FIELDS, Sections
from generator.content.translations import Translations
from generator.graph.lists import list_keys
from generator.graph.reads import PLACES, Key
from policy import Site, templates
from policy.localized import in_language
from policy.site_files import read_file

__all__ = ["Inputs", "changed_pages", "page_keys"]

_ORDERED_BY = ("title", "date", "order", "unlisted")


class Inputs:
    """The fingerprints of what is not a page: equal ones mean that nothing has changed.

    `known` are some that need not be worked out.
    """

    def __init__(
        self,
        site: Site,
        content: Content,
        assets: Mapping[str, str],
        known: Mapping[Key, bytes],
    ) -> None:
        self._site = site
        self._content = content
        self._assets = assets
        self._shared: dict[str, dict[str, Any]] = {}
        self._known = dict(known)

    def fingerprint(self, key: Key) -> bytes:
        """16 bytes for what the key names, as it is now."""
        if key not in self._known:
            value = self._value(*key)
            made_of = value if isinstance(value, bytes) else repr(value).encode("utf-8", "replace")
            self._known[key] = hashlib.blake2b(made_of, digest_size=16).digest()
        return self._known[key]

    def of(self, keys: Iterable[Key]) -> dict[Key, bytes]:
        """The fingerprints of those keys that have one."""
        return {key: self.fingerprint(key) for key in keys if key[0] not in PLACES}

    def _value(self, kind: str, *names: str) -> Any:
        match kind:
            case "template":
                return self._bytes(f"templates/{names[0]}")
            case "file":
                return self._bytes(names[0])
            case "asset":
                return self._assets.get(names[0])
            case "catalogue":
                catalogue = self._site.catalogues.get(names[0] or self._site.settings.language)
                return catalogue and catalogue.mo
            case "bits" | "events" | "experiments" | "keys" | "taxonomies" | "block" | "data":
                return self._gathered(kind, *names)
            case "site":
                declared = self._declared(names[0])
                return getattr(declared, names[1], None) if len(names) > 1 else declared
            case _:
                raise KeyError(kind)

    def _declared(self, name: str) -> Any:
        name, _, language = name.partition(":")
        if language not in self._shared:
            languages = self._site.settings.all_languages
            if language and language not in languages.others:
                return None
            self._shared[language] = templates.shared_values(self._in_language(language))
        return self._shared[language][name]

    def _gathered(self, kind: str, *names: str) -> Any:
        """What is known only of all pages, or of all that is declared of them, together."""
        if kind == "block":
            return self._site.blocks.get(names[0])
        if kind == "data":
            found = self._content.data.get(names[0])
            return found.digest if found else None
        if kind == "keys":
            return sorted(SiteKeys(self._site).names)
        if kind in ("events", "experiments", "taxonomies"):
            return getattr(self._site, kind)
        lists = named(self._site, self._content)
        return sorted((kind, len(values)) for kind, values in lists.items())

    def _in_language(self, language: str) -> Site:
        languages = self._site.settings.all_languages
        if not language:
            return in_language(self._site, languages.default, lambda address: address)
        pages = self._content.pages.values()
        translations = Translations(languages, pages)
        return in_language(self._site, language, translations.counterpart(language))

    def _bytes(self, name: str) -> bytes | None:
        try:
            return read_file(self._site.root / name)
        except OSError:
            return None


def changed_pages(old: Mapping[str, Page], new: Mapping[str, Page]) -> set[str]:
    """The addresses of pages that came, went, or are not made of the same."""
    same_source = (
        url
        for url, page in new.items()
        if (before := old.get(url)) is page or (before and before.source == page.source)
    )
    return (old.keys() | new.keys()) - set(same_source)


def page_keys(
    changed: Collection[str], before: tuple[Site, Content], now: tuple[Site, Content]
) -> Iterator[Key]:
    """The keys of what other pages could have read of the pages that changed, and of sections."""
    (old_site, old), (new_site, new) = before, now
    touched: set[str] = set()
    for url in changed:
        was, page = old.pages.get(url), new.pages.get(url)
        yield from (("page", url, field) for field in _differing(was, page))
        if was is None or page is None or _moved(was, page):
            touched |= {each.parent for each in (was, page) if each}
            touched.add(url)
        if was is None or page is None or was.original != page.original:
            yield from (("translations", each.original) for each in (was, page) if each)
    if old_site.sections != new_site.sections:
        touched |= {url for each in (old, new) for url, page in each.pages.items() if page.is_index}
    if old_site.settings.feed != new_site.settings.feed:
        feeds = {f"/{each.settings.feed}/" for each in (old_site, new_site)}
        touched |= feeds
        if new_site.settings.languages:
            all_pages = (*old.pages.values(), *new.pages.values())
            touched |= {page.url for page in all_pages if page.original in feeds}
    was_there, are_there = Sections(old_site, old), Sections(new_site, new)
    if touched:
        yield from _section_keys(touched, was_there, are_there)
    if touched or old.classified or new.classified:
        yield from list_keys(changed, touched, (*before, was_there), (*now, are_there))


def _differing(was: Page | None, page: Page | None) -> Iterator[str]:
    for field, value in FIELDS.items():
        if was is None or page is None or value(was) != value(page):
            yield field
    if was is None or page is None or was.is_index != page.is_index:
        yield "is_index"


def _moved(was: Page, page: Page) -> bool:
    if (was.is_index, was.parent) != (page.is_index, page.parent):
        return True
    return any(was.given.get(key) != page.given.get(key) for key in _ORDERED_BY)


def _section_keys(touched: Iterable[str], old: Sections, new: Sections) -> Iterator[Key]:
    for url in touched:
        was, now = old.urls(url), new.urls(url)
        if was == now:
            continue
        yield "section", url
        for each in {*(was or ()), *(now or ())}:
            if old.beside(each, url) != new.beside(each, url):
                yield "beside", each
