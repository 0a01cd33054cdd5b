"""Which list of the new site has each page, and which of them has the feed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from generator.content.pages import HOME, parent_of
from generator.moving.by_hand import ByHand
from generator.moving.clocks import read_written
from generator.moving.dates import DATES, first_of
from generator.moving.front import is_unlisted
from generator.moving.keys import ORDER, is_order
from generator.moving.old_site import OldSite
from generator.moving.source import Source

__all__ = [
    "fed_section",
    "feeds_in_languages",
    "in_order_of_days",
    "list_of",
    "new_list",
    "tell_unreached",
]

USUAL = ("posts", "post", "blog", "news", "articles")
"""What people call the section of their articles."""


def fed_section(old: OldSite) -> str:
    """Sort pages into lists; the section that has the feed, "" where no list has articles. Those at
    the root get one of their own, where no other list has any."""
    _put_into_lists(old)
    if not (feed := _chosen(old)):
        feed = _with_new_list(old, "")
        for prefix in sorted({page.prefix for page in old.pages} - {""}) if feed else ():
            _with_new_list(old, prefix)
    fed = {feed, *feeds_in_languages(old, feed.strip("/"))}
    for page in _articles(old) if feed else ():
        if list_of(old, page) in fed:
            page.layout = "article"
    return feed.strip("/")


def feeds_in_languages(old: OldSite, feed: str) -> dict[str, str]:
    """Where the section that has the feed stands in the other languages, and the folder of each."""
    original = f"content/{feed}/index.md"
    return {_address(old, page): page.prefix for page in old.pages if page.original == original}


def _with_new_list(old: OldSite, prefix: str) -> str:
    """The address of a new list of the articles at the root of a language; "" without any."""
    articles = [
        page
        for page in _articles(old)
        if page.prefix == prefix and list_of(old, page) == f"{prefix}/"
    ]
    made = new_list(old.pages, USUAL[0], old.addresses.pages, prefix) if articles else None
    if made is None:
        return ""
    old.pages.append(made)
    for page in articles:
        page.section = made.url
    return made.url


def new_list(
    pages: Iterable[Source], name: str, addresses: dict[str, str], prefix: str = ""
) -> Source | None:
    """A list of that name, where its address is free, in the language of that folder."""
    url, file = f"{prefix}/{name}/", f"content{prefix}/{name}/index.md"
    if addresses.get(url) or any(page.file == file for page in pages):
        return None
    addresses[url] = url
    made = Source(f"{name}/index.md", {"title": name.replace("-", " ").capitalize()}, "")
    made.url, made.file, made.prefix = url, file, prefix
    made.original = f"content/{name}/index.md" if prefix else ""
    return made


def _put_into_lists(old: OldSite) -> None:
    lists = {(page.prefix, _address(old, page)) for page in old.pages if page.is_list}
    lists |= {(page.prefix, f"{page.prefix}/") for page in old.pages}
    for page in old.pages:
        listed = old.addresses.pages.get(page.listed, "")
        if (page.prefix, listed) in lists and not page.is_list and not page.is_not_found:
            parent = parent_of(_address(old, page))
            is_below = listed == f"{page.prefix}/" and (page.prefix, parent) in lists
            if parent != listed and not is_below:
                page.section = listed


def _address(old: OldSite, page: Source) -> str:
    return old.addresses.pages.get(page.url, page.url)


def list_of(old: OldSite, page: Source) -> str:
    """The address of the list that has a page."""
    return page.section or parent_of(_address(old, page))


def _articles(old: OldSite) -> list[Source]:
    """Pages of a day, as far as lists have them."""
    return [
        page
        for page in old.pages
        if not page.is_list
        and not page.is_not_found
        and read_written(first_of(page.front, DATES)) is not None
        and not is_unlisted(page)
    ]


def _chosen(old: OldSite) -> str:
    """The list whose articles are meant to be followed: as the old site says, by its name, or the
    one with most."""
    counted = Counter(
        list_of(old, page) for page in _articles(old) if not (page.is_draft or page.prefix)
    )
    lists = {_address(old, page) for page in old.pages if page.is_list and not page.is_home}
    found = [each for each, _ in counted.most_common() if each in lists]
    meant = [old.addresses.pages.get(each, "") for each in old.main]
    wanted = (*meant, *(f"/{name}/" for name in USUAL), *found)
    return next((each for each in wanted if each in found), "")


def in_order_of_days(old: OldSite) -> list[str]:
    """The folders of the lists that have articles above all, and no order that somebody gave."""
    dated = {page.path for page in _articles(old)}
    inside: defaultdict[str, list[Source]] = defaultdict(list)
    for page in old.pages:
        inside[list_of(old, page)].append(page)
    found = []
    for page in old.pages:
        listed = inside[_address(old, page)] if page.is_list and not page.is_home else []
        articles = [each for each in listed if each.path in dated]
        is_sorted = any(is_order(each.front.get(key)) for each in listed for key in ORDER)
        if len(articles) * 2 > len(listed) and not is_sorted:
            folder = page.file.removeprefix(f"content{page.prefix}/").removesuffix("/index.md")
            found += [folder] if folder not in found else []
    # Nothing is said of one that is called like the folder of all pages.
    return [each for each in found if "content" not in each.split("/")]


def tell_unreached(old: OldSite, menus: Iterable[str], feed: str, by_hand: ByHand) -> None:
    """Tell of the pages that nobody finds who begins at the home page: no list that can be reached
    has them, no menu, and no text."""
    at = {_address(old, page): page for page in old.pages}
    leads = _leads(old, feed)
    waiting, seen = ["/", *_in_languages(old, menus)], set[str]()
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address not in seen:
            seen.add(address)
            waiting += leads[address]
    for address, page in at.items():
        is_hidden = page.is_draft or is_unlisted(page) or page.is_not_found
        if address not in seen and not is_hidden:
            by_hand.add("nothing leads to a page", page.path, 0, address)


def _in_languages(old: OldSite, menus: Iterable[str]) -> Iterator[str]:
    """Where menus lead, in each language."""
    wanted = {*menus}
    yield from wanted
    addresses = {page.file: _address(old, page) for page in old.pages}
    for page in old.pages:
        if page.prefix and (page.is_home or addresses.get(page.original) in wanted):
            yield _address(old, page)


def _leads(old: OldSite, feed: str) -> defaultdict[str, list[str]]:
    """Where each page leads by its text, its list and its terms."""
    leads: defaultdict[str, list[str]] = defaultdict(list)
    lists = {_address(old, page) for page in old.pages if page.is_list and not page.layout}
    if _home_layout(old) == "home":
        leads["/"].append(f"/{feed}/")
        for address, prefix in feeds_in_languages(old, feed).items():
            leads[f"{prefix}/"].append(address)
    for page in old.pages:
        address, listed = _address(old, page), list_of(old, page)
        leads[address] += page.leads
        if listed in lists and listed != address and not is_unlisted(page):
            leads[listed].append(address)
        for term in _terms(old, page):
            leads[address].append(term)
            leads[term].append(address)
    return leads


def _home_layout(old: OldSite) -> str:
    return next((page.layout for page in old.pages if page.file == HOME), "home")


def _terms(old: OldSite, page: Source) -> Iterator[str]:
    for taxonomy in old.taxonomies:
        for term in page.terms.get(taxonomy.name, ()):
            yield taxonomy.address_of(term, page.prefix)
