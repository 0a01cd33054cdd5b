"""Which pages are there at a moment, which are not there yet, and which are over."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from zoneinfo import ZoneInfo

from generator.content.fates import waiting_section
from generator.content.moments import beginning
from generator.content.pages import Page

__all__ = ["Timetable", "begins", "comes", "ends", "goes", "next_change"]


def comes(page: Page) -> datetime.date | None:
    """From when on a page is there: its `publish`, or else its `date`."""
    given: datetime.date | None = page.given.get("publish") or page.given.get("date")
    return given


def goes(page: Page) -> datetime.date | None:
    """From when on it is over."""
    given: datetime.date | None = page.given.get("expire")
    return given


def ends(pages: Iterable[Page], zone: ZoneInfo) -> dict[str, datetime.date]:
    """From when on each of these pages is over that ever is, by its address: with its section,
    where that is over sooner."""
    return dict(_soonest(pages, zone, goes, min))


def begins(waiting: Iterable[Page], zone: ZoneInfo) -> dict[str, datetime.date]:
    """From when on each of these pages is there that waits for a moment, by its address: with its
    section, where that comes later."""
    public = [page for page in waiting if not page.given.get("draft")]
    return dict(_soonest(public, zone, comes, max))


def _soonest(
    pages: Iterable[Page],
    zone: ZoneInfo,
    moment_of: Callable[[Page], datetime.date | None],
    choose: Callable[..., datetime.date],
) -> Iterator[tuple[str, datetime.date]]:
    pages = list(pages)
    sections = [
        (page.language, page.plain.removesuffix("index.md"), at)
        for page in pages
        if page.is_index and (at := moment_of(page))
    ]
    for page in pages:
        own = moment_of(page)
        found = [own] if own else []
        found += [
            at
            for language, folder, at in sections
            if page.language == language and page.plain.startswith(folder)
        ]
        if found:
            yield page.url, choose(found, key=lambda each: beginning(each, zone))


class Timetable:
    """The pages of a site at the moment `now`; days begin as in `zone`."""

    def __init__(self, pages: Sequence[Page], now: datetime.datetime, zone: ZoneInfo) -> None:
        self._pages = pages
        self._now = now
        self._zone = zone

    @cached_property
    def waiting(self) -> tuple[Page, ...]:
        """The pages that are not public now: drafts, those that come later, those that are over,
        and those in a section of that kind."""
        return self._with_inner([page for page in self._pages if self._waits(page)])

    @cached_property
    def timed(self) -> frozenset[str]:
        """The addresses of those that their moment alone keeps from being there."""
        waits = [
            page
            for page in self._pages
            if not page.given.get("draft") and (self._is_to_come(page) or self._is_over(page))
        ]
        inner = self._with_inner(waits)
        return frozenset(page.url for page in inner if not page.given.get("draft"))

    @cached_property
    def gone(self) -> frozenset[str]:
        """The addresses of those that are over, and the old addresses that led to them."""
        over = [page for page in self._pages if self._is_over(page)]
        gone = [page for page in self._with_inner(over) if not page.given.get("draft")]
        aliases = (alias for page in gone for alias in page.given.get("aliases", ()))
        return frozenset((*(page.url for page in gone), *aliases))

    def _waits(self, page: Page) -> bool:
        return bool(page.given.get("draft")) or self._is_to_come(page) or self._is_over(page)

    def _is_to_come(self, page: Page) -> bool:
        moment = comes(page)
        return moment is not None and beginning(moment, self._zone) > self._now

    def _is_over(self, page: Page) -> bool:
        moment = goes(page)
        return moment is not None and beginning(moment, self._zone) <= self._now

    def _with_inner(self, waiting: list[Page]) -> tuple[Page, ...]:
        """Those pages, and all in sections of which they are the own page."""
        sections: dict[str, list[str]] = {}
        for page in waiting:
            if page.is_index:
                sections.setdefault(page.language, []).append(page.plain)
        if not sections:
            return tuple(waiting)
        waits = {page.path for page in waiting}
        return tuple(
            page
            for page in self._pages
            if page.path in waits or waiting_section(page.plain, sections.get(page.language, ()))
        )


def next_change(
    pages: Iterable[Page], now: datetime.datetime, zone: ZoneInfo
) -> datetime.datetime | None:
    """The next moment after `now` at which a page comes or goes; None where none does."""
    return min((each for each in _moments(pages, zone) if each > now), default=None)


def _moments(pages: Iterable[Page], zone: ZoneInfo) -> Iterator[datetime.datetime]:
    for page in pages:
        if not page.given.get("draft"):
            for each in (comes(page), goes(page)):
                if each is not None:
                    yield beginning(each, zone)
