"""The feed section's articles for feed readers (Atom, RFC 4287)."""

from __future__ import annotations

import datetime
from xml.sax.saxutils import escape, quoteattr

from generator.content.library import Content
from generator.content.sections import PageView, Sections
from policy import Site

__all__ = ["feed"]


def feed(site: Site, content: Content) -> str:
    """The articles, newest first."""
    settings = site.settings
    home = f"{settings.url}/{settings.feed}/"
    section = Sections(site, content).get(f"/{settings.feed}/")
    articles = [page for page in section.pages if page.date] if section else []
    changed = [page.updated or page.date for page in articles]
    latest = max((day for day in changed if day), default=site.register.date)
    entries = "".join(_entry(page) for page in articles)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(settings.language)}>\n'
        f"<title>{escape(settings.name)}</title>\n"
        f"<id>{escape(home)}</id>\n"
        f'<link href={quoteattr(home)}/>\n<link rel="self" href={quoteattr(home + "feed.xml")}/>\n'
        f"<updated>{_instant(latest)}</updated>\n"
        f"<author><name>{escape(settings.organization.name)}</name></author>\n"
        f"{entries}</feed>\n"
    )


def _entry(page: PageView) -> str:
    address, published = page.canonical, page.date
    return (
        "<entry>\n"
        f"<title>{escape(page.title)}</title>\n"
        f"<link href={quoteattr(address)}/>\n"
        f"<id>{escape(address)}</id>\n"
        f"<published>{_instant(published)}</published>\n"
        f"<updated>{_instant(page.updated or published)}</updated>\n"
        f"<summary>{escape(page.summary or page.description)}</summary>\n"
        "</entry>\n"
    )


def _instant(day: datetime.date | None) -> str:
    return f"{day.isoformat()}T00:00:00Z" if day else ""
