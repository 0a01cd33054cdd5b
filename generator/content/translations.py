"""Which page says the same in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from generator.content.pages import Page, parent_of
from generator.content.urls import NOT_FOUND, encoded
from policy.languages import Direction, Languages

__all__ = ["InLanguage", "Translations"]


@dataclass(frozen=True, slots=True)
class InLanguage:
    """Where a page leads in one language of the site: to the same page, where it `is_translated`,
    else to the section that it would be in, or to the home page.

    `label` is what the language calls itself, `tag` its tag, `canonical` the whole address."""

    tag: str
    label: str
    direction: Direction
    url: str
    canonical: str
    is_translated: bool
    is_current: bool
    is_default: bool


class Translations:
    """The pages of a site by their original: the address that a page has, or would have, in the
    default language."""

    def __init__(self, languages: Languages, pages: Iterable[Page]) -> None:
        self._languages = languages
        self._by_original: dict[str, dict[str, str]] = {}
        for page in pages:
            found = self._by_original.setdefault(page.original, {})
            found.setdefault(page.language or languages.default, page.url)

    def of(self, original: str) -> Mapping[str, str]:
        """The address of the page in each language that has it."""
        return self._by_original.get(original, {})

    def others(self, page: Page) -> Mapping[str, str]:
        """Of a page in the default language: where its translations are, by language."""
        found = {} if page.language else self.of(page.original)
        return {tag: url for tag, url in found.items() if url != page.url}

    def counterpart(self, tag: str) -> Callable[[str], str]:
        """What gives the address of a page in a language by that in the default one; the same,
        where there is none."""
        return lambda address: self.of(address).get(tag, address)

    def nearest(self, original: str, tag: str) -> tuple[str, list[str]]:
        """Where a page leads in a language: to itself, a section around it, or the home page; ""
        where the language has no home page. And the originals that were asked for."""
        original = "/" if original == NOT_FOUND else original
        asked = [original]
        while tag not in self.of(original) and original != "/":
            original = parent_of(original)
            asked.append(original)
        return self.of(original).get(tag, ""), asked

    def in_languages(self, page: Page, origin: str) -> tuple[tuple[InLanguage, ...], list[str]]:
        """What a page offers to readers of each language that leads anywhere; and the originals
        that were asked for. `origin` is that of the site."""
        languages, found, asked = self._languages, [], [page.original]
        same = self.of(page.original) if page.original != NOT_FOUND else {}
        own = page.language or languages.default
        for tag in languages.tags:
            url = page.url if tag == own else same.get(tag, "")
            is_translated = bool(url)
            if not url:
                url, more = self.nearest(page.original, tag)
                asked += more
            if url:
                found.append(self._made(tag, url, origin, own=own, is_translated=is_translated))
        return tuple(found), asked

    def _made(
        self, tag: str, url: str, origin: str, *, own: str, is_translated: bool
    ) -> InLanguage:
        said = self._languages.spoken(tag)
        return InLanguage(
            tag=tag,
            label=said.label,
            direction=said.direction,
            url=url,
            canonical=origin + encoded(url),
            is_translated=is_translated,
            is_current=tag == own,
            is_default=tag == self._languages.default,
        )
