"""The place of each thing that a TOML text declares: `tomllib` keeps no places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Lines", "Location"]

Location = Sequence[int | str]

_Steps = tuple[int | str, ...]


class _Place(NamedTuple):
    """A line, from 1; and of what stands in brackets or braces, its text in that line."""

    line: int
    text: str = ""


class Lines:
    """Finds each table, key and element of an array in a TOML text, which may be broken."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._places: dict[_Steps, _Place] = {}
        self._values: dict[_Steps, tuple[int, int]] = {}
        """Where those begin that have others in them, by line and column, until one is asked for:
        most never are."""
        for steps, line, column in _places(self._lines):
            if steps not in self._places:
                self._places[steps] = _Place(line)
                if column:
                    self._values[steps] = line, column

    def of(self, location: Location) -> int:
        """The line (from 1) of the deepest part of `location` that the text shows."""
        return self._of(location).line

    def text(self, location: Location) -> str:
        """What stands in that line of what `of` finds, where that is in brackets or braces, among
        others perhaps: a key with its value, or an element."""
        return self._of(location).text

    def _of(self, location: Location) -> _Place:
        steps = tuple(location)
        for size in range(1, len(steps)):
            self._look_into(steps[:size])
        known = (steps[:size] for size in range(len(steps), 0, -1))
        return next((self._places[each] for each in known if each in self._places), _Place(1))

    def _look_into(self, key: _Steps) -> None:
        if key in self._values:
            line, column = self._values.pop(key)
            value = _Value(key)
            for number, text in enumerate(self._lines[line - 1 :], line):
                for steps, place in value.found(text, column, number):
                    self._places.setdefault(steps, place)
                if not value.is_open:
                    break
                column = 0

    def without(self, location: Location) -> Lines:
        """Those that there are once an element of an array is taken out: the next has its place."""
        *array, index = location
        size, rest = len(array), Lines("")
        for key in tuple(self._values):
            self._look_into(key)
        for steps, place in self._places.items():
            step = steps[size] if len(steps) > size and steps[:size] == tuple(array) else None
            if not isinstance(step, int) or not isinstance(index, int) or step < index:
                rest._places[steps] = place
            elif step > index:
                rest._places[(*array, step - 1, *steps[size + 1 :])] = place
        return rest


_KEY = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
_KEYS = re.compile(rf"\s*((?:{_KEY})(?:\s*\.\s*(?:{_KEY}))*)\s*")
_VALUES = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[{]|[\]}]')
_WORDS = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[\[\]{},=]|[^\s\[\]{},="'#]+""")
"""Quotes of long texts, texts, comments, marks, and what stands between them."""
_LONG = ('"' * 3, "'" * 3)


def _places(lines: Sequence[str]) -> Iterator[tuple[_Steps, int, int]]:
    """Each location of a table and a key, and its line, in the order in which they stand; and where
    its value begins in it, if others stand in that."""
    table: _Steps = ()
    counts: dict[_Steps, int] = {}
    depth, quotes = 0, ""
    for number, line in enumerate(lines, 1):
        if not depth and not quotes:
            header = re.match(r"\s*(\[\[?)", line)
            named = _KEYS.match(line, header.end() if header else 0)
            if header and named:
                table = _table(_parts(named[1]), counts, new=header[1] == "[[")
                yield from ((table[:size], number, 0) for size in range(1, len(table) + 1))
                continue
            if not named or not line.startswith("=", named.end()):
                continue
            key, at = (*table, *_parts(named[1])), named.end() + 1
            yield from ((key[:size], number, 0) for size in range(len(table) + 1, len(key)))
            yield key, number, at if line[at:].lstrip()[:1] in ("[", "{") else 0
        # The names before a "=" have no brackets, and are the same to `_opened`.
        depth, quotes = _opened(line, depth, quotes)


