"""What of a text is code, which is shown as it stands and never changed."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["fenced", "outside_code"]

_FENCE = re.compile(r"[ \t]*(?:>[ \t]?)*(?:[-*+]|\d+[.)])?[ \t]*(`{3,}|~{3,})(.*)$")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:.|\n(?!\s*\n))*?(?<!`)\1(?!`)")


def outside_code(text: str, change: Callable[[str], str], *, spans: bool = False) -> str:
    """The text with what is no code changed; with `spans` also what stands between backticks."""
    done: list[str] = []
    plain: list[str] = []
    end = ""

    def flush() -> None:
        whole = "".join(plain)
        done.append(change(whole) if spans else _outside_spans(whole, change))
        plain.clear()

    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line.rstrip("\n"))
        if end:
            done.append(line)
            if found and found[1].startswith(end) and not found[2].strip():
                end = ""
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            flush()
            end = found[1]
            done.append(line)
        else:
            plain.append(line)
    flush()
    return "".join(done)


def _outside_spans(text: str, change: Callable[[str], str]) -> str:
    parts, at = [], 0
    for found in _SPAN.finditer(text):
        parts += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, change(text[at:])])


def fenced(code: str, language: str = "") -> str:
    """A block of code that ends where it should, whatever is in it."""
    longest = max((len(each) for each in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"
