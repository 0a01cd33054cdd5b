"""The feed section's articles for feed readers (Atom, RFC 4287)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from generator.content.library import Content
from generator.content.pages import Page
from generator.content.sections import Sections
from generator.content.urls import encoded
from policy import Site

__all__ = ["feed", "feed_of"]


def feed(site: Site, content: Content) -> str:
    """The articles, newest first."""
    url = f"/{site.settings.feed}/"
    inside = Sections(site, content).urls(url) or ()
    return feed_of(site, site.settings.name, url, map(content.pages.__getitem__, inside))


def feed_of(site: Site, title: str, url: str, pages: Iterable[Page]) -> str:
    """Those of `pages` that have a date, which are listed at the address `url`."""
    settings = site.settings
    home = f"{settings.url}{encoded(url)}"
    articles = [page for page in pages if page.given.get("date")]
    latest = max(map(_changed, articles), default=site.register.date)
    entries = "".join(_entry(page, settings.url) for page in articles)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(settings.language)}>\n'
        f"<title>{escape(title)}</title>\n"
        f"<id>{escape(home)}</id>\n"
        f'<link href={quoteattr(home)}/>\n<link rel="self" href={quoteattr(home + "feed.xml")}/>\n'
        f"<updated>{_instant(latest)}</updated>\n"
        f"<author><name>{escape(settings.organization.name)}</name></author>\n"
        f"{entries}</feed>\n"
    )


def _changed(page: Page) -> datetime.date:
    day: datetime.date = page.given.get("updated") or page.given["date"]
    return day


def _entry(page: Page, origin: str) -> str:
    # There can be ten thousand: what was read of them is asked for what they need, and no more.
    given, address = page.given, origin + encoded(page.url)
    words = given.get("summary") or given.get("description", "")
    return (
        "<entry>\n"
        f"<title>{escape(given['title'])}</title>\n"
        f"<link href={quoteattr(address)}/>\n"
        f"<id>{escape(address)}</id>\n"
        f"<published>{_instant(given['date'])}</published>\n"
        f"<updated>{_instant(_changed(page))}</updated>\n"
        f"<summary>{escape(words)}</summary>\n"
        "</entry>\n"
    )


def _instant(day: datetime.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
