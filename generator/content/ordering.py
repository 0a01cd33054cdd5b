"""In which order the pages of a section stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from generator.content.moments import place_in_time
from generator.content.pages import Page
from policy import Site

__all__ = ["Order", "folder_of", "is_in_section", "order_of", "ordered", "page_size_of"]


class Order(NamedTuple):
    """By what pages are sorted, and whether from the last to the first."""

    sort: str
    is_descending: bool


def folder_of(page: Page) -> str:
    """The folder of a page, below content/."""
    return page.plain.removeprefix("content/").rpartition("/")[0]


def order_of(site: Site, index: Page | None, *, is_feed: bool) -> Order:
    """That of the section whose own page is `index`: as `site/sections.toml` says, and else the
    newest first in the one with the feed, by `order` and title in others."""
    sort = "date" if is_feed else "order"
    direction = None
    if site.sections.sections and index is not None:
        above = tuple(site.sections.above(folder_of(index)))
        sort = next((each.sort for each in above if each.sort), sort)
        direction = next((each.direction for each in above if each.direction), None)
    usual = "descending" if sort == "date" else "ascending"
    return Order(sort, (direction or usual) == "descending")


def page_size_of(site: Site, index: Page) -> int | None:
    """How many pages of the section whose own page is `index` are listed on one; None for all."""
    above = site.sections.above(folder_of(index)) if site.sections.sections else ()
    return next((each.page_size for each in above if each.page_size), None)


def is_in_section(page: Page) -> bool:
    """Whether lists of the section around it have the page."""
    return page.url != page.parent and not page.is_derived and not page.given.get("unlisted")


def ordered(pages: Sequence[Page], order: Order) -> tuple[Page, ...]:
    """Pages in that order. Those without a date, or without a place, stand at the end."""
    by_address = sorted(pages, key=lambda page: page.url)
    sign = -1 if order.is_descending else 1
    if order.sort == "date":
        return tuple(sorted(by_address, key=lambda page: _number(_when(page), sign)))
    by_title = sorted(
        by_address,
        key=lambda page: page.given["title"].casefold(),
        reverse=order.sort == "title" and sign < 0,
    )
    if order.sort == "title":
        return tuple(by_title)
    return tuple(sorted(by_title, key=lambda page: _number(page.given.get("order"), sign)))


def _number(value: int | None, sign: int) -> tuple[bool, int]:
    return value is None, 0 if value is None else sign * value


def _when(page: Page) -> int | None:
    return place_in_time(page.given.get("date"))
