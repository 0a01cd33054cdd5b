"""The line of each thing that a TOML text declares: `tomllib` keeps no places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence

__all__ = ["Lines", "Location"]

Location = Sequence[int | str]


class Lines:
    """Finds the line of each table, key and element of an array in a TOML text."""

    def __init__(self, text: str) -> None:
        self._places = dict(reversed(list(_places(text.split("\n")))))

    def of(self, location: Location) -> int:
        """The line (from 1) of the deepest part of `location` that the text shows."""
        steps = tuple(location)
        known = (steps[:size] for size in range(len(steps), 0, -1))
        return next((self._places[each] for each in known if each in self._places), 1)

    def without(self, location: Location) -> Lines:
        """Those that there are once an element of an array is taken out: the next has its place."""
        *array, index = location
        size, rest = len(array), Lines("")
        for place, line in self._places.items():
            step = place[size] if len(place) > size and place[:size] == tuple(array) else None
            if not isinstance(step, int) or not isinstance(index, int) or step < index:
                rest._places[place] = line
            elif step > index:
                rest._places[(*array, step - 1, *place[size + 1 :])] = line
        return rest


_KEY = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
_KEYS = re.compile(rf"\s*((?:{_KEY})(?:\s*\.\s*(?:{_KEY}))*)\s*")
_VALUES = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[{]|[\]}]')


def _places(lines: Sequence[str]) -> Iterator[tuple[tuple[int | str, ...], int]]:
    """Each location and its line, in the order in which they stand; the text may be broken."""
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    key, depth, elements, quotes = table, 0, 0, ""
    for number, line in enumerate(lines, 1):
        if not depth and not quotes:
            header = re.match(r"\s*(\[\[?)", line)
            named = _KEYS.match(line, header.end() if header else 0)
            if header and named:
                table = _table(_parts(named[1]), counts, new=header[1] == "[[")
                yield from ((table[:size], number) for size in range(1, len(table) + 1))
                continue
            if not named or not line.startswith("=", named.end()):
                continue
            key, elements = (*table, *_parts(named[1])), 0
            yield from ((key[:size], number) for size in range(len(table) + 1, len(key) + 1))
        elif depth == 1 and line.lstrip().startswith("{"):
            yield (*key, elements), number
            elements += 1
        # The names before a "=" have no brackets, and are the same to `_opened`.
        depth, quotes = _opened(line, depth, quotes)


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
