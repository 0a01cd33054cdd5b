"""What a style sheet has browsers load only in a state of their visitor: where somebody points,
types, prints, or wants more contrast. Whoever asks for it tells that they are in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generator.check.styles import style_addresses

__all__ = ["loaded_by_state", "loaded_by_states"]

PIECES = re.compile(
    r"""/\*.*?(?:\*/|\Z)|(?P<kept>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)]*\)|[^{};/"'u]+|.)""",
    re.DOTALL | re.VERBOSE,
)
"""What stands between the braces, without comments; brackets and quotes may hold any of them."""

STATE = re.compile(
    r":(?:hover|focus|active|visited|checked|indeterminate|default|(?:user-)?(?:in)?valid"
    r"|in-range|out-of-range|placeholder-shown|autofill|target|open|popover-open|modal"
    r"|fullscreen|picture-in-picture|playing|paused|muted|blank|has\()|\[\s*(?:value|open)\b",
    re.IGNORECASE,
)
AT_MEDIA = re.compile(r"@(?:media|import)\b", re.IGNORECASE)
FEATURE = re.compile(r"\(\s*([\w-]+)")
OF_ALL = {"width", "min-width", "max-width", "prefers-color-scheme", "prefers-reduced-motion"}
"""Whatever a page is shown in has these, and its layout follows them."""

PAPER = re.compile(r"\b(?:print|speech)\b", re.IGNORECASE)
NAMED = re.compile(r"(--[\w-]+)\s*:(.*)", re.DOTALL)
USED = re.compile(r"var\(\s*(--[\w-]+)")


def loaded_by_states(public: Path) -> tuple[tuple[str, str], ...]:
    """By the name of each style sheet that is published, what it depends on."""
    return tuple(
        (path.name, state)
        for path in sorted(public.rglob("*.css"))
        for state in dict.fromkeys(loaded_by_state(path.read_text(encoding="utf-8")))
    )


def loaded_by_state(css: str) -> Iterator[str]:
    """On what it depends whether something is loaded, for each thing that is not by everybody."""
    found = list(_declarations(css))
    with_address = {name[1] for _, each in found if (name := NAMED.match(each)) and _asks(each)}
    for around, text in found:
        if NAMED.match(text) and not any(map(_tells, around)):
            continue
        if _asks(text) or with_address.intersection(USED.findall(text)):
            yield from filter(_tells, (*around, text))


def _asks(text: str) -> bool:
    """Whether a browser loads something of it: what is in the style itself is there already."""
    addresses = (address for _, address in style_addresses(text))
    return any(not each.startswith(("data:", "#")) for each in addresses)


def _tells(prelude: str) -> bool:
    if AT_MEDIA.match(prelude):
        named = set(FEATURE.findall(prelude.partition(")")[2] if "url(" in prelude else prelude))
        return bool(PAPER.search(prelude) or named - OF_ALL)
    return bool(STATE.search(prelude)) if not prelude.startswith("--") else False


def _declarations(css: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each declaration, or rule without a block, with what stands before the braces around it."""
    around: list[str] = []
    text = ""
    for piece in PIECES.finditer(css):
        part = piece["kept"] or ""
        if part not in ("{", "}", ";"):
            text += part
            continue
        words, text = " ".join(text.split()), ""
        if part == "{":
            around.append(words)
            continue
        if words:
            yield tuple(around), words
        if part == "}" and around:
            around.pop()
