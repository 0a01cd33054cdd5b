"""Redirects and entries of menus that lead to a page at its time only: told before that is so, and
while it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from generator.content.library import Content
from generator.content.moments import beginning, told
from generator.content.timetable import begins, ends
from generator.outputs.redirects import later_redirects
from policy import Fault, Site
from policy.navigation import FILE as NAVIGATION
from policy.redirects import FILE as REDIRECTS
from policy.redirects import leads_on

__all__ = ["passing_warnings"]


class _End(NamedTuple):
    """From when on what leads to an address leads nowhere, which page is the last on the way, and
    whether it is so already. In a `circle`, the pages of it lead to each other."""

    at: datetime.date
    last: str
    is_over: bool
    circle: tuple[str, ...] = ()


def passing_warnings(site: Site, content: Content) -> Iterator[Fault]:
    """Old addresses that lead nowhere once a page is over, or until it is there, with the day; and
    entries of menus that are there as long as their page is."""
    passing = _Passing(site, content)
    if passing.going or passing.coming:
        yield from passing.of_redirects()
        yield from passing.of_aliases()
        yield from passing.of_menus()


class _Passing:
    """`going` has the addresses of pages that will be over, or are, and from when on; `coming` of
    those that are not there yet, and until when."""

    def __init__(self, site: Site, content: Content) -> None:
        self._site, self._content = site, content
        zone = site.settings.zone
        timed = [page for page in content.waiting if page.url in content.timed]
        self._pages = [*content.pages.values(), *timed]
        self.going = ends(self._pages, zone)
        to_come = content.timed - content.gone
        self.coming = {url: at for url, at in begins(timed, zone).items() if url in to_come}
        self._leads = later_redirects(site, content) if self.going else {}

    def _end(self, url: str) -> _End | None:
        """Of what leads to a page: where that leads on when it is over, the end of the last one."""
        found: list[datetime.date] = []
        seen: list[str] = []
        while url in self.going and url not in seen:
            found.append(self.going[url])
            seen.append(url)
            if (further := leads_on(self._leads, url)) is None:
                break
            url = further.partition("#")[0]
        if not seen or url not in seen:
            return None
        at = max(found, key=lambda each: beginning(each, self._site.settings.zone))
        circle = tuple(seen[seen.index(url) :]) if leads_on(self._leads, url) else ()
        return _End(at, seen[-1], all(each in self._content.gone for each in seen), circle)

    def of_redirects(self) -> Iterator[Fault]:
        for old, new in self._site.redirects.items():
            line, target = self._site.line(REDIRECTS, "redirects", old), new.partition("#")[0]
            end = self._end(target)
            if comes := self.coming.get(target):
                message = f"until {told(comes)}, {old} leads nowhere: {target} comes then"
                hint = "publish the page sooner, or let this lead to another one until then"
                yield Fault(REDIRECTS, line, message, hint)
            if end and end.circle:
                message = f"{_since(end)}, {old} leads to pages that are over, in a circle: "
                hint = f'let it lead to a page that stays, like "{old}" = "/"'
                yield Fault(REDIRECTS, line, f"{message}{', '.join(end.circle)}", hint)
            elif end and end.is_over:
                message = f"{old} leads to a page that ended on {told(end.at)}: {end.last}"
                hint = f"say where that leads now: {_line(end.last)}"
                yield Fault(REDIRECTS, line, message, hint)
            elif end:
                message = f"from {told(end.at)} on, {old} leads to what is over: {end.last}"
                hint = f"say where that leads then: {_line(end.last)}"
                yield Fault(REDIRECTS, line, message, hint)

    def of_aliases(self) -> Iterator[Fault]:
        """Of those that are over already somebody wanted that."""
        for page in self._pages:
            aliases: tuple[str, ...] = page.given.get("aliases", ())
            end = self._end(page.url) if aliases else None
            if end and not end.is_over:
                message = f"from {told(end.at)} on, {', '.join(aliases)} and this page are gone"
                hint = f"say where they lead then: {_line(end.last)}"
                if end.circle:
                    hint = f"let one of {', '.join(end.circle)} lead to a page that stays: the "
                    hint += "redirects and aliases that they have now lead in a circle"
                yield Fault(page.path, page.lines.get("aliases"), message, hint)

    def of_menus(self) -> Iterator[Fault]:
        for place, item in self._site.navigation.entries:
            goes, comes = self.going.get(item.address), self.coming.get(item.address)
            hint = "that goes by itself; name another page for an entry that stays"
            if goes and item.address in self._content.gone:
                message = f"the menu has no “{item.label}”: its page ended on {told(goes)}"
                hint = "name another page, or remove the entry"
            elif goes or comes:
                begin = f"from {told(comes)} " if comes else ""
                end = f"until {told(goes)} " if goes else "on "
                message = f"the menu has “{item.label}” {begin}{end}only, as its page"
            else:
                continue
            yield Fault(NAVIGATION, self._site.line(NAVIGATION, *place, "page"), message, hint)


def _since(end: _End) -> str:
    return f"since {told(end.at)}" if end.is_over else f"from {told(end.at)} on"


def _line(url: str) -> str:
    return f'"{url}" = "/" in {REDIRECTS} under [redirects]'
