"""Which terms pages have in the taxonomies of a site, and where the pages of these terms stand."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from generator.content.languages import in_folder
from generator.content.moments import place_in_time
from generator.content.pages import Page
from generator.content.urls import awkward
from policy import Fault, Site, nearest
from policy.declared_texts import translated
from policy.taxonomies import FILE, DeclaredTerm, Taxonomy
from policy.texts import is_visible

__all__ = [
    "Classified",
    "Term",
    "TermList",
    "classify",
    "declared_in",
    "layout_for",
    "same_term",
    "slug_of",
]

MOST_BYTES = 200
"""Of a step of an address: a name of a file may have 255."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term that pages have, or that has a page of its own. `urls` are those of the pages that
    have it, the newest first."""

    taxonomy: str
    language: str
    url: str
    title: str
    description: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermList:
    """The addresses of the terms of a taxonomy in a language, in the order of their titles."""

    taxonomy: str
    language: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Classified:
    """The terms of all pages and the lists of terms, by the addresses where they are shown."""

    terms: Mapping[str, Term] = field(default_factory=dict)
    lists: Mapping[str, TermList] = field(default_factory=dict)
    by_name: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def __contains__(self, url: object) -> bool:
        """Whether terms are shown at an address, whoever wrote the page there."""
        return url in self.terms or url in self.lists

    def of_page(self, page: Page, taxonomy: str) -> tuple[str, ...]:
        """The addresses of a page's terms, each once, as they are written. One that is in no list
        has none."""
        named = () if page.given.get("unlisted") else page.extra.get(taxonomy, ())
        found = (self.by_name.get((taxonomy, page.language, same_term(each))) for each in named)
        return tuple(dict.fromkeys(each for each in found if each))


def declared_in(site: Site, language: str) -> Mapping[str, Taxonomy]:
    """The taxonomies by name, with their words in a language, "" for the default one."""
    said = site.taxonomies
    if catalogue := site.catalogues.get(language or site.settings.language):
        said = translated(said, catalogue.sentences.gettext)
    return {each.name: each for each in said.taxonomies}


def layout_for(site: Site, address: str) -> str:
    """The usual layout of a page at an address of a taxonomy; "" for all others."""
    for each in site.taxonomies.taxonomies:
        if address == each.home:
            return "terms"
        if address.startswith(each.home) and address.count("/") == each.home.count("/") + 1:
            return "term"
    return ""


@lru_cache(maxsize=100_000)
def same_term(name: str) -> str:
    """What two ways to write a term have in common: capitals and blanks make no other one."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


@lru_cache(maxsize=100_000)
def slug_of(name: str) -> str:
    """The last step of the address of a term; "" where none can be made of it."""
    if not any(map(is_visible, name)):
        return ""
    letters = ("-" if each in "/." or awkward(each) or each.isspace() else each for each in name)
    return re.sub(r"-{2,}", "-", "".join(letters)).strip("-")


def classify(
    site: Site, pages: Iterable[Page], authored: Mapping[str, Page]
) -> tuple[Classified, list[Fault], list[Fault]]:
    """The terms of `pages`; what is wrong with them; and what their writers should know.

    `authored` are pages by address: one that stands at a term's has the title of the term.
    """
    dated = sorted(pages, key=lambda page: (-_day(page), page.given["title"].casefold(), page.url))
    terms: dict[str, Term] = {}
    lists: dict[str, TermList] = {}
    by_name: dict[tuple[str, str, str], str] = {}
    faults: list[Fault] = []
    told: list[Fault] = []
    for taxonomy in site.taxonomies.taxonomies:
        found = _Found(site, taxonomy)
        for page in dated:
            if named := page.extra.get(taxonomy.name):
                faults.extend(found.add(page, named))
        told.extend(found.twins())
        faults.extend(found.collisions())
        said: dict[str, Mapping[str, DeclaredTerm]] = {}
        for (language, same), url in found.addresses.items():
            by_name[taxonomy.name, language, same] = url
            title = authored[url].given["title"] if url in authored else found.title(language, same)
            if language not in said:
                terms_said = declared_in(site, language)[taxonomy.name].terms
                said[language] = {same_term(each.name): each for each in terms_said}
            declared = said[language].get(same)
            terms[url] = Term(
                taxonomy.name,
                language,
                url,
                title,
                declared.description if declared else "",
                tuple(found.pages[language, same]),
            )
        terms.update(_without_pages(site, taxonomy, authored, terms))
        for language in sorted({"", *(language for language, _ in found.addresses)}):
            mine = [url for (each, _), url in found.addresses.items() if each == language]
            if mine or not language:
                home = in_folder(site.settings.all_languages, language, taxonomy.home)
                mine.sort(key=lambda url: (terms[url].title.casefold(), url))
                lists[home] = TermList(taxonomy.name, language, tuple(mine))
    return Classified(terms, lists, by_name), faults, told


