"""What templates see of lists that go over several pages, of terms, and of what is near a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from generator.content.derived import Derived, numbered
from generator.content.languages import in_folder
from generator.content.library import Content
from generator.content.ordering import page_size_of
from generator.content.pages import Page
from generator.content.terms import Classified, declared_in
from policy import Site
from policy.taxonomies import Taxonomy

if TYPE_CHECKING:
    from generator.content.sections import PageView, Sections

__all__ = ["Lists", "PageTerms", "Pager", "TaxonomyView", "TermView", "term_feed"]

MOST_RELATED = 3


def term_feed(url: str) -> str:
    """Where the feed of the term at `url` stands."""
    return f"{url}feed.xml"


class Pager:
    """One page of a list: `pages` are those on it, `number` its place, from 1, among `total`.

    `previous` and `next` are the addresses beside it, "" where there is none; `urls` those of all.
    """

    def __init__(self, lists: Lists, url: str, of: str, number: int) -> None:
        self._lists, self._url, self._of = lists, url, of
        self.number = number
        size, length = lists.size(of), len(lists.members(of) or ())
        self.total = max(1, -(-length // size)) if size else 1
        self.previous = numbered(of, number - 1) if number > 1 else ""
        self.next = numbered(of, number + 1) if number < self.total else ""
        lists.note("pager", url)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all of its pages."""
        return tuple(numbered(self._of, number) for number in range(1, self.total + 1))

    @property
    def pages(self) -> tuple[PageView, ...]:
        """The pages that are listed on this one."""
        self._lists.note("slice", self._url)
        return self._lists.views(self._lists.on(self._of, self.number))


class TermView:
    """A term. `feed` is the address of its feed, "" where it has none."""

    def __init__(self, lists: Lists, url: str) -> None:
        self._lists, self.url = lists, url
        self._term = lists.classified.terms[url]
        self.title, self.description = self._term.title, self._term.description
        self.count = len(self._term.urls)

    @property
    def feed(self) -> str:
        """Of the term's pages."""
        self._lists.note("taxonomies")
        return term_feed(self.url) if self._lists.declared[self._term.taxonomy].feed else ""

    @property
    def pages(self) -> tuple[PageView, ...]:
        """All that have the term, the newest first."""
        return self._lists.views(self._term.urls)

    @property
    def taxonomy(self) -> TaxonomyView | None:
        """What it is a term of."""
        return self._lists.taxonomy(self._term.taxonomy, self._term.language)


class TaxonomyView:
    """A taxonomy: what readers call it, where the list of its terms stands, and these."""

    def __init__(self, lists: Lists, url: str) -> None:
        self._lists, self.url = lists, url
        self._list = lists.classified.lists[url]

    @property
    def label(self) -> str:
        """As it is declared."""
        self._lists.note("taxonomies")
        return self._lists.declared_in(self._list.language)[self._list.taxonomy].label

    @property
    def terms(self) -> tuple[TermView, ...]:
        """Those that pages have, in the order of their titles."""
        self._lists.note("terms", self.url)
        return tuple(TermView(self._lists, url) for url in self._list.urls)


class PageTerms:
    """The terms of a page, by the name of the taxonomy: the pages of these terms."""

    __slots__ = ("_lists", "_page")

    def __init__(self, lists: Lists, page: Page) -> None:
        self._lists, self._page = lists, page

    def __getattr__(self, name: str) -> tuple[PageView, ...]:
        self._lists.note("taxonomies")
        if name not in self._lists.declared:
            raise AttributeError(name)
        self._lists.note("terms-of", self._page.url)
        return self._lists.views(self._lists.classified.of_page(self._page, name))

    __getitem__ = __getattr__


