"""Articles for feed readers, whole: those of the feed section as Atom (RFC 4287) and JSON Feed 1.1,
and those that have a term as Atom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin
from xml.sax.saxutils import escape, quoteattr

from selectolax.lexbor import LexborHTMLParser

from generator.content.library import Content
from generator.content.moments import instant
from generator.content.pages import Page
from generator.content.sections import Sections
from generator.content.urls import encoded
from generator.outputs.addresses import feed_addresses, in_other_languages, terms_with_feeds
from policy import Site

__all__ = ["BodyOf", "fed_pages", "feed_of", "feeds", "id_in_feeds"]

BodyOf = Callable[[Page], str]
"""The HTML of a page's text, as everybody reads it."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold (XML 1.0, 2.2)."""

_NOT_IN_FEEDS = "form,script,style,template"
_ADDRESSES = ("href", "src", "poster")
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_CANDIDATE = re.compile(r"(^|,\s*)([^\s,]\S*)")


@dataclass(frozen=True)
class _Entry:
    """One article. `id` stays where the page is renamed."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    published: str
    updated: str


def fed_pages(site: Site, content: Content) -> frozenset[str]:
    """The addresses of all pages that stand in a feed."""
    found: set[str] = set()
    if site.settings.feed:
        for each in (site, *in_other_languages(site, content)):
            found.update(page.url for page in _pages_in_feed(each, content))
    for url in terms_with_feeds(site, content):
        found.update(page.url for page in _pages_of_term(site, content, url))
    return frozenset(found)


def _pages_in_feed(site: Site, content: Content) -> list[Page]:
    """The articles that stand in that of the section, newest first."""
    inside = Sections(site, content).urls(f"/{site.settings.feed}/") or ()
    articles = (page for url in inside if (page := content.pages[url]).given.get("date"))
    return list(islice(articles, site.settings.feed_entries))


def _pages_of_term(site: Site, content: Content, url: str) -> list[Page]:
    """Of what has the term at `url`, the newest that have a date."""
    urls = content.classified.terms[url].urls if content.classified else ()
    dated = (page for each in urls if (page := content.pages[each]).given.get("date"))
    return list(islice(dated, site.settings.feed_entries))


def id_in_feeds(page: Page, origin: str) -> str:
    """What readers know a page by, letter by letter and whatever becomes of its address: its own
    key, an address of the site at `origin` or a whole one; else its address."""
    name = page.given.get("feed_id") or page.url
    return origin + encoded(name) if name.startswith("/") else name


def feeds(site: Site, content: Content, body_of: BodyOf) -> dict[str, str]:
    """The texts of the feeds by address; none where the site has none."""
    if not site.settings.feed:
        return {}
    atom, as_json = feed_addresses(site)
    entries = [_entry(site, page, body_of) for page in _pages_in_feed(site, content)]
    home = f"/{site.settings.feed}/"
    return {
        atom: _atom(site, site.settings.name, home, entries),
        as_json: _json(site, as_json, entries),
    }


def feed_of(site: Site, content: Content, url: str, body_of: BodyOf) -> str:
    """The Atom feed of the term at the address `url`, in its language, which is that of `site`."""
    title = content.classified.terms[url].title if content.classified else ""
    entries = [_entry(site, page, body_of) for page in _pages_of_term(site, content, url)]
    return _atom(site, f"{site.settings.name}: {title}", url, entries)


def _entry(site: Site, page: Page, body_of: BodyOf) -> _Entry:
    given, origin = page.given, site.settings.url
    url = origin + encoded(page.url)
    return _Entry(
        id=id_in_feeds(page, origin),
        url=url,
        title=given["title"],
        summary=given.get("summary") or given.get("description", ""),
        html=_absolute(body_of(page), url),
        published=instant(given["date"], site.settings.zone),
        updated=instant(given.get("updated") or given["date"], site.settings.zone),
    )


def _atom(site: Site, title: str, url: str, entries: list[_Entry]) -> str:
    settings = site.settings
    home = f"{settings.url}{encoded(url)}"
    latest = max(
        (each.updated for each in entries), default=instant(site.register.date, site.settings.zone)
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(settings.language)}>\n'
        f"<title>{escape(title)}</title>\n"
        f"<id>{escape(home)}</id>\n"
        f"<link href={quoteattr(home)}/>\n"
        f'<link rel="self" href={quoteattr(home + "feed.xml")}/>\n'
        f"<updated>{latest}</updated>\n"
        f"<author><name>{escape(settings.organization.name)}</name></author>\n"
        f"{''.join(map(_atom_entry, entries))}</feed>\n"
    )
    return _NOT_XML.sub("", text)


def _atom_entry(entry: _Entry) -> str:
    html = escape(entry.html)
    content = f'<content type="html" xml:base={quoteattr(entry.url)}>{html}</content>\n'
    return (
        "<entry>\n"
        f"<title>{escape(entry.title)}</title>\n"
        f"<link href={quoteattr(entry.url)}/>\n"
        f"<id>{escape(entry.id)}</id>\n"
        f"<published>{entry.published}</published>\n"
        f"<updated>{entry.updated}</updated>\n"
        f"<summary>{escape(entry.summary)}</summary>\n"
        f"{content if html else ''}"
        "</entry>\n"
    )


def _json(site: Site, address: str, entries: list[_Entry]) -> str:
    settings = site.settings
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.name,
        "home_page_url": f"{settings.url}/{settings.feed}/",
        "feed_url": settings.url + address,
        "description": settings.description,
        "language": settings.language,
        "authors": [{"name": settings.organization.name, "url": f"{settings.url}/"}],
        "items": [
            {
                "id": each.id,
                "url": each.url,
                "title": each.title,
                "summary": each.summary,
                "content_html": each.html,
                "date_published": each.published,
                "date_modified": each.updated,
            }
            for each in entries
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _absolute(html: str, base: str) -> str:
    """The HTML as it can be read elsewhere: with whole addresses, and without what would do nothing
    there."""
    root = LexborHTMLParser(html).body
    if root is None:
        return ""
    for node in root.css(_NOT_IN_FEEDS):
        node.decompose()
    for node in root.css("[href],[src],[poster],[srcset]"):
        for name in _ADDRESSES:
            if value := node.attributes.get(name):
                node.attrs[name] = urljoin(base, value)
        if value := node.attributes.get("srcset"):
            node.attrs["srcset"] = _CANDIDATE.sub(
                lambda each: each[1] + urljoin(base, each[2]), value
            )
    return _COMMENT.sub("", "".join(_inner(root))).strip()


def _inner(root: object) -> Iterator[str]:
    child = getattr(root, "child", None)
    while child is not None:
        yield child.html or ""
        child = child.next
