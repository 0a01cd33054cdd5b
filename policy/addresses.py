"""The address of each entry of the register, as people write it: `cookie.visit`,
`table.submissions.phone`, `log.rows-removed`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["PARTS", "Address", "addressed", "slug", "written"]

Address = tuple[str, ...]

PARTS = {"cookie": "parts", "storage": "parts", "table": "columns", "log": "fields"}
"""The kinds of entries that have named parts, and the key under which these stand."""


def slug(name: str) -> str:
    """A name without what cannot stand in an address: "rows removed" is "rows-removed"."""
    return re.sub(r"[^\w/]+", "-", name.lower()).strip("-")


def written(address: Address) -> str:
    """The address in one word."""
    return ".".join(address)


def addressed(register: Mapping[str, Any]) -> Iterator[tuple[Address, tuple[int | str, ...]]]:
    """Each entry of a register, as it stands in a file: its address and its location there."""
    for kind, entries in register.items():
        if isinstance(entries, Mapping):
            yield (kind,), (kind,)
        if not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            if not isinstance(entry, Mapping):
                continue
            address = (kind, slug(entry.get("name") or entry.get("path") or ""))
            yield address, (kind, index)
            for number, part in enumerate(entry.get(PARTS.get(kind, ""), ())):
                yield (*address, slug(part["name"])), (kind, index, PARTS[kind], number)
