"""Faults for programs: what `--format json` prints, and what the preview's sheet is made of.

docs/commands.md documents the form. What is there stays there; a newer engine may add keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from policy.excerpts import Excerpts
from policy.failures import Told
from policy.faults import Fault, Faults
from policy.typed import as_typed

__all__ = ["FORM", "failed", "stated", "succeeded"]

FORM = 1
"""The number of the form; another one would mean that programs must be changed."""

LONGEST_LINE = 300


def succeeded(root: Path, figures: Mapping[str, Any], warnings: Iterable[Fault]) -> str:
    """What a command did, and what is not quite right."""
    told = {"ok": True, "errors": [], "warnings": list(_all(root, warnings)), "message": ""}
    return _written({**told, **figures})


def failed(root: Path, error: Exception, told: Told) -> str:
    """Why it did not, with every fault."""
    faults = error.faults if isinstance(error, Faults) else ()
    text = error.epilogue if isinstance(error, Faults) else told.text
    return _written(
        {"ok": False, "errors": list(_all(root, faults)), "warnings": [], "message": text}
    )


def stated(fault: Fault, excerpts: Excerpts) -> dict[str, Any]:
    """A fault with its place in the source. `line` and `column` count from 1, in characters;
    `column` and `end_column`, which is behind the last one, are null where nobody knows them."""
    excerpt = excerpts.of(fault)
    is_exact = excerpt is not None and excerpt.is_exact
    return {
        "path": fault.path,
        "line": fault.line,
        "column": excerpt.start + 1 if excerpt and is_exact else None,
        "end_column": excerpt.end + 1 if excerpt and is_exact else None,
        "message": as_typed(fault.message.replace("\n", " "), excerpts.root),
        "hint": as_typed(fault.hint, excerpts.root),
        "source": [_line(*each, excerpt.start) for each in excerpt.lines] if excerpt else [],
    }


def _line(number: int, text: str, start: int) -> dict[str, Any]:
    """A line; of a very long one, what stands around the fault. `from` is its first column."""
    begin = max(0, start - LONGEST_LINE // 3) if len(text) > LONGEST_LINE else 0
    return {"line": number, "from": begin + 1, "text": text[begin : begin + LONGEST_LINE]}


def _all(root: Path, faults: Iterable[Fault]) -> Iterable[dict[str, Any]]:
    excerpts = Excerpts(root)
    return (stated(each, excerpts) for each in faults)


def _written(told: Mapping[str, Any]) -> str:
    # Whatever stands in a file can be written: half a character as its escape.
    return json.dumps({"form": FORM, **told}, indent=2)
