"""What rendering reads, and whether that is still what it was.

A key names one thing that an output was made of:

- `("page", URL, FIELD)`: what templates see of another page
- `("section", URL)`: which pages a section has, in their order
- `("beside", URL)`: which articles stand before and after one
- `("translations", URL)`: in which languages there is the page with that original, and where
- `("block", NAME)`: what the arguments of a block are declared to be
- `("template", NAME)`, `("asset", NAME)`, `("file", PATH)`: a file
- `("site", NAME)` and `("site", NAME, FIELD)`: what the site declares; as it is in a language that
  is not the default one, where the name ends in ":" and the tag
- `("list", URL)`: which pages have the term whose page that is
- `("slice", URL)`: which pages are listed on one of the pages of a list
- `("pager", URL)`: how many pages the list has that this is one of
- `("terms", URL)`: which terms are listed there, and how many pages each has
- `("terms-of", URL)`, `("related", URL)`: the terms of a page, and what shares them
- `("taxonomies",)`: which taxonomies there are
- `("data", NAME)`: a data file
- `("keys",)`: which keys of their own pages may have
- `("catalogue", TAG)`: the sentences of a language, "" for the default one
- `("events",)`: which events are declared
- `("experiments",)`: which experiments are declared
- `("bits",)`: what the cookies can carry, which depends on the number of pages
"""

from __future__ import annotations

from typing import Any

__all__ = ["PLACES", "Key", "Reads", "Watched", "of_language"]

Key = tuple[str, ...]

PLACES = frozenset(
    {"page", "section", "beside", "translations"}
    | {"list", "slice", "pager", "terms", "terms-of", "related"}
)
"""Kinds of keys that name pages; `generator.graph.changes` says which of them have changed. All
others have a fingerprint."""


def of_language(name: str, language: str) -> str:
    """The name of a declaration as it is in a language, "" for the default one."""
    return f"{name}:{language}" if language else name


class Reads:
    """Gathers the keys of one rendering after another."""

    def __init__(self) -> None:
        self._keys: set[Key] = set()

    def add(self, *key: str) -> None:
        """Something was read."""
        self._keys.add(key)

    def taken(self) -> frozenset[Key]:
        """What was read since this was last asked."""
        keys, self._keys = self._keys, set()
        return frozenset(keys)


class Watched:
    """A value of which it is noted which attributes are read."""

    __slots__ = ("_name", "_reads", "_value")

    def __init__(self, value: object, name: str, reads: Reads) -> None:
        self._value, self._name, self._reads = value, name, reads

    def __getattr__(self, field: str) -> Any:
        self._reads.add("site", self._name, field)
        return getattr(self._value, field)

    def __repr__(self) -> str:
        self._reads.add("site", self._name)
        return repr(self._value)
