"""The later pages of long lists: how many pages each list shows now, and where the old addresses
of the others lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator.content.derived import numbered
from generator.moving.front import is_unlisted
from generator.moving.lists import feeds_in_languages, in_order_of_days, list_of
from generator.moving.old_site import OldSite

__all__ = ["LARGEST", "later_pages", "paged_folders"]

LARGEST = 10_000
"""Pages on one: of what showed more at once, all are shown."""

MOST = 500
"""Pages of one list. Nobody has more."""


def paged_folders(old: OldSite, feed: str) -> list[str]:
    """The folders of the lists that go over several pages, as those with articles do."""
    if not old.page_size:
        return []
    return sorted({*in_order_of_days(old), *([feed] if feed else [])})


def later_pages(old: OldSite, feed: str) -> Iterator[tuple[str, str]]:
    """The old addresses of the pages of lists, and where each is now. What a home page listed is in
    the list with the feed."""
    if not old.page_size:
        return
    counted = _counted(old)
    folders = paged_folders(old, feed)
    lists = {f"{page.prefix}/{each}/" for page in old.pages for each in folders}
    for page in old.pages:  # In other languages a folder may be called otherwise.
        if page.original.removeprefix("content/").removesuffix("/index.md") in folders:
            lists.add(old.addresses.pages[page.url])
    terms = {address for each in old.taxonomies for address in each.addresses}
    fed = {"/": f"/{feed}/"} if feed else {}
    fed |= {f"{prefix}/": new for new, prefix in feeds_in_languages(old, feed).items()}
    for address, pattern in old.paged.items():
        first = "/" if address == "/" else old.addresses.pages.get(address, "")
        shown = fed.get(first, first)
        total = min(-(-counted[shown] // old.page_size), MOST)
        is_paged = shown in lists or shown in terms
        for number in range(1, total + 1) if total > 1 else ():
            new = numbered(shown, number) if number > 1 and is_paged else first
            yield pattern.replace(":num", str(number)), new


def _counted(old: OldSite) -> Counter[str]:
    """How many pages each list has, by its address."""
    counted: Counter[str] = Counter()
    for page in old.pages:
        if page.is_draft or is_unlisted(page) or page.is_not_found:
            continue
        if not page.is_home:
            counted[list_of(old, page)] += 1
        for each in old.taxonomies:
            terms = {each.address_of(term, page.prefix) for term in page.terms.get(each.name, ())}
            counted.update(terms)
    return counted