def _without_pages(
    site: Site, taxonomy: Taxonomy, authored: Mapping[str, Page], terms: Mapping[str, Term]
) -> Iterator[tuple[str, Term]]:
    """Terms that have a page of their own, which may be there before what has the term, and stay
    when that is over."""
    for url, page in authored.items():
        home = in_folder(site.settings.all_languages, page.language, taxonomy.home)
        is_below = url.startswith(home) and url.count("/") == home.count("/") + 1
        if is_below and url not in terms:
            given = page.given
            about = (given["title"], given.get("description", ""))
            yield url, Term(taxonomy.name, page.language, url, *about, ())


class _Found:
    """What is found of one taxonomy. A key is a language and what all ways to write a term have in
    common."""

    def __init__(self, site: Site, taxonomy: Taxonomy) -> None:
        self._site = site
        self._taxonomy = taxonomy
        self.declared: Mapping[str, DeclaredTerm] = {
            same_term(each.name): each for each in taxonomy.terms
        }
        self.pages: dict[tuple[str, str], list[str]] = {}
        self.addresses: dict[tuple[str, str], str] = {}
        self._written: dict[tuple[str, str], Counter[str]] = {}
        self._first: dict[tuple[str, str, str], Page] = {}

    def add(self, page: Page, named: Collection[str]) -> Iterator[Fault]:
        """The terms that a page names."""
        line = page.lines.get(self._taxonomy.name)
        seen = set()
        for name in named:
            same = same_term(name)
            if same in seen:
                continue
            seen.add(same)
            key = page.language, same
            if self._taxonomy.closed and same not in self.declared:
                names = [each.name for each in self._taxonomy.terms]
                message = f'"{name}" is none of the terms of "{self._taxonomy.name}"'
                yield Fault(page.path, line, message, nearest(name, names), name)
                continue
            if key not in self.addresses:
                slug = self._slug(same)
                if not slug:
                    message = f'no address can be made of the term "{name}"'
                    hint = "write letters or digits, 200 bytes at most"
                    yield Fault(page.path, line, message, hint, name)
                    continue
                home = f"{self._taxonomy.home}{slug}/"
                languages = self._site.settings.all_languages
                self.addresses[key] = in_folder(languages, page.language, home)
            self.pages.setdefault(key, []).append(page.url)
            written = " ".join(name.split())
            self._written.setdefault(key, Counter())[written] += 1
            self._first.setdefault((*key, written), page)

    def _slug(self, same: str) -> str:
        declared = self.declared.get(same)
        slug = declared.slug if declared and declared.slug else slug_of(same)
        return slug if len(slug.encode("utf-8", "replace")) <= MOST_BYTES else ""

    def title(self, language: str, same: str) -> str:
        """A term as it is declared, or as most pages write it."""
        if same in self.declared:
            return self.declared[same].name
        written = self._written[language, same]
        return min(written, key=lambda each: (-written[each], each))

    def twins(self) -> Iterator[Fault]:
        """Terms that are written in several ways. They are one, and its title is one of them."""
        for (language, same), written in self._written.items():
            title = self.title(language, same)
            for each in written if len(written) > 1 else ():
                if each != title:
                    page = self._first[language, same, each]
                    message = f'the term "{each}" is written "{title}" elsewhere'
                    line = page.lines.get(self._taxonomy.name)
                    hint = f'write "{title}": they are one'
                    yield Fault(page.path, line, message, hint, each)

    def collisions(self) -> Iterator[Fault]:
        """Terms that are not one, and would have one address."""
        owners: dict[str, tuple[str, str]] = {}
        for key, url in self.addresses.items():
            if url in owners:
                title, other = self.title(*key), self.title(*owners[url])
                page = self._first[(*key, next(iter(self._written[key])))]
                message = f'the terms "{other}" and "{title}" have the same address, {url}'
                hint = f"give one a slug: [[taxonomy.term]] with name and slug in {FILE}"
                line = page.lines.get(self._taxonomy.name)
                yield Fault(page.path, line, message, hint, title)
            owners.setdefault(url, key)


def _day(page: Page) -> int:
    return place_in_time(page.given.get("date")) or 0
