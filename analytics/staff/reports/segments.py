"""What a site would declare to have the filters of a report counted together from then on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from analytics.staff.reports.filters import Filter
from analytics.staff.reports.naming import Naming
from policy.segments import Condition

__all__ = ["segment_text"]

LONGEST_NAME, LONGEST_LABEL = 24, 40
"""Characters, as policy.segments has it."""

NAME = re.compile(r"[^a-z0-9]+")


def segment_text(filters: Sequence[Filter], naming: Naming) -> str:
    """Lines for site/segments.toml; "" where a filter is none that a segment can have. With one
    filter, a second condition is for the site to write."""
    if not filters or any(str(each.dimension) not in get_args(Condition) for each in filters):
        return ""
    words = [naming.name(each.dimension, each.cell) for each in filters]
    name = "-".join(NAME.sub("-", word.lower()).strip("-") for word in words)
    name = _short(re.sub(r"^[^a-z]+", "", name), "-", LONGEST_NAME) or "segment"
    conditions = [f"{each.dimension} = [{_text(each.cell)}]" for each in filters]
    if len(filters) == 1:
        other = "device" if filters[0].dimension != "device" else "channel"
        conditions.append(f'{other} = ["{"Phone" if other == "device" else "search"}"]')
    label = _short(", ".join(words), " ", LONGEST_LABEL).rstrip(",")
    when = ", ".join(conditions)
    return f'[[segment]]\nname = "{name}"\nlabel = {_text(label)}\nwhen = {{ {when} }}\n'


def _short(text: str, between: str, most: int) -> str:
    """As many whole words of a text as `most` characters hold; of one that is longer, its
    beginning."""
    if len(text) <= most:
        return text.strip(between)
    whole, _, _ = text[: most + 1].rpartition(between)
    return (whole or text[:most]).strip(between)


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
