"""Which lists that go over several pages, and which terms, are not what they were."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from generator.content.derived import numbered
from generator.content.library import Content
from generator.content.lists import Lists
from generator.content.sections import Sections
from generator.content.terms import Classified
from generator.graph.reads import Key
from policy import Site

__all__ = ["list_keys"]


def list_keys(
    changed: Collection[str],
    sections: Iterable[str],
    before: tuple[Site, Content, Sections],
    now: tuple[Site, Content, Sections],
) -> Iterator[Key]:
    """The keys of lists and terms that differ, after pages and `sections` have changed."""
    (old_site, old, _), (new_site, new, _) = before, now
    was, are = (each[2].lists for each in (before, now))
    old_terms, new_terms = (each.classified or Classified() for each in (old, new))
    anew = old_site.taxonomies != new_site.taxonomies
    terms = [
        url
        for url in old_terms.terms.keys() | new_terms.terms.keys()
        if old_terms.terms.get(url) != new_terms.terms.get(url)
    ]
    for url in (*terms, *sections) if not anew else {*old_terms.terms, *new_terms.terms, *sections}:
        yield from _list_keys(url, was, are)
    for url in old_terms.lists.keys() | new_terms.lists.keys():
        if anew or _counts(old_terms, url) != _counts(new_terms, url):
            yield "terms", url
    pages = {*old.pages, *new.pages} if anew else changed
    yield from (("terms-of", url) for url in pages)
    yield from (("related", url) for url in pages)
    for url in terms:
        for each in (old_terms.terms.get(url), new_terms.terms.get(url)):
            yield from (("related", page) for page in each.urls) if each else ()


def _list_keys(url: str, was: Lists, now: Lists) -> Iterator[Key]:
    yield "list", url
    old, new = was.members(url) or (), now.members(url) or ()
    sizes = was.size(url), now.size(url)
    totals = [
        -(-len(each) // size) if size else 1 for each, size in zip((old, new), sizes, strict=True)
    ]
    for number in range(1, max(*totals, 1) + 1):
        address = numbered(url, number)
        if was.on(url, number) != now.on(url, number):
            yield "slice", address
        if totals[0] != totals[1] or sizes[0] != sizes[1]:
            yield "pager", address


def _counts(classified: Classified, url: str) -> tuple[tuple[str, str, str, int], ...]:
    found = classified.lists.get(url)
    terms = [classified.terms[each] for each in found.urls] if found else []
    return tuple((each.url, each.title, each.description, len(each.urls)) for each in terms)
