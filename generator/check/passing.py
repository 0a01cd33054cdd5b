"""Redirects and entries of menus that lead to a page at its time only: told before that is so."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from generator.content.library import Content
from generator.content.moments import told
from generator.content.timetable import begins, ends
from generator.outputs.redirects import later_redirects
from policy import Fault, Site
from policy.navigation import FILE as NAVIGATION
from policy.redirects import FILE as REDIRECTS
from policy.redirects import as_asked

__all__ = ["passing_warnings"]


def passing_warnings(site: Site, content: Content) -> Iterator[Fault]:
    """Old addresses that lead nowhere once a page is over, or until it is there, with the day; and
    entries of menus that are there as long as their page is."""
    zone = site.settings.zone
    going, coming = ends(content.pages.values(), zone), begins(content.waiting, zone)
    coming = {url: at for url, at in coming.items() if url in content.timed - content.gone}
    if not (going or coming):
        return
    leads = later_redirects(site, content)
    lost = {url: at for url, at in going.items() if as_asked(url) not in leads}
    yield from _of_redirects(site, lost, coming)
    for page in content.pages.values():
        if page.url in lost and (aliases := page.given.get("aliases")):
            message = f"from {told(lost[page.url])} on, {', '.join(aliases)} and this page are gone"
            hint = f"say where they lead then: {_line(page.url)}"
            yield Fault(page.path, page.lines.get("aliases"), message, hint)
    yield from _of_menus(site, going, coming)


def _of_redirects(
    site: Site, lost: Mapping[str, datetime.date], coming: Mapping[str, datetime.date]
) -> Iterator[Fault]:
    for old, new in site.redirects.items():
        line, target = site.line(REDIRECTS, "redirects", old), new.partition("#")[0]
        if target in lost:
            message = f"from {told(lost[target])} on, {old} leads to what is over: {target}"
            yield Fault(REDIRECTS, line, message, f"say where that leads then: {_line(target)}")
        elif target in coming:
            message = f"until {told(coming[target])}, {old} leads nowhere: {target} comes then"
            hint = "publish the page sooner, or let this lead to another one until then"
            yield Fault(REDIRECTS, line, message, hint)


def _of_menus(
    site: Site, going: Mapping[str, datetime.date], coming: Mapping[str, datetime.date]
) -> Iterator[Fault]:
    for place, item in site.navigation.entries:
        when = ""
        if item.address in going:
            when = f"until {told(going[item.address])} only"
        elif item.address in coming:
            when = f"from {told(coming[item.address])} on only"
        if when:
            message = f"the menu has “{item.label}” {when}, as its page"
            hint = "that goes by itself; name another page for an entry that stays"
            yield Fault(NAVIGATION, site.line(NAVIGATION, *place, "page"), message, hint)


def _line(url: str) -> str:
    return f'"{url}" = "/" in {REDIRECTS} under [redirects]'
