"""What feed readers know articles by: it is that of one alone, and stays the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from generator.content.front_matter import line_with
from generator.content.library import Content
from generator.content.pages import Page
from generator.content.urls import encoded
from generator.outputs.addresses import feed_addresses, in_other_languages
from generator.outputs.feeds import id_in_feeds
from generator.outputs.redirects import redirects
from policy import Fault, Site
from policy.redirects import as_asked

__all__ = ["feed_id_faults", "feed_id_warnings"]


def feed_id_faults(site: Site, content: Content) -> Iterator[Fault]:
    """Pages that readers would take for another one, or for a list, whose feed has its address; and
    those that no feed can have."""
    origin = site.settings.url
    lists = content.classified or ()
    owners = {
        origin + encoded(page.url): page
        for page in content.pages.values()
        if page.is_index
        or page.url in lists
        or (page.given.get("date") and not page.given.get("feed_id"))
    }
    for page in content.pages.values():
        if not page.given.get("feed_id"):
            continue
        line = page.lines.get("feed_id")
        if page.given.get("date"):
            other = owners.setdefault(id_in_feeds(page, origin), page)
            if other is not page:
                message = f"feed readers would take this for {other.path}"
                hint = "give each a feed_id of its own, or remove the line"
                yield Fault(page.path, line, message, hint)
        elif page.layout != "article":  # Which needs a date, and is told so.
            message = 'no feed has a page without a date, so "feed_id" is of no use'
            hint = "remove the line, or say when the page is from: date"
            yield Fault(page.path, line, message, hint)


def feed_id_warnings(public: Path, site: Site, content: Content) -> Iterator[Fault]:
    """A warning for each article in a feed that was published in `public`, where the article is
    there still, at its address or another, and readers would take it for a new one. Who has written
    what they know it by is believed."""
    told: set[str] = set()
    leads = redirects(site, content)
    for each in (site, *in_other_languages(site, content)):
        for address, known in _published(public, each):
            page = content.pages.get(address) or content.pages.get(leads.get(as_asked(address), ""))
            if page is None or not page.given.get("date") or page.given.get("feed_id"):
                continue
            if known != page.url and page.url not in told:
                told.add(page.url)
                yield Fault(page.path, None, *_said(page, known))


def _said(page: Page, known: str) -> tuple[str, str]:
    message = f"feed readers know this article as {known}, and would take it for a new one"
    return message, f"write in {page.path}: {line_with(page.fence, 'feed_id', known)}"


def _published(public: Path, site: Site) -> Iterator[tuple[str, str]]:
    """The address and the id of each article in the feed that stands there; those of this site
    without its origin, which may have been another one."""
    if not site.settings.feed:
        return
    place = feed_addresses(site)[1]
    for item in _items(public / place.lstrip("/"), place):
        yield item["url"], item["id"]


def _items(path: Path, place: str) -> Iterator[Mapping[str, str]]:
    """Nothing, where there is none that can be read: it is a file that anybody may have changed."""
    try:
        feed: Any = json.loads(path.read_bytes())
        origin = feed["feed_url"].removesuffix(place)
        for each in feed["items"]:
            found = {key: unquote(each[key].removeprefix(origin)) for key in ("url", "id")}
            yield {**found, "id": found["id"] if each["id"].startswith(origin) else each["id"]}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return
