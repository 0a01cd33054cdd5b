"""A JSON object with one entry on two lines, each of which is decoded when it is asked for.

A manifest of ten thousand pages is megabytes. Whoever serves it asks for one entry at a time, and
whoever builds changes a few: neither has to decode, or encode, the others. Key and value have a
line each, so that a large file is taken apart by what is quickest in Python: `str.split`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from json.encoder import encode_basestring
from typing import Any, Generic, TypeVar

__all__ = ["Entries", "Kind", "compact"]

Value = TypeVar("Value")

compact = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""JSON without a space. Equal values give equal text."""


@dataclass(frozen=True)
class Kind(Generic[Value]):
    """How one entry is written, and read."""

    encode: Callable[[Value], Any]
    decode: Callable[[Any], Value]

    def line(self, value: Value) -> str:
        """The JSON of a value, in one line."""
        return compact(self.encode(value))


class Entries(Mapping[str, Value]):
    """What `data` says, which is what the `data` of another one was.

    Safe for threads: at worst two of them decode the same entry.
    """

    def __init__(self, kind: Kind[Value], data: bytes = b"") -> None:
        self._kind = kind
        self._given: bytes | None = data
        self._decoded: dict[str, Value] = {}

    @classmethod
    def of(cls, kind: Kind[Value], values: Mapping[str, Value]) -> Entries[Value]:
        """These values; as they are, where they are entries already."""
        if isinstance(values, Entries):
            return values
        return cls(kind).changed({key: kind.line(value) for key, value in values.items()})

    @cached_property
    def _lines(self) -> dict[str, str]:
        """The second line of each entry by the first, in their order."""
        lines = self.text.split("\n") if self._given else []
        if lines:
            lines[-1] += ","
        return dict(zip(lines[::2], lines[1::2], strict=True))

    @cached_property
    def text(self) -> str:
        """Every entry, in the order of their keys."""
        if self._given is not None:
            return self._given.decode("utf-8")
        return "\n".join(chain.from_iterable(self._lines.items()))[:-1]

    @cached_property
    def data(self) -> bytes:
        """The bytes of `text`."""
        return self.text.encode("utf-8") if self._given is None else self._given

    @cached_property
    def names(self) -> frozenset[str]:
        """Every key."""
        return frozenset(self)

    def holding(self, words: str) -> list[str]:
        """The keys of the entries in whose JSON these words stand."""
        found = [first for first, line in self._lines.items() if words in line]
        return [json.loads(first[:-1]) for first in found]

    def line(self, key: str) -> str:
        """The JSON of an entry. Raises KeyError."""
        return self._lines[_first(key)][:-1]

    def changed(self, values: Mapping[str, str], without: Iterable[str] = ()) -> Entries[Value]:
        """The same with other JSON for some keys, and without others; itself if nothing differs."""
        new = {_first(key): f"{line}," for key, line in values.items()}
        new = {first: line for first, line in new.items() if self._lines.get(first) != line}
        gone = [first for first in map(_first, without) if first in self._lines]
        if not new and not gone:
            return self
        other: Entries[Value] = Entries(self._kind)
        other._given = None
        lines = self._lines | new
        for first in gone:
            del lines[first]
        if len(lines) + len(gone) != len(self._lines):
            lines = {first: lines[first] for first in sorted(lines)}
        other._lines = lines
        return other

    def __getitem__(self, key: str) -> Value:
        try:
            return self._decoded[key]
        except KeyError:
            value = self._kind.decode(json.loads(self.line(key)))
            self._decoded[key] = value
            return value

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and _first(key) in self._lines

    def __iter__(self) -> Iterator[str]:
        lines = self._lines
        return iter([json.loads(each[:-1]) if "\\" in each else each[1:-2] for each in lines])

    def __len__(self) -> int:
        return len(self._lines)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Entries):
            return self.text == other.text
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]  # as any mapping


def _first(key: str) -> str:
    """The first line of an entry."""
    return f"{encode_basestring(key)}:"
