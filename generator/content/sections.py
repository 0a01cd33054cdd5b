"""What templates see of pages and sections, and what of that they read."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from markupsafe import Markup

from generator.content.library import Content
from generator.content.lists import Lists, PageTerms
from generator.content.moments import beginning, day_of
from generator.content.ordering import is_in_section, order_of, ordered
from generator.content.own_keys import Extra, SiteKeys
from generator.content.pages import Page
from generator.content.translations import InLanguage, Translations
from generator.content.urls import encoded
from generator.graph.reads import Reads
from generator.markdown import Heading
from policy import Site

FIELDS: Mapping[str, Callable[[Page], Any]] = {
    "title": lambda page: page.front.title,
    "description": lambda page: page.front.description,
    "url": lambda page: page.url,
    "canonical": lambda page: page.url,
    "date": lambda page: _day(page.front.date),
    "updated": lambda page: _day(page.front.updated),
    "published_at": lambda page: page.front.date,
    "updated_at": lambda page: page.front.updated,
    "expires_at": lambda page: page.front.expire,
    "layout": lambda page: page.layout,
    "eyebrow": lambda page: page.front.eyebrow,
    "summary": lambda page: page.front.summary,
    "minutes": lambda page: page.minutes,
    "language": lambda page: page.language,
    "extra": lambda page: page.extra,
    "terms": lambda page: page.extra,
}
"""What a template sees of another page, and what of the page that is made of."""

MOMENTS = ("published_at", "updated_at", "expires_at")
"""Those of which a day is its beginning, in the site's time zone."""


def _day(value: datetime.date | None) -> datetime.date | None:
    return value and day_of(value)


class Section:
    """A folder of pages: its own page's title and address, and the pages in their order."""

    def __init__(self, sections: Sections, page: Page) -> None:
        self._sections = sections
        self._page = page
        self.url = page.url

    @property
    def title(self) -> str:
        """The title of its own page."""
        self._sections.reads.add("page", self.url, "title")
        return self._page.front.title

    @property
    def pages(self) -> tuple[PageView, ...]:
        """Its pages, in their order."""
        self._sections.reads.add("section", self.url)
        return self._views

    @property
    def canonical(self) -> str:
        """Its whole address."""
        return self._sections.listed(self._page).canonical  # type: ignore[no-any-return]  # a template's view

    @property
    def subsections(self) -> tuple[str, ...]:
        """The addresses of the sections in it."""
        self._sections.reads.add("section", self.url)
        return tuple(each.url for each in self._sections.members(self.url) if each.is_index)

    @cached_property
    def _views(self) -> tuple[PageView, ...]:
        return tuple(map(self._sections.listed, self._sections.members(self.url)))


class PageView:
    """Another page, as templates see it. Each field that they read is noted."""

    body = Markup()
    toc: tuple[Heading, ...] = ()
    section: Section | None = None

    def __init__(self, page: Page, site: Site, sections: Sections) -> None:
        self._page, self._site, self._sections = page, site, sections
        self._reads = sections.reads

    def __getattr__(self, name: str) -> Any:
        if name not in FIELDS:
            raise AttributeError(name)
        self._reads.add("page", self._page.url, name)
        if name == "extra":
            return Extra(self._page.extra, self._sections.names, self._reads)
        if name == "terms":
            return PageTerms(self._sections.lists, self._page)
        if name == "canonical":
            self._reads.add("site", "site", "url")
            return self._site.settings.url + encoded(self._page.url)
        if name == "language":
            self._reads.add("site", "site", "language")
            return self._page.language or self._site.settings.language
        value = FIELDS[name](self._page)
        if name in MOMENTS and value is not None:
            self._reads.add("site", "site", "timezone")
            return beginning(value, self._site.settings.zone)
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PageView | OwnView) and other.url == self._page.url

    def __hash__(self) -> int:
        return hash(self._page.url)


@dataclass(frozen=True, eq=False)
class OwnView:
    """The page that is rendered, as its template sees it; `body` and `toc` are those of the
    variant."""

    title: str
    description: str
    url: str
    canonical: str
    date: datetime.date | None
    updated: datetime.date | None
    published_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    expires_at: datetime.datetime | None
    layout: str
    eyebrow: str
    summary: str
    minutes: int
    section: Section | None
    language: str
    extra: Extra
    _lists: Lists
    _page: Page
    languages: tuple[InLanguage, ...] = ()
    """The same page, or what is nearest to it, in each language of a site that has several."""

    _body: Markup = field(default_factory=Markup)
    toc: tuple[Heading, ...] = ()
    _asked: set[str] = field(default_factory=set)

    @property
    def body(self) -> Markup:
        """The page's text."""
        self._asked.add("body")
        return self._body

    @property
    def terms(self) -> PageTerms:
        """Its terms, by the name of the taxonomy."""
        return PageTerms(self._lists, self._page)

    @property
    def related(self) -> tuple[PageView, ...]:
        """Pages that share terms with it, or stand beside it."""
        return self._lists.related(self.url)

    @property
    def breadcrumbs(self) -> tuple[PageView, ...]:
        """The pages that it is in, from the home page on."""
        return self._lists.breadcrumbs(self._page)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PageView | OwnView) and other.url == self.url

    def __hash__(self) -> int:
        return hash(self.url)


def is_text_lost(view: OwnView) -> bool:
    """Whether a page that was rendered has a text, and nobody asked for it."""
    return not view._asked and not view._body.isspace() and bool(view._body)


