"""Where in its file a fault is: its line, the one before it, and the words that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policy.faults import Fault
from policy.site_files import read_file

__all__ = ["Excerpt", "Excerpts"]

_ENGINE = Path(__file__).parents[1]
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|\'([^\']+)\'')
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
_NOT_TEXT = "not UTF-8"
_ODD = re.compile(r"[^\w,.;!?’'-]")
_OPEN = {
    "comment has no end": "<!--",
    "list has no end": "[",
    "a value is used twice": "&",
    "no text for those who cannot see it": "![](",
}
"""What begins that which is at fault."""

_REPLACED = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`lines` are numbers and texts, as they stand in the file; the last one is the fault's.

    `start` and `end` are what in that line the fault is about, in characters from 0; where nobody
    knows that, they are the whole line without its indentation, and `is_exact` is false.
    """

    lines: tuple[tuple[int, str], ...]
    start: int
    end: int
    is_exact: bool


class Excerpts:
    """Those of faults in the site `root`, or in the engine's own features."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = root.resolve()
        # Faults come sorted by file, so that the lines of one are enough.
        self._kept: tuple[str, list[str]] = ("", [])

    def of(self, fault: Fault) -> Excerpt | None:
        """None where the fault has no line, or its file cannot be read."""
        if fault.line is None:
            return None
        lines = self._lines(fault.path)
        if not 1 <= fault.line <= len(lines):
            return None
        line = lines[fault.line - 1]
        found = next(_places(line, fault), None)
        blank = len(line) - len(line.lstrip())
        start, end = found or (min(blank, len(line)), max(blank, len(line.rstrip())))
        first = max(1, fault.line - 1)
        shown = tuple((number, lines[number - 1]) for number in range(first, fault.line + 1))
        return Excerpt(shown, start, end, found is not None)

    def _lines(self, name: str) -> list[str]:
        if self._kept[0] != name:
            self._kept = (name, self._read(name))
        return self._kept[1]

    def _read(self, name: str) -> list[str]:
        for folder in (self._root, _ENGINE):
            path = folder / name
            try:
                # What a link shows may be somebody else's.
                if path.resolve().is_relative_to(folder):
                    text = read_file(path).decode("utf-8-sig", errors="replace")
                    return [line.removesuffix("\r") for line in text.split("\n")]
            except (OSError, ValueError, RuntimeError):  # A loop of links, a name that is none.
                continue
        return []


def _places(line: str, fault: Fault) -> Iterator[tuple[int, int]]:
    """Where a line has what the fault names, the best place first."""
    for word in _named(fault):
        is_word = word[-1].isalnum() and word[0] != "\\"
        edges = (r"(?<!\w)" if word[0].isalnum() else "", r"(?!\w)" if is_word else "")
        if found := re.search(re.escape(word).join(edges), line, re.IGNORECASE):
            yield found.span()


def _named(fault: Fault) -> Iterator[str]:
    """What a fault names that may stand in its line as it is, the most telling first."""
    if fault.about:
        yield fault.about
    message = fault.message
    if _NOT_TEXT in message:
        yield _REPLACED
    if tail := message.partition(": ")[2]:
        yield tail
    quoted = [next(filter(None, found)) for found in _QUOTED.findall(message)]
    yield from reversed(quoted)
    # "cookie.visit.lifetime" stands as lifetime, below the heading of its table.
    yield from (part for each in reversed(quoted) if (part := each.rpartition(".")[2]))
    yield from _ESCAPE.findall(message)
    # An address, a tag, a mark: what no sentence has but to name it.
    odd = [each for each in message.split() if len(each) > 1 and _ODD.search(each)]
    yield from odd
    yield from (each.rstrip(",;:") for each in odd if len(each) > 2)
    yield from (each.rstrip(">") for each in odd if each.startswith("<"))
    # A link may be written relative to its page, and name a file.
    yield from (each for word in odd if "/" in word and (each := word.strip("/").split("/")[-1]))
    yield from (each for each in message.split() if each.isdecimal())
    refused, ends, _ = message.partition(" cannot stand in a page")
    if ends:
        yield from (f"<{refused}", f"{refused}=")
    yield from (begins for words, begins in _OPEN.items() if words in message)
