"""What follows from an entry of the register: what it says of itself, and what refers to it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policy.addresses import PARTS, Address, addressed, slug, written
from policy.forms import FORM_TABLES, Form

__all__ = ["entry_at", "facts", "forms_of", "of_the_whole", "pages_naming", "referring"]

_SAID_ELSEWHERE = frozenset(
    {"name", "holds", "text", "carries", "when", "receives", "says", *PARTS.values()}
)
_SHARED = ("purpose", "keep", "lifetime", "months")
_REFERENCES = {
    "purpose": "purpose",
    "purposes": "purpose",
    "set_by": "endpoint",
    "sent_by": "endpoint",
    "refers": "table",
}
"""The keys by which an entry or a part refers to another, and the kind of that other."""


def entry_at(register: Mapping[str, Any], location: Iterable[int | str]) -> Mapping[str, Any]:
    """What stands there in a register, as it stands in a file."""
    entry: Any = register
    for step in location:
        entry = entry[step]
    found: Mapping[str, Any] = entry
    return found


def facts(entry: Mapping[str, Any]) -> Iterator[str]:
    """What the entry says besides its name and its words: how long, by whom, what for."""
    for key, value in entry.items():
        if key not in _SAID_ELSEWHERE:
            yield f"{key.replace('_', ' ')}: {_plain(value)}"


def of_the_whole(register: Mapping[str, Any], location: Sequence[int | str]) -> Iterator[str]:
    """What a part shares with the entry that it is in: what for, and for how long."""
    if len(location) > 2:
        whole = entry_at(register, location[:2])
        for key in (each for each in _SHARED if each in whole):
            yield f"{key}: {_plain(whole[key])}, as all of it"


def referring(register: Mapping[str, Any], address: Address) -> Iterator[str]:
    """The addresses of entries that refer to the one at `address`, each with the key that does."""
    found = dict(addressed(register))
    entry = entry_at(register, found[address])
    for other, location in found.items():
        if other == address:
            continue
        there = entry_at(register, location)
        for key, kind in _REFERENCES.items():
            values = there.get(key, ())
            values = [values] if isinstance(values, str) else values
            if kind == address[0] and any(_means(kind, each, entry, address) for each in values):
                yield f"{written(other)} ({key.replace('_', ' ')})"


def forms_of(forms: Mapping[str, Form], address: Address) -> Iterator[str]:
    """The forms that have this purpose, or fill this column; each with its page."""
    for form in forms.values():
        boxes = [box for box in (form.permission, form.recognize) if box]
        purposes = {form.purpose, *(box.purpose for box in boxes)}
        reached: set[Address] = {("purpose", slug(purpose)) for purpose in purposes}
        for table in FORM_TABLES:
            reached |= {("table", table), *(("table", table, each.name) for each in form.fields)}
        if address in reached:
            yield f"site/forms/{form.name}.toml, on {form.page}"


def pages_naming(pages: Mapping[str, str], text: str) -> Iterator[str]:
    """Of built `pages` (their text by address) those that say `text` to visitors."""
    for page, said in pages.items():
        if text and html.escape(text, quote=False) in said:
            yield page


def _means(kind: str, value: str, entry: Mapping[str, Any], address: Address) -> bool:
    if kind == "purpose":
        return value == str(entry["name"])
    if kind == "table":
        return tuple(value.split("."))[: len(address) - 1] == address[1:]
    path = str(entry["path"])
    return value == path or (path.endswith("/") and value.startswith(path))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(each)}" for key, each in value.items())
    return str(value)
