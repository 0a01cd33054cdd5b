"""How every page of a site was made, packed: what was read by ten thousand pages is needed by few
builds, and never all at once."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.graph.reads import Key
    from generator.graph.state import Made
    from generator.pictures.cards import Wanted

__all__ = ["AllMade", "Packed"]

_FEW = 8


@dataclass(frozen=True, slots=True)
class Packed:
    """How one page was made, and of that what is asked of all pages: the pictures that it names,
    and whether its script counts it."""

    data: bytes
    pictures: tuple[Wanted, ...]
    counted: bool
    searchable: bytes = b""
    """A digest of what can be found of it, where the site has a search page."""

    @classmethod
    def of(cls, made: Made, searchable: bytes = b"") -> Packed:
        """It, packed."""
        # The page of thanks is not: its hour would be that of the submission, of which only the
        # day is kept.
        counted = all(summary.counted for summary in made.summaries.values())
        return cls(pickle.dumps(made, pickle.HIGHEST_PROTOCOL), made.pictures, counted, searchable)


@dataclass(frozen=True, eq=False, slots=True)
class AllMade(Mapping[str, "Made"]):
    """How each page was made, by its address, in the order of the pages. It is unpacked anew each
    time that somebody asks."""

    packed: Mapping[str, bytes] = field(default_factory=dict)
    pictures: Mapping[str, tuple[Wanted, ...]] = field(default_factory=dict)
    """Those that pages name, where they name any."""

    counted: frozenset[str] = frozenset()
    """The pages that are counted."""

    searchable: Mapping[str, bytes] = field(default_factory=dict)
    """A digest of what can be found of each page, where that is anything."""

    def __getitem__(self, url: str) -> Made:
        made: Made = pickle.loads(self.packed[url])  # noqa: S301  (our own: `graph.memory`)
        return made

    def __contains__(self, url: object) -> bool:
        return url in self.packed

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)

    def followed_by(self, new: Mapping[str, Packed], urls: Iterable[str]) -> AllMade:
        """The same with what was made anew, of the pages at `urls`."""
        old = self.packed
        packed: dict[str, bytes] = {}
        for url in urls:
            if url in new:
                packed[url] = new[url].data
            elif url in old:
                packed[url] = old[url]
        pictures = {url: each for url, each in self.pictures.items() if url in packed}
        pictures |= {url: each.pictures for url, each in new.items()}
        searchable = {url: each for url, each in self.searchable.items() if url in packed}
        searchable |= {url: each.searchable for url, each in new.items()}
        counted = (self.counted - new.keys()) | {url for url, each in new.items() if each.counted}
        return AllMade(
            packed,
            {url: each for url, each in pictures.items() if each},
            counted if counted <= packed.keys() else counted & packed.keys(),
            {url: each for url, each in searchable.items() if each},
        )

    def other_than(self, before: AllMade) -> set[str]:
        """The pages here that were made otherwise before, or not at all."""
        old = before.packed
        return {url for url, data in self.packed.items() if old.get(url) != data}

    def only(self, urls: Iterable[str]) -> dict[str, Packed]:
        """How those were made."""
        return {
            url: Packed(
                self.packed[url],
                self.pictures.get(url, ()),
                url in self.counted,
                self.searchable.get(url, b""),
            )
            for url in urls
        }

    def naming(self, words: str) -> Iterator[str]:
        """The pages that may have noted these words, and none that has not."""
        letters = words.encode("utf-8", "surrogatepass")
        return (url for url, data in self.packed.items() if letters in data)

    def readers(self, keys: set[Key]) -> Iterator[str]:
        """The pages that read any of these."""
        if not keys:
            return
        # A name that was read stands in what is packed, letter by letter.
        names = {max(key, key=len).encode("utf-8", "surrogatepass") for key in keys}
        for url, data in self.packed.items():
            may_read = len(names) > _FEW or any(name in data for name in names)
            if may_read and not keys.isdisjoint(self[url].reads):
                yield url

    def __reduce__(self) -> tuple[Any, ...]:
        return AllMade, (self.packed, self.pictures, self.counted, self.searchable)