class Lists:
    """All lists of a site. What is read of them is noted by `sections`."""

    def __init__(self, sections: Sections, site: Site, content: Content) -> None:
        self._sections = sections
        self._site = site
        self._pages = content.pages
        self.note = sections.reads.add
        self.classified = content.classified or Classified()

    @cached_property
    def declared(self) -> Mapping[str, Taxonomy]:
        """The taxonomies of the site, by name."""
        return {each.name: each for each in self._site.taxonomies.taxonomies}

    def declared_in(self, language: str) -> Mapping[str, Taxonomy]:
        """The same, with their words in a language."""
        return declared_in(self._site, language)

    def members(self, url: str) -> tuple[str, ...] | None:
        """The addresses in the list whose first page is at `url`; None where there is none."""
        if term := self.classified.terms.get(url):
            return term.urls
        return self._sections.urls(url)

    def size(self, url: str) -> int | None:
        """How many of a list are on one page; None for all."""
        if term := self.classified.terms.get(url):
            return self.declared[term.taxonomy].page_size
        page = self._pages.get(url)
        return page_size_of(self._site, page) if page else None

    def on(self, url: str, number: int) -> tuple[str, ...]:
        """The addresses on one of the pages of the list at `url`."""
        members, size = self.members(url) or (), self.size(url)
        return members[(number - 1) * size : number * size] if size else members

    def views(self, urls: tuple[str, ...]) -> tuple[PageView, ...]:
        """What templates see of the pages at these addresses."""
        return tuple(self._sections.listed(self._pages[url]) for url in urls)

    def pager(self, page: Page) -> Pager | None:
        """That of a page which lists others."""
        of, number = (page.of, page.number) if isinstance(page, Derived) else (page.url, 1)
        if of not in self.classified.terms and self._sections.get(of) is None:
            return None
        return Pager(self, page.url, of, number)

    def term(self, page: Page) -> TermView | None:
        """The term that a page is about."""
        url = page.of if isinstance(page, Derived) else page.url
        self.note("list", url)
        return TermView(self, url) if url in self.classified.terms else None

    def taxonomy_at(self, url: str) -> TaxonomyView | None:
        """The taxonomy whose terms are listed at an address."""
        self.note("terms", url)
        return TaxonomyView(self, url) if url in self.classified.lists else None

    def taxonomy(self, name: str, language: str = "") -> TaxonomyView | None:
        """A taxonomy by its name; None where there is none of that name."""
        self.note("taxonomies")
        if name not in self.declared:
            return None
        languages = self._site.settings.all_languages
        return self.taxonomy_at(in_folder(languages, language, self.declared[name].home))

    def related(self, url: str, most: int = MOST_RELATED) -> tuple[PageView, ...]:
        """Pages that share most terms with the one at `url`, the newest first; where they are too
        few, those beside it in its section."""
        page = self._pages[url]
        self.note("related", url)
        shared: Counter[str] = Counter()
        at: dict[str, int] = {}
        for name in self.declared:
            for term in self.classified.of_page(page, name):
                for place, each in enumerate(self.classified.terms[term].urls):
                    shared[each] += 1
                    at[each] = min(place, at.get(each, place))
        shared.pop(url, None)
        found = sorted(shared, key=lambda each: (-shared[each], at[each], each))[:most]
        if len(found) < most:
            self.note("beside", url)
            beside = reversed(self._sections.beside(url, page.parent))
            found += [each for each in beside if each and each not in found]
        return self.views(tuple(found[:most]))

    def breadcrumbs(self, page: Page) -> tuple[PageView, ...]:
        """The pages that a page is in, from the home page on."""
        found: list[PageView] = []
        url = page.of if isinstance(page, Derived) and page.number > 1 else page.parent
        while url != page.url:
            self.note("page", url, "is_index")
            here = self._pages.get(url)
            if here is not None:
                found.append(self._sections.listed(here))
            above = here.parent if here is not None else _above(url)
            if above == url:
                break
            url = above
        return tuple(reversed(found))


def _above(url: str) -> str:
    return url[: url.rstrip("/").rfind("/") + 1] or "/"
