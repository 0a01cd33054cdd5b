"""Front matter of which each line is a key, a colon, a space and plain words, as nearly all is: it
needs no reader of YAML, which would find the same in ten times the time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.content.written import Entry

__all__ = ["plain_entries"]

_LINE = re.compile(
    # Letters and digits of any script; no sign that means something in YAML, wherever it stands.
    r"([A-Za-z_][A-Za-z0-9_-]*): ([^\W_](?:[\w ,.;()/+'’“”…–—-]*[\w,.;()/+'’“”…–—-])?)"
)


def plain_entries(lines: Sequence[str], end: int) -> dict[str, Entry] | None:
    """What stands in `lines` from 1 to `end`; None where one of them is anything else."""
    entries: dict[str, Entry] = {}
    for at in range(1, end):
        found = _LINE.fullmatch(lines[at])
        if found is None or found[1] in entries:
            return None
        entries[found[1]] = Entry(found[2], at + 1)
    return entries
