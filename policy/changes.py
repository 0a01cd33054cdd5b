"""`[words]` and `[limits]` of a site: its own sentences, and times no longer than the features'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.addresses import Address, written
from policy.declaration import Declaration
from policy.durations import Duration, parse
from policy.faults import Fault, closest
from policy.origins import Location, Origins
from policy.texts import says_something

__all__ = ["LIMITS", "WORDS", "Change", "changed"]

WORDS = {
    "purpose": ("text",),
    "cookie": ("holds", "set_when"),
    "storage": ("holds", "set_when"),
    "endpoint": ("carries",),
    "event": ("when",),
    "table": ("label", "holds"),
    "backup": ("holds",),
    "transient": ("holds",),
    "window": ("holds",),
    "log": ("holds",),
    "exception": ("holds",),
    "connection": ("to", "carries"),
    "header": ("holds",),
}
"""What visitors read of each kind of entry, or of its parts."""

LIMITS = {
    "cookie": ("lifetime", "idle_minutes", "most_hours", "most_bits"),
    "storage": ("months",),
    "table": ("keep",),
    "window": ("keep",),
    "backup": ("keep",),
}
"""What a site may make less of. `most_bits` is a budget, which it may also raise."""


@dataclass(frozen=True)
class Change:
    """Something that the site puts in the place of a feature's: the key of an entry."""

    entry: dict[str, Any]
    location: Location
    key: str
    value: object
    written_at: Location


def changed(
    declared: Declaration,
    entries: Mapping[Address, Location],
    register: Mapping[str, Any],
    origins: Origins,
    off: Mapping[Address, str],
) -> Iterator[Change | Fault]:
    """What `declared` changes of a register as it stands in a file, and what it cannot.

    `off` are the entries that are not there, each with the feature that it needs.
    """
    for section, given, keys in (
        ("words", declared.words, WORDS),
        ("limits", declared.limits, LIMITS),
    ):
        known = _changeable(entries, register, keys)
        for address, value in _flat(given):
            place = (section, *address)
            line = origins.site.of(place)
            message, hint = _wrong(section, address, value, known)
            if address not in known and address[:-1] in off:
                feature = off[address[:-1]]
                what = "text" if section == "words" else "limit"
                message = f'the {what} "{written(address)}" needs the feature "{feature}", '
                message += "which is off"
                hint = f'add "{feature}" to features, or remove the line'
            if message:
                yield Fault("site/policy.toml", line, message, hint)
                continue
            entry, location = known[address]
            yield Change(entry, location, address[-1], value, place)


def _changeable(
    entries: Mapping[Address, Location],
    register: Mapping[str, Any],
    keys: Mapping[str, tuple[str, ...]],
) -> dict[Address, tuple[dict[str, Any], Location]]:
    """Each text or time that may be changed, by its address."""
    found = {}
    for address, location in entries.items():
        entry: Any = register
        for step in location:
            entry = entry[step]
        for key in keys.get(address[0], ()):
            if key in entry:
                found[*address, key] = entry, location
    return found


def _flat(given: Mapping[str, Any], above: Address = ()) -> Iterator[tuple[Address, object]]:
    """A table with tables in it as addresses: `cookie.visit` may be written in both ways."""
    for key, value in given.items():
        steps = (*above, *key.split(".")) if key.count(".") else (*above, key)
        if isinstance(value, dict):
            yield from _flat(value, steps)
        else:
            yield steps, value


def _wrong(
    section: str,
    address: Address,
    value: object,
    known: Mapping[Address, tuple[dict[str, Any], Location]],
) -> tuple[str, str]:
    """What is wrong with a change, and the hint; empty where nothing is."""
    name = written(address)
    if address not in known:
        what = "text" if section == "words" else "limit"
        near = closest(name, [written(each) for each in known])
        return f'there is no {what} "{name}" to change', f"{near}build.py policy show lists all"
    entry, _ = known[address]
    before = entry[address[-1]]
    if section == "words":
        try:
            says_something(value if isinstance(value, str) else "")
        except ValueError as reason:
            return f'"{name}" cannot be {value!r}', str(reason)
        return "", ""
    return _too_long(name, before, value, entry)


def _too_long(
    name: str, before: object, value: object, entry: Mapping[str, Any]
) -> tuple[str, str]:
    hint = f"write {before!r} or less".replace("'", '"')
    if name.endswith("most_bits"):
        return "", ""  # The register's own bounds hold.
    if isinstance(before, int):
        fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= before
        return ("", "") if fits else (f'"{name}" cannot be {value!r}', hint)
    most, length = _duration(before), _duration(value)
    if most is None:
        return f'"{name}" cannot be changed', f'it is "{before}": remove the line'
    if length is None:
        return f'"{name}" cannot be {value!r}', hint
    if length.seconds > most.seconds:
        return f'"{name}" is longer than the feature allows: {length}', hint
    return _by_the_hour(name, length, entry)


def _duration(value: object) -> Duration | None:
    try:
        return parse(value)
    except ValueError:
        return None


def _by_the_hour(name: str, length: Duration, entry: Mapping[str, Any]) -> tuple[str, str]:
    """A row that is dated by a day cannot be deleted by the hour: it would go at once."""
    dates = {each["name"]: each["type"] for each in entry.get("columns", ())}
    if dates.get(entry.get("dated_by")) == "date" and length.unit not in ("days", "months"):
        return f'"{name}" counts hours, but its rows are dated by the day', 'write "1 days" or more'
    return "", ""
