"""What pages are sorted by besides sections, `site/taxonomies.toml`: tags, authors, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from policy.names import Name, Names
from policy.section_schemas import KeyName, Place
from policy.toml_source import Declared

__all__ = ["FILE", "DeclaredTerm", "Taxonomies", "Taxonomy", "taxonomy_faults"]

FILE = "site/taxonomies.toml"


def _address(address: str) -> str:
    if address and not re.fullmatch(r"(?:/[a-z0-9][a-z0-9-]*)+/", address):
        raise ValueError('write it like "/topics/"')
    if "/page/" in address:
        raise ValueError('choose another: "/page/" is in the addresses of long lists')
    return address


class DeclaredTerm(Declared):
    """A term that is known beforehand. `slug` is the last step of its address, where that is not to
    follow from the name."""

    name: Name
    slug: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]*)?$", examples=["c-sharp"])] = ""
    description: str = ""


class Taxonomy(Declared):
    """One of them. `name` is the key of pages that names their terms, `label` what readers call it.

    Each term has a page at `address` and its slug, with a feed where `feed` says so; `page_size`
    pages are listed on one. Where it is `closed`, only the declared terms may be used.
    """

    name: KeyName
    label: Name
    address: Annotated[str, AfterValidator(_address)] = ""
    description: str = ""
    closed: bool = False
    feed: bool = True
    page_size: Annotated[int, Field(ge=1, le=10_000)] | None = None
    terms: Annotated[tuple[DeclaredTerm, ...], Field(alias="term")] = ()

    @property
    def home(self) -> str:
        """Where the list of its terms stands."""
        return self.address or f"/{self.name.replace('_', '-')}/"


class Taxonomies(Declared):
    """All of them."""

    taxonomies: Annotated[tuple[Taxonomy, ...], Field(alias="taxonomy")] = ()


def taxonomy_faults(declared: Taxonomies, own_keys: set[str]) -> Iterator[tuple[Place, str, str]]:
    """What taxonomies allow one by one, but not together, or beside the sections' `own_keys`:
    (place, message, hint)."""
    names: set[str] = set()
    labels = Names("taxonomy")
    homes: dict[str, str] = {}
    for index, each in enumerate(declared.taxonomies):
        place: Place = ("taxonomy", index, "name")
        if each.name in names:
            yield place, f'the taxonomy "{each.name}" is declared twice', "join the two"
            continue
        if each.name in own_keys:
            hint = "a taxonomy is a key by itself: remove the key from site/sections.toml"
            yield place, f'a section has a key "{each.name}" of its own', hint
        if each.home in homes:
            message = f'the taxonomy "{homes[each.home]}" stands at {each.home} as well'
            yield place, message, f'write address = "/{each.name.replace("_", "-")}/"'
        for home, name in homes.items():
            if home != each.home and (each.home.startswith(home) or home.startswith(each.home)):
                message = f'{each.home} and {home} of the taxonomy "{name}" are within each other'
                yield place, message, 'write another address, like "/topics/"'
        if wrong := labels.wrong(each.label):
            yield ("taxonomy", index, "label"), *wrong
        terms = Names("term")
        for number, term in enumerate(each.terms):
            if wrong := terms.wrong(term.name):
                yield ("taxonomy", index, "term", number, "name"), *wrong
        names.add(each.name)
        homes.setdefault(each.home, each.name)
