"""The taxonomies of the old site: which keys of its pages name terms, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.content.front_matter import FrontMatter
from generator.content.terms import MOST_BYTES, same_term, slug_of
from generator.content.written import UNSHOWN
from generator.moving.by_hand import ByHand
from generator.moving.source import Source

__all__ = ["OldTaxonomy", "carried"]

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(slots=True)
class OldTaxonomy:
    """One of them: the key of new pages, the keys of old ones, and whether blanks part terms that
    are written as one text. `slugs` are those of terms that would have the address of another."""

    name: str
    keys: tuple[str, ...]
    by_blanks: bool = False
    slugs: dict[str, str] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)

    @property
    def home(self) -> str:
        """Where the list of its terms stands."""
        return f"/{self.name.replace('_', '-')}/"

    def address_of(self, term: str, prefix: str = "") -> str:
        """Where the page of a term stands, in the language of that folder."""
        same = same_term(term)
        given = (slug for name, slug in self.slugs.items() if same_term(name) == same)
        return f"{prefix}{self.home}{next(given, slug_of(same))}/"

    @property
    def declared(self) -> dict[str, Any]:
        """As it stands in `site/taxonomies.toml`."""
        label = self.name.replace("_", " ").capitalize()
        terms = [{"name": name, "slug": slug} for name, slug in self.slugs.items()]
        return {"name": self.name, "label": label, **({"term": terms} if terms else {})}


def carried(
    taxonomies: Iterable[OldTaxonomy],
    pages: Iterable[Source],
    addresses: dict[str, str],
    by_hand: ByHand,
) -> list[OldTaxonomy]:
    """Those of which a page has a term. Each page gets its terms, and the old addresses of terms
    lead to their new ones."""
    pages = list(pages)
    kept = []
    for taxonomy in taxonomies:
        if not _KEY.fullmatch(taxonomy.name) or taxonomy.name in FrontMatter.model_fields:
            continue
        taken: dict[str, str] = {}
        for page in pages:
            named = _named(page.front, taxonomy)
            terms = {same_term(each): each for each in named if _fits(each, page, by_hand)}
            if terms:
                page.terms[taxonomy.name] = list(terms.values())
            # A term that drafts alone have is nowhere yet.
            for same, written in () if page.is_draft else terms.items():
                _place(taxonomy, same, written, taken)
        sorted_so = [page for page in pages if taxonomy.name in page.terms]
        for page in sorted_so:
            for old, new in _addresses(taxonomy, page):
                addresses.setdefault(old, new)
                taxonomy.addresses.add(new)
        if sorted_so:
            kept.append(taxonomy)
    return kept


def _named(front: Mapping[str, Any], taxonomy: OldTaxonomy) -> list[str]:
    found: list[str] = []
    for key in taxonomy.keys:
        value = front.get(key)
        if isinstance(value, str):
            parted = value.split() if taxonomy.by_blanks and key == taxonomy.name else [value]
        else:
            parted = [_written(each) for each in value] if isinstance(value, list) else []
        found += [" ".join(UNSHOWN.sub(" ", each).split()) for each in parted]
    return [each for each in found if each]


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _fits(term: str, page: Source, by_hand: ByHand) -> bool:
    if slug_of(same_term(term)) and len(slug_of(same_term(term)).encode()) <= MOST_BYTES:
        return True
    by_hand.add("no address can be made of a term", page.path, 0, term)
    return False


def _place(taxonomy: OldTaxonomy, same: str, written: str, taken: dict[str, str]) -> None:
    """Give a term an address; of two with one, the second gets a slug with a number."""
    step, number = slug_of(same), 1
    while taken.setdefault(f"{taxonomy.home}{step}/", same) != same:
        number += 1
        step = f"{re.sub(r'[^a-z0-9]+', '-', same).strip('-') or 'term'}-{number}"
    if number > 1:
        taxonomy.slugs.setdefault(written, step)


def _addresses(taxonomy: OldTaxonomy, page: Source) -> Iterator[tuple[str, str]]:
    """Where the lists that have a page stood, in its language, and where they stand."""
    home = f"{page.prefix}{taxonomy.home}"
    yield f"{page.home}{taxonomy.home}", home
    for term in () if page.is_draft else page.terms[taxonomy.name]:
        same, new = same_term(term), taxonomy.address_of(term, page.prefix)
        step = new.removeprefix(home).strip("/")
        for old in (step, re.sub(r"\W+", "-", same).strip("-"), re.sub(r"\s+", "-", same)):
            yield f"{page.home}{taxonomy.home}{old}/", new
