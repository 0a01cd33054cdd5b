"""What the lines of a paragraph can be besides: definitions of links (CommonMark 0.31.2, 4.7) and
tables (GitHub Flavored Markdown 0.29, 4.10)."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from html import unescape
from string import punctuation

__all__ = ["DESTINATION", "Table", "find_table", "label", "plain", "take_definitions"]

DESTINATION = r"<(?:[^<>\n\\]|\\.)*>|(?!<)[^\s\x00-\x1f\x7f]+"
_TITLE = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\((?:[^()\\]|\\.)*\)'
_DEFINITION = re.compile(
    rf"[ ]{{0,3}}\[(?P<label>(?:[^\[\]\\]|\\.)+)\]:[ \t]*\n?[ \t]*(?P<to>{DESTINATION})"
    rf"(?:(?:[ \t]+|[ \t]*\n[ \t]*)(?P<title>{_TITLE})[ \t]*(?=\n|$)|[ \t]*(?=\n|$))",
    re.DOTALL,
)
_DASHES = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PROTECTED = re.compile(rf"\\([{re.escape(punctuation)}])")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Table:
    """The cells of a table, the side on which each column stands (or an empty text), and how many
    lines of the paragraph stand above it."""

    above: int
    head: Sequence[str]
    sides: Sequence[str]
    rows: Sequence[Sequence[str]]


def label(text: str) -> str:
    """A label as it is compared: without regard to capitals and blanks."""
    return " ".join(text.split()).casefold()


def take_definitions(
    text: str,
    references: MutableMapping[str, tuple[str, str]],
) -> str:
    """The text of a paragraph without the definitions that it begins with. The first definition of
    a label is the one that counts."""
    while text.lstrip(" ").startswith("[") and (found := _DEFINITION.match(text)):
        name = label(found["label"])
        if not name:
            break
        to = found["to"]
        to = to[1:-1] if to.startswith("<") else to
        title = plain(found["title"][1:-1]) if found["title"] else ""
        references.setdefault(name, (plain(to), title))
        text = text[found.end() :].removeprefix("\n")
    return text


def plain(text: str) -> str:
    """The text without the backslashes that protect its signs, and with the letters that entities
    stand for."""
    return unescape(_PROTECTED.sub(r"\1", text))


def find_table(lines: Sequence[str]) -> Table | None:
    """The table that the lines of a paragraph hold."""
    for at in range(1, len(lines)):
        if "-" not in lines[at] or not _DASHES.match(lines[at].strip()):
            continue
        if "|" not in lines[at] + lines[at - 1]:
            continue
        dashes, head = _cells(lines[at]), _cells(lines[at - 1])
        if len(dashes) != len(head):
            continue
        rows = [_cells(line) for line in lines[at + 1 :]]
        rows = [(row + [""] * len(head))[: len(head)] for row in rows]
        return Table(at - 1, head, [_side(each) for each in dashes], rows)
    return None


def _cells(line: str) -> list[str]:
    line = line.strip()
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)]


def _side(dashes: str) -> str:
    return {(True, True): "center", (True, False): "left", (False, True): "right"}.get(
        (dashes.startswith(":"), dashes.endswith(":")), ""
    )
