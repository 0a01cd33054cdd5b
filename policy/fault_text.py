"""Faults as a terminal, a log or the preview shows them: each with its place in the source."""

from __future__ import annotations

import os
import shutil
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from policy.excerpts import Excerpt, Excerpts
from policy.faults import Fault
from policy.typed import as_typed

__all__ = ["FaultText", "cleaned", "in_full"]

MOST = 40
"""More than that are not read one by one."""

MOST_OF_A_FILE = 5
"""Where they are too many: what is wrong with one file often has one cause."""

MOST_FILES = 15
WIDTH = 100
_TAB = 4
_CUT = "…"
_KEPT = "\0"
"""A blank at which no line ends: no cleaned text has one."""

_STEERING = {each: chr(0x2400 + each) for each in range(32) if each not in (9, 10)}
_STEERING |= dict.fromkeys((*range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, 0x2028, 0x2029), "\ufffd")
_STEERING |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")
"""What would steer a terminal, or turn the order of what is read: shown as a sign of its own."""


def cleaned(text: str) -> str:
    """The text without what would steer a terminal."""
    return text.translate(_STEERING)


def in_full(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Those that are shown with all that is known of them; the others are counted."""
    if len(faults) <= MOST:
        return tuple(faults)
    of_file: Counter[str] = Counter()
    shown: list[Fault] = []
    for fault in faults:
        of_file[fault.path] += 1
        if of_file[fault.path] <= MOST_OF_A_FILE and len(shown) < MOST:
            shown.append(fault)
    return tuple(shown)


@dataclass(frozen=True, slots=True)
class FaultText:
    """Writes faults, with colors for a terminal that has them, in lines of `width` columns."""

    excerpts: Excerpts
    color: bool = False
    width: int = WIDTH
    wraps: bool = False
    """Whether words that are longer than a line go on in the next one."""

    @classmethod
    def on(cls, stream: TextIO, root: Path) -> FaultText:
        """As a stream can show them: a terminal has a width, and colors unless `NO_COLOR` is set
        (no-color.org)."""
        if not stream.isatty():
            return cls(Excerpts(root))
        color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(Excerpts(root), color, shutil.get_terminal_size((WIDTH, 24)).columns, True)

    def all(self, faults: Sequence[Fault], kind: str = "error", *, sources: bool = True) -> str:
        """Each as `one`; of too many, the first in full, and how many others each file has."""
        shown = in_full(faults)
        parts = [self.one(each, kind, source=sources) for each in shown]
        if len(shown) < len(faults):
            parts.append(self._others(faults, shown))
        return "\n\n".join(parts) if sources else "\n".join(parts)

    def one(self, fault: Fault, kind: str = "error", *, source: bool = True) -> str:
        """What, where, with two lines of the source, and how to mend it."""
        color = "red" if kind == "error" else "yellow"
        head = self._styled(f"{kind}:", fg=color, bold=True)
        place = self._styled(fault.place, bold=True)
        used = len(kind) + len(fault.place) + 4
        lines = [f"{head} {place}: {self._said(fault.message, used)}"]
        if source and (excerpt := self.excerpts.of(fault)):
            lines += self._source(excerpt, color)
        if fault.hint:
            hint = self._said(fault.hint, len("hint: "))
            lines.append(f"{self._styled('hint:', fg='cyan', bold=True)} {hint}")
        return "\n".join(lines)

    def typed(self, text: str) -> str:
        """A text with its commands as they are typed here."""
        return as_typed(text, self.excerpts.root)

    def _said(self, text: str, used: int) -> str:
        """Words, of which the first line begins behind `used` columns."""
        if not self.wraps:
            return cleaned(self.typed(text)).replace("\n", "\n  ")
        kept = as_typed(cleaned(text), self.excerpts.root, _KEPT)
        first, *others = kept.split("\n")
        # What stands before is a word: blanks at the beginning would be dropped before a long one.
        lines = _wrapped(f"{'x' * (used - 1)} {first}", self.width, "  ")
        lines[0] = lines[0][used:]
        for each in others:
            lines += _wrapped(f"  {each}", self.width, "    ")
        return cleaned("\n".join(lines).replace(_KEPT, " "))

    def _source(self, excerpt: Excerpt, color: str) -> list[str]:
        size = len(str(excerpt.lines[-1][0]))
        room = max(20, self.width - size - 5)
        lines = []
        for number, text in excerpt.lines[:-1]:
            lines.append(self._row(f"{number:{size}}", _fitting(_spread(text), room)))
        number, text = excerpt.lines[-1]
        before = _spread(text[: excerpt.start])
        about = _spread(text[excerpt.start : excerpt.end], len(before))
        rest = _spread(text[excerpt.end :], len(before) + len(about))
        if _cells(before) > room // 2 and _cells(before + about + rest) > room:
            before = _CUT + _ending(before, room // 3)
        left = room - _cells(before)
        about_shown = _fitting(about, max(1, left))
        rest = _fitting(rest, left - _cells(about_shown)) if about_shown == about else ""
        lines.append(self._row(f"{number:{size}}", before + about_shown + rest))
        caret = self._styled("^" * max(1, _cells(about_shown)), fg=color, bold=True)
        lines.append(self._row(" " * size, " " * _cells(before) + caret))
        return lines

    def _row(self, number: str, text: str) -> str:
        return f"  {self._styled(f'{number} |', fg='blue')} {text}".rstrip()

    def _others(self, faults: Sequence[Fault], shown: Sequence[Fault]) -> str:
        left = Counter(each.path for each in faults)
        left.subtract(each.path for each in shown)
        files = [(path, number) for path, number in left.items() if number]
        most = sorted(files, key=lambda each: (-each[1], each[0]))[:MOST_FILES]
        width = len(str(most[0][1]))
        lines = [f"{len(faults) - len(shown)} more, by file:"]
        lines += [f"  {number:{width}}  {cleaned(path)}" for path, number in most]
        if len(files) > len(most):
            lines.append(f"  … and {len(files) - len(most)} more files")
        hint = self.typed("hint: build.py check --format json tells them all")
        return "\n".join([*lines, hint])

    def _styled(self, text: str, *, fg: str | None = None, bold: bool = False) -> str:
        text = cleaned(text)
        return click.style(text, fg=fg, bold=bold) if self.color else text


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """The words in lines of at most `width` columns where there are blanks for it: a command, whose
    blanks are none here, is one long word, which can be copied as it is."""
    return textwrap.wrap(
        text,
        max(40, width),
        subsequent_indent=indent,
        drop_whitespace=True,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [text]


def _spread(text: str, column: int = 0) -> str:
    """Cleaned, and with blanks for tabs."""
    spread = ""
    for letter in cleaned(text):
        spread += " " * (_TAB - (column + len(spread)) % _TAB) if letter == "\t" else letter
    return spread


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(map(_width, text))


def _width(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _fitting(text: str, room: int) -> str:
    """As much of the beginning as there is room for."""
    if len(text) * 2 <= room or _cells(text[: room + 1]) <= room >= len(text):
        return text
    kept: list[str] = []
    used = 0
    for letter in text:
        used += _width(letter)
        if used >= room:
            return "".join(kept).rstrip() + _CUT
        kept.append(letter)
    return text


def _ending(text: str, room: int) -> str:
    """As much of the end as there is room for."""
    used = 0
    for at in range(len(text) - 1, -1, -1):
        used += _width(text[at])
        if used > room:
            return text[at + 1 :]
    return text
