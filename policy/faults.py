"""Faults: what is wrong in a person's input, where, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend. `path` is relative to the site's root; `line` counts from 1.

    A line end in `message` parts what it lists, and in `hint` what is to be pasted. `about` is
    what in the line it is about, as it stands there; without it, what the message names.
    """

    path: str
    line: int | None
    message: str
    hint: str = ""
    about: str = ""

    def __str__(self) -> str:
        text = f"error: {self.place}: {self.message}"
        return f"{text}\nhint: {self.hint}" if self.hint else text

    @property
    def place(self) -> str:
        """The file, with the line where it is known."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Faults(Exception):
    """Every fault found in one reading, sorted by file and line.

    `status` is what a command ends with; `epilogue` says what became of what was asked for.
    """

    status = 1
    epilogue = ""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda f: (f.path, f.line or 0, f.message)))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n\n".join([*(str(fault) for fault in self.faults), self.count])

    @property
    def count(self) -> str:
        """How many they are, in words."""
        return "1 error" if len(self.faults) == 1 else f"{len(self.faults)} errors"


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The hint for a word that is not allowed: the closest one that is, then all of them."""
    names = sorted(allowed)
    if not names:
        return "none is declared"
    return f"{closest(word, names)}Allowed: {', '.join(names)}"


def closest(word: str, allowed: Iterable[str]) -> str:
    """The beginning of a hint, with a space after it: the closest word that is allowed, if any."""
    close = difflib.get_close_matches(word, allowed, n=1)
    return f'did you mean "{close[0]}"? ' if close else ""
