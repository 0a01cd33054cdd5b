"""Old addresses that no page can name itself: those of feeds, of files that stand elsewhere now,
and all that began with the path below which the old site stood."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import quote

import tomli_w

from generator.content.urls import is_reserved, was_address
from generator.moving.by_hand import ByHand
from generator.moving.lists import feeds_in_languages
from generator.moving.old_site import OldSite
from generator.moving.paged import later_pages
from policy.redirects import FILE, as_asked

__all__ = ["write_redirects"]

NO_ARTICLES = "an old feed leads nowhere: no list has articles"
ONE_FEED = "an old feed leads nowhere: a site has one feed"


def write_redirects(
    old: OldSite, into: Path, feed: str, public: Collection[str], by_hand: ByHand
) -> None:
    """Write where old addresses lead. `feed` is the section that has one, `public` are the files
    that everybody gets."""
    found = {quote(address): new for address, new in old.moved.items()}
    found |= dict(_of_files(old, public)) | dict(_of_feeds(old, feed, by_hand))
    found |= {quote(address): new for address, new in later_pages(old, feed)}
    if base := old.addresses.base:
        found |= {f"{quote(base)}{address}": new for address, new in found.items()}
        found |= {quote(base + address): new for address, new in _below(old, public)}
        what = f"{base}/ leads to /"
        by_hand.add("the site stood below a path, with which no address begins now", FILE, 0, what)
    taken = {*old.addresses.pages.values(), *old.addresses.made}
    kept: dict[str, str] = {}
    for address, new in found.items():
        asked = as_asked(address)
        if asked == new or asked in taken or f"{asked.rstrip('/')}/" in taken:
            continue
        if not was_address(asked) or is_reserved(asked):
            by_hand.add("an old address cannot be kept", FILE, 0, address)
        else:
            kept[address] = new
    if kept:
        text = tomli_w.dumps({"redirects": dict(sorted(kept.items()))})
        (into / FILE).write_text(text, encoding="utf-8")


def _of_feeds(old: OldSite, feed: str, by_hand: ByHand) -> Iterator[tuple[str, str]]:
    terms = {*_terms(old)}
    fed = {"/": f"/{feed}/", f"/{feed}/": f"/{feed}/"} if feed else {}
    for new, prefix in feeds_in_languages(old, feed).items() if feed else ():
        fed |= {f"{prefix}/": new, new: new}
    for address, followed in old.feeds.items():
        new = old.addresses.pages.get(followed, "")
        new = "/" if followed == "/" else new
        if new in terms or new in fed:
            yield address, f"{fed.get(new, new)}feed.xml"
        else:
            by_hand.add(ONE_FEED if feed else NO_ARTICLES, address)


def _terms(old: OldSite) -> Iterator[str]:
    """The addresses of terms that somebody can see."""
    for each in old.taxonomies:
        for page in old.pages:
            for term in page.terms.get(each.name, ()) if not page.is_draft else ():
                yield each.address_of(term, page.prefix)


def _of_files(old: OldSite, public: Collection[str]) -> Iterator[tuple[str, str]]:
    for address, name in old.addresses.files.items():
        new = old.addresses.used.get(name) if name in public else None
        if new and new != address:
            yield quote(address), new


def _below(old: OldSite, public: Collection[str]) -> Iterator[tuple[str, str]]:
    """All that has an address, and where that leads."""
    for new in ("/", *(each.home for each in old.taxonomies), *_terms(old)):
        yield new, new
    for page in old.pages:
        if not page.is_draft and not page.is_not_found:
            yield page.url, old.addresses.pages[page.url]
            for each in page.aliases:
                yield each, old.addresses.pages[page.url]
    for address, name in old.addresses.files.items():
        if name in public:
            yield address, old.addresses.used[name]