class Sections:
    """Every section of the content. What is read of it is noted in `reads`."""

    def __init__(self, site: Site, content: Content, reads: Reads | None = None) -> None:
        self.reads = reads or Reads()
        self._site = site
        self._pages = content.pages
        self._members: dict[str, tuple[Page, ...]] = {}
        self._sections: dict[str, Section] = {}
        self._views: dict[str, PageView] = {}
        self._all_beside: dict[str, Mapping[str, tuple[str, str]]] = {}
        self._languages = site.settings.all_languages
        self.names = SiteKeys(site).names
        """Of the keys that pages have of their own."""

        self._content = content

    def get(self, url: str) -> Section | None:
        """The section at `url`; None where no folder has that address."""
        if url not in self._sections:
            page = self._pages.get(url)
            if page is None or not page.is_index:
                self.reads.add("section", url)
                return None
            self._sections[url] = Section(self, page)
        self.reads.add("page", url, "is_index")  # It would be another answer if it were none.
        return self._sections[url]

    def members(self, url: str) -> tuple[Page, ...]:
        """The pages of the section at `url`, in their order. Unlisted ones are left out."""
        if url not in self._members:
            page, feed = self._pages.get(url), f"/{self._site.settings.feed}/"
            is_feed = (page.original if page else url) == feed
            order = order_of(self._site, page, is_feed=is_feed)
            self._members[url] = ordered(self._inside.get(url, ()), order)
        return self._members[url]

    def urls(self, url: str) -> tuple[str, ...] | None:
        """The addresses of the section's pages, in their order; None where there is no section."""
        page = self._pages.get(url)
        if page is None or not page.is_index:
            return None
        return tuple(each.url for each in self.members(url))

    def own(self, page: Page, body: Markup, toc: tuple[Heading, ...]) -> OwnView:
        """What a page's own template sees of it."""
        front = page.front
        self.reads.add("site", "site", "url")
        return OwnView(
            title=front.title,
            description=front.description,
            url=page.url,
            canonical=self._site.settings.url + encoded(page.url),
            date=_day(front.date),
            updated=_day(front.updated),
            published_at=self._moment(front.date),
            updated_at=self._moment(front.updated),
            expires_at=self._moment(front.expire),
            layout=page.layout,
            eyebrow=front.eyebrow,
            summary=front.summary,
            minutes=page.minutes,
            section=self.get(page.parent),
            language=page.language or self._site.settings.language,
            languages=self._in_languages(page),
            extra=Extra(page.extra, self.names, self.reads),
            _lists=self.lists,
            _page=page,
            _body=body,
            toc=toc,
        )

    def _moment(self, value: datetime.date | None) -> datetime.datetime | None:
        if value is None:
            return None
        self.reads.add("site", "site", "timezone")
        return beginning(value, self._site.settings.zone)

    @cached_property
    def lists(self) -> Lists:
        """Lists that go over several pages, and terms."""
        return Lists(self, self._site, self._content)

    def home(self, tag: str) -> str:
        """The address of the home page in a language."""
        return self._languages.home(tag)

    def counterpart(self, address: str, language: str) -> str:
        """The page at an address of the default language, in another one; itself, where that has no
        such page. `language` is "" for the default one."""
        if not language:
            return address
        self.reads.add("translations", address)
        return self.translations.of(address).get(language, address)

    @cached_property
    def translations(self) -> Translations:
        """Which page says the same in another language."""
        return Translations(self._languages, self._pages.values())

    def _in_languages(self, page: Page) -> tuple[InLanguage, ...]:
        self.reads.add("site", "site", "languages")
        if not self._languages:
            return ()
        found, asked = self.translations.in_languages(page, self._site.settings.url)
        for original in asked:
            self.reads.add("translations", original)
        return found

    def listed(self, page: Page) -> PageView:
        """What templates see of another page."""
        view = self._views.get(page.url)
        if view is None:
            view = self._views[page.url] = PageView(page, self._site, self)
        return view

    def neighbours(self, page: Page) -> tuple[PageView | None, PageView | None]:
        """The earlier and the later article of the feed section."""
        if page.layout != "article":
            return None, None
        self.reads.add("beside", page.url)
        earlier, later = self.beside(page.url, page.parent)
        return self._listed_at(earlier), self._listed_at(later)

    def beside(self, url: str, section: str) -> tuple[str, str]:
        """The addresses of the earlier and the later page in a section; empty where none is."""
        return self._beside(section).get(url, ("", ""))

    def _listed_at(self, url: str) -> PageView | None:
        return self.listed(self._pages[url]) if url else None

    def _beside(self, section: str) -> Mapping[str, tuple[str, str]]:
        if section not in self._all_beside:
            page = self._pages.get(section)
            members = self.members(section) if page and page.is_index else ()
            urls = ["", *(each.url for each in members), ""]
            self._all_beside[section] = {
                url: (urls[at + 1], urls[at - 1]) for at, url in enumerate(urls) if url
            }
        return self._all_beside[section]

    @cached_property
    def _inside(self) -> Mapping[str, Sequence[Page]]:
        inside: dict[str, list[Page]] = {}
        classified = self._content.classified
        for page in self._pages.values():
            if is_in_section(page) and not (classified and page.url in classified):
                inside.setdefault(page.parent, []).append(page)
        return inside
