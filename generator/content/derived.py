"""Pages that follow from others: those of terms, and the second and later pages of long lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.content.front_matter import FrontMatter, Parsed
from generator.content.library import Content
from generator.content.ordering import is_in_section, page_size_of
from generator.content.pages import Origin, Page, parent_of
from generator.content.terms import Classified, classify, declared_in
from generator.content.urls import is_reserved
from policy import Fault, Site
from policy.site_files import is_file
from policy.taxonomies import FILE

__all__ = ["Derived", "numbered", "taken_by_files", "with_derived"]


class Derived(Page):
    """A page without a file of its own. `of` is the address of the first page of its list, `number`
    its place among that list's pages, `original` what its address would be in the default language,
    as for every page."""

    is_derived = True

    def __init__(  # noqa: PLR0913  (each is given by its name)
        self,
        *,
        path: str,
        url: str,
        given: Mapping[str, Any],
        layout: str,
        language: str,
        of: str,
        number: int,
        parent: str,
        original: str,
    ) -> None:
        said = {key: value for key, value in given.items() if key != "extra"}
        parsed = Parsed(FrontMatter.known(said), "", extra=given.get("extra", {}))
        super().__init__(path, url, parsed, layout, origin=Origin(language, path, original))
        self.of, self.number, self.parent = of, number, parent

    @property
    def is_index(self) -> bool:
        """Never: what it lists is another's."""
        return False

    def forget_text(self) -> None:
        """It has none that could be read again."""


def numbered(url: str, number: int) -> str:
    """The address of one of the pages of the list at `url`; the first is the list itself."""
    return f"{url}page/{number}/" if number > 1 else url


def with_derived(
    site: Site, content: Content, reserved: Collection[str], known: Mapping[str, Page]
) -> tuple[Content, list[Fault]]:
    """The content with its derived pages. `known` are the pages of an earlier build: those that are
    the same are taken from there."""
    sized = any(each.page_size for each in site.sections.sections)
    if not site.taxonomies.taxonomies and not sized:
        return content, []
    classified = Classified()
    faults: list[Fault] = []
    told: list[Fault] = []
    if site.taxonomies.taxonomies:
        listed = (each for each in content.pages.values() if not each.given.get("unlisted"))
        classified, faults, told = classify(site, listed, content.pages)
        faults.extend(_layout_faults(site, classified, content))
    firsts = {page.url: page for page in _term_pages(site, classified, content)}
    lists = dict(_lengths(site, content, classified))
    made: dict[str, Page] = {}
    for page in (*firsts.values(), *_later_pages(content, firsts, lists)):
        old = known.get(page.url)
        same = old is not None and old.source == page.source and isinstance(old, Derived)
        made[page.url] = old if same and old is not None else page
    faults.extend(_collisions(made, content, reserved))
    pages = {**content.pages, **{url: made[url] for url in made if url not in content.pages}}
    return replace(content, pages=pages, classified=classified, told=tuple(told)), faults


def _term_pages(site: Site, classified: Classified, content: Content) -> Iterator[Derived]:
    for home, each in classified.lists.items():
        taxonomy = declared_in(site, each.language)[each.taxonomy]
        plain = taxonomy.home
        if home not in content.pages:
            given = _given(taxonomy.label, taxonomy.description)
            yield _made(FILE, home, given, "terms", each.language, parent_of(home), plain)
        for url in each.urls:
            if url not in content.pages:
                term = classified.terms[url]
                given = _given(term.title, term.description)
                original = plain + url.removeprefix(home)
                yield _made(FILE, url, given, "term", each.language, home, original)


def _made(  # noqa: PLR0913, PLR0917  (each is another thing)
    path: str,
    url: str,
    given: Mapping[str, Any],
    layout: str,
    language: str,
    parent: str,
    original: str,
) -> Derived:
    return Derived(
        path=path,
        url=url,
        given=given,
        layout=layout,
        language=language,
        of=url,
        number=1,
        parent=parent,
        original=original,
    )


def _given(title: str, description: str) -> dict[str, str]:
    return {"title": title, **({"description": description} if description else {})}


def _later_pages(
    content: Content, firsts: Mapping[str, Page], lists: Mapping[str, tuple[int, int]]
) -> Iterator[Derived]:
    """The second and later pages of lists. `firsts` are the pages that were derived, `lists` say of
    an address how long its list is, and how much of it one page shows."""
    for url, (length, size) in lists.items():
        first = firsts.get(url) or content.pages[url]
        for number in range(2, -(-length // size) + 1):
            given = {**first.given, "title": f"{first.given['title']} ({number})", "unlisted": True}
            given.pop("aliases", None)
            yield Derived(
                path=first.path,
                url=numbered(url, number),
                given=given,
                layout=first.layout,
                language=first.language,
                of=url,
                number=number,
                parent=first.parent,
                original=numbered(first.original, number),
            )


def _lengths(
    site: Site, content: Content, classified: Classified
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Of each list that has a size: its address, its length, and that size."""
    sizes = {each.name: each.page_size for each in site.taxonomies.taxonomies}
    for url, term in classified.terms.items():
        if size := sizes[term.taxonomy]:
            yield url, (len(term.urls), size)
    if any(each.page_size for each in site.sections.sections):
        lengths = Counter(
            page.parent
            for page in content.pages.values()
            if is_in_section(page) and page.url not in classified
        )
        for url, length in lengths.items():
            index = content.pages.get(url)
            if index is not None and index.is_index and (size := page_size_of(site, index)):
                yield url, (length, size)


def _layout_faults(site: Site, classified: Classified, content: Content) -> Iterator[Fault]:
    """Templates that are missing, and needed for what has no page of its own."""
    for index, taxonomy in enumerate(site.taxonomies.taxonomies):
        lists = [each for each in classified.lists.values() if each.taxonomy == taxonomy.name]
        needs = {"terms": taxonomy.home not in content.pages}
        needs["term"] = any(url not in content.pages for each in lists for url in each.urls)
        for layout, is_needed in needs.items():
            if is_needed and not is_file(site.root, f"templates/{layout}.html"):
                line = site.line(FILE, "taxonomy", index, "name")
                hint = f"make templates/{layout}.html"
                yield Fault(FILE, line, f'there is no layout "{layout}"', hint)


def taken_by_files(content: Content, addresses: Collection[str]) -> Iterator[Fault]:
    """Files where the site has something of its own at `addresses`, such as the feed of a term."""
    for address in addresses:
        if path := content.files.get(address):
            message = f"the address {address} is taken by the site itself"
            yield Fault(path, None, message, "rename or remove the file")


def _collisions(
    made: Mapping[str, Page], content: Content, reserved: Collection[str]
) -> Iterator[Fault]:
    """Derived pages where something else stands."""
    for url, page in made.items():
        owner = content.pages.get(url)
        taken = owner.path if owner else content.files.get(url.rstrip("/"))
        if taken is None and (is_reserved(url) or url in reserved):
            taken = "the service"
        if taken:
            message = f"{url}, which is made for {page.path}, is taken by {taken}"
            path = taken if owner else page.path
            yield Fault(path, None, message, "rename or remove one of them")
