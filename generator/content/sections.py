"""What templates see of pages and sections."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from markupsafe import Markup

from generator.content.library import Content
from generator.content.pages import Page
from generator.content.urls import encoded
from generator.markdown import Heading
from policy import Site


@dataclass(frozen=True)
class Section:
    """A folder of pages: its own page's title and address, and the pages in their order."""

    title: str
    url: str
    pages: tuple[PageView, ...]
    subsections: tuple[str, ...]


@dataclass(frozen=True)
class PageView:
    """A page as templates see it. `body` and `toc` are those of the variant being rendered."""

    title: str
    description: str
    url: str
    canonical: str
    date: datetime.date | None
    updated: datetime.date | None
    layout: str
    eyebrow: str
    summary: str
    minutes: int
    body: Markup = field(default_factory=Markup)
    toc: tuple[Heading, ...] = ()
    section: Section | None = None


class Sections:
    """Every section of the content, by address."""

    def __init__(self, site: Site, content: Content) -> None:
        self._site = site
        self._pages = content.pages

    def get(self, url: str) -> Section | None:
        """The section at `url`; None where no folder has that address."""
        return self._all.get(url)

    def view(self, page: Page) -> PageView:
        """What templates see of a page, without its body."""
        return replace(_view(self._site, page), section=self.get(page.parent))

    def neighbours(self, page: Page) -> tuple[PageView | None, PageView | None]:
        """The earlier and the later article of the feed section."""
        section = self.get(page.parent)
        if page.layout != "article" or section is None:
            return None, None
        urls = [each.url for each in section.pages]
        if page.url not in urls:
            return None, None
        at = urls.index(page.url)
        earlier = section.pages[at + 1] if at + 1 < len(urls) else None
        return earlier, section.pages[at - 1] if at else None

    @cached_property
    def _all(self) -> Mapping[str, Section]:
        inside: dict[str, list[Page]] = {}
        for page in self._pages.values():
            if page.url != "/" and not page.front.unlisted:
                inside.setdefault(page.parent, []).append(page)
        return {
            page.url: Section(
                title=page.front.title,
                url=page.url,
                pages=tuple(_view(self._site, each) for each in self._ordered(inside, page)),
                subsections=tuple(
                    each.url for each in self._ordered(inside, page) if each.is_index
                ),
            )
            for page in self._pages.values()
            if page.is_index
        }

    def _ordered(self, inside: Mapping[str, list[Page]], index: Page) -> list[Page]:
        pages = inside.get(index.url, [])
        if index.url == f"/{self._site.settings.feed}/":
            return sorted(pages, key=lambda page: (-_ordinal(page), page.url))
        return sorted(pages, key=lambda page: (_order(page), page.front.title))


def _ordinal(page: Page) -> int:
    return page.front.date.toordinal() if page.front.date else 0


def _order(page: Page) -> float:
    return float("inf") if page.front.order is None else page.front.order


def _view(site: Site, page: Page) -> PageView:
    front = page.front
    return PageView(
        title=front.title,
        description=front.description,
        url=page.url,
        canonical=site.settings.url + encoded(page.url),
        date=front.date,
        updated=front.updated,
        layout=page.layout,
        eyebrow=front.eyebrow,
        summary=front.summary,
        minutes=page.minutes,
    )