@dataclass
class _Opened:
    """A list or a table in braces that has not ended: where its present element or key began, and
    what was found in it."""

    steps: _Steps
    is_list: bool
    number: int = 0
    names: tuple[str, ...] = ()
    is_named: bool = False
    begun: int | None = None

    def begins(self, word: str, at: int) -> bool:
        """Take a word in the column `at`. Whether it is known now where the location `inner` is."""
        is_first = self.begun is None
        if is_first:
            self.begun = at
        if self.is_list:
            return is_first
        if self.is_named or word != "=":
            self.names += () if self.is_named else _parts(word)
            return False
        self.is_named = True
        return True

    @property
    def inner(self) -> _Steps:
        """The location of the present element, or of the value of the present key."""
        return (*self.steps, self.number) if self.is_list else (*self.steps, *self.names)

    def go_on(self) -> None:
        """After a comma."""
        self.number += 1
        self.names, self.is_named, self.begun = (), False, None


@dataclass
class _Value:
    """The value of a key, read line after line."""

    key: _Steps
    opened: list[_Opened] = field(default_factory=list)
    quotes: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.opened or self.quotes)

    def found(self, line: str, at: int, number: int) -> Iterator[tuple[_Steps, _Place]]:
        """What begins in the line `number`, from the column `at` on."""
        begun: dict[_Steps, int] = {}
        ends: dict[_Steps, int] = {}
        end = at
        for each in self._words(line, at):
            word, last = each[0], self.opened[-1] if self.opened else None
            if word in (",", "]", "}"):
                if last:
                    ends.setdefault(last.inner, end)
                    self._after(word, last)
            else:
                if last and last.begins(word, each.start()) and last.begun is not None:
                    begun.setdefault(last.inner, last.begun)
                if word in ("[", "{"):
                    self.opened.append(_Opened(last.inner if last else self.key, word == "["))
            end = each.end()
        for steps, start in begun.items():
            yield steps, _Place(number, line[start : ends.get(steps, end)])

    def _after(self, mark: str, last: _Opened) -> None:
        if mark == ",":
            last.go_on()
        else:
            self.opened.pop()

    def _words(self, line: str, at: int) -> Iterator[re.Match[str]]:
        """Those of a line but for comments and what stands in long texts."""
        while True:
            if self.quotes:
                closed = line.find(self.quotes, at)
                if closed < 0:
                    return
                at, self.quotes = closed + len(self.quotes), ""
            if (found := _WORDS.search(line, at)) is None:
                return
            at = found.end()
            if found[0] in _LONG:
                self.quotes = found[0]
            if found[0][0] != "#":
                yield found


def _table(
    parts: Sequence[str], counts: dict[tuple[int | str, ...], int], *, new: bool
) -> tuple[int | str, ...]:
    """The location that a header means: arrays of tables in it get the index of their last."""
    place: tuple[int | str, ...] = ()
    for size, part in enumerate(parts, 1):
        place = (*place, part)
        if new and size == len(parts):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _parts(dotted: str) -> tuple[str, ...]:
    found = re.findall(_KEY, dotted)
    return tuple(_plain(each) if each[0] in "\"'" else each for each in found)


def _plain(quoted: str) -> str:
    """The name that stands in quotes, with what a backslash stands for."""
    if quoted[0] == '"' and "\\" in quoted:
        try:
            return str(tomllib.loads(f"it = {quoted}")["it"])
        except tomllib.TOMLDecodeError:  # The whole text is none then, and told as such.
            pass
    return quoted[1:-1]


def _opened(line: str, depth: int, quotes: str) -> tuple[int, str]:
    """How many brackets, and which long string, are open after a line."""
    for found in _VALUES.findall(line):
        if quotes:
            quotes = "" if found == quotes else quotes
        elif len(found) == 3 and found in ('"""', "'''"):
            quotes = found
        elif found in ("[", "{"):
            depth += 1
        elif found in ("]", "}"):
            depth = max(0, depth - 1)
    return depth, quotes
