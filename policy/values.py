"""Value types: every value that a part of a cookie or storage key can have.

From it comes the greatest number of bits that a cookie can carry: log2 of how many different
values there can be (Shannon, 1948). Two to the power of 33 values would tell all people apart.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from urllib.parse import unquote

from policy.register import Cookie, Part, Storage

Named = Mapping[str, Container[str]]
"""What parts of the kinds "page", "section", "source", "campaign" and "audience" may hold; and of
which parts "goals" (names) and "funnels" (each of their steps, "name:2") are some."""

Counted = Mapping[str, Collection[str]]
"""The same, where it can be counted."""

MARK = "~"
"""What stands between the names in one part of a cookie."""

MONTHS = 12 * 10
"""Months are counted over ten years, which no answer outlives."""


def allows(part: Part, value: str, version: int, named: Named) -> bool:
    """Whether `value` is one that the part can have, in a register of this version."""
    match part.kind:
        case "version":
            return value == str(version)
        case "number":
            return bool(re.fullmatch(r"0|[1-9][0-9]{0,8}", value)) and (
                part.least <= int(value) <= part.most
            )
        case "random":
            return bool(re.fullmatch(rf"[A-Za-z0-9_-]{{{-(-part.bits // 6)}}}", value))
        case "one of":
            return value in part.options
        case "month":
            return bool(re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value))
        case _:
            return _is_named(part, value, named[part.kind])


def _is_named(part: Part, value: str, known: Container[str]) -> bool:
    if part.kind in ("goals", "funnels"):
        return not value or _is_some(value.split(MARK), known)
    return value in known


def _is_some(values: Sequence[str], known: Container[str]) -> bool:
    """Whether they are in their one order, and each name stands there once."""
    names = [value.partition(":")[0] for value in values]
    return names == sorted(set(names)) and all(value in known for value in values)


def possible_values(part: Part, named: Counted) -> int:
    """How many values the part can have."""
    match part.kind:
        case "version":
            return 1
        case "number":
            return part.most - part.least + 1
        case "random":
            return int(2**part.bits)
        case "one of":
            return len(part.options)
        case "month":
            return MONTHS
        case _:
            return _possible_names(part, named[part.kind])


def _possible_names(part: Part, known: Collection[str]) -> int:
    if part.kind == "goals":
        return int(2 ** len(known))
    if part.kind == "funnels":
        steps = Counter(step.partition(":")[0] for step in known)
        return math.prod(number + 1 for number in steps.values())
    return len(known)


def most_bits(cookie: Cookie | Storage, named: Counted) -> float:
    """The greatest number of bits that the value can carry."""
    return sum(math.log2(max(1, possible_values(part, named))) for part in cookie.parts)


def wrong_cookie(cookie: Cookie, raw: str, version: int, named: Named) -> str:
    """Why a value is none that the cookie can have, apart from its signature; empty if it is."""
    if not cookie.signed:
        return "" if allows(cookie.parts[0], raw, version, named) else cookie.parts[0].name
    text, _, signature = raw.rpartition(".")
    pairs = [pair.partition("=") for pair in text.split("&")]
    if [name for name, _, _ in pairs] != [part.name for part in cookie.parts]:
        return "its parts"
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", signature):
        return "its signature"
    for part, (_, _, value) in zip(cookie.parts, pairs, strict=True):
        if not allows(part, unquote(value), version, named):
            return part.name
    return ""


def wrong_item(storage: Storage, raw: str, version: int, named: Named) -> str:
    """Why a value is none that the storage key can have; empty if it is."""
    values = raw.split(" ")
    if len(values) != len(storage.parts):
        return "its parts"
    for part, value in zip(storage.parts, values, strict=True):
        if not allows(part, value, version, named):
            return part.name
    return ""
