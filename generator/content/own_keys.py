"""The keys that a section's pages have of their own, as `site/sections.toml` declares them: which a
page may have, and what stands behind them, typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.content.languages import address_of, named
from generator.content.links import is_elsewhere, resolved
from generator.content.scalars import (
    as_date,
    as_integer,
    as_list,
    as_number,
    as_text,
    as_truth,
)
from generator.content.urls import permalink
from generator.content.written import Entry
from generator.graph.reads import Reads
from policy import Fault, Site, nearest
from policy.section_schemas import FILE as SECTIONS
from policy.section_schemas import OwnKey, SectionSchemas
from policy.taxonomies import FILE as TAXONOMIES

__all__ = [
    "NO_KEYS",
    "Extra",
    "PageKeys",
    "SiteKeys",
    "example",
    "own_values",
    "read_value",
    "stand_in",
    "wrong_value",
]


@dataclass(frozen=True)
class PageKeys:
    """The keys that a page may have besides the usual ones, by name. What is `required` of a page
    is not required of the page of its section."""

    keys: Mapping[str, OwnKey] = field(default_factory=dict)
    is_index: bool = False
    address: Callable[[str], str] = permalink
    """Gives the address of a page by its path."""

    are_all: bool = True
    """Whether nothing is wrong where they are declared; else any key may be one of them."""

    def without(self, names: Collection[str]) -> PageKeys:
        """The same but for these."""
        if self.keys.keys().isdisjoint(names):
            return self
        return replace(
            self, keys={name: self.keys[name] for name in self.keys if name not in names}
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """Those that hold text."""
        return tuple(name for name, key in self.keys.items() if key.kind == "text")

    @property
    def addresses(self) -> tuple[OwnKey, ...]:
        """Those that name a page or a file."""
        return tuple(key for key in self.keys.values() if key.kind in ("link", "file"))


NO_KEYS = PageKeys()


class SiteKeys:
    """Which keys each page of a site may have."""

    def __init__(self, site: Site) -> None:
        self._schemas: SectionSchemas = site.sections
        self._languages = site.settings.all_languages
        self._by_folder: dict[str, Mapping[str, OwnKey]] = {}
        taxonomies = (each.name for each in site.taxonomies.taxonomies)
        self._of_all = {name: OwnKey(name=name, kind="list") for name in taxonomies}
        own = (key.name for each in site.sections.sections for key in each.keys)
        self.names = frozenset((*self._of_all, *own))
        """Those of all pages together."""

        self._are_all = site.knows(SECTIONS) and site.knows(TAXONOMIES)

    def of(self, path: str) -> PageKeys:
        """Of the page whose file, relative to the root, is `path`."""
        if (not self.names and self._are_all) or not path.endswith(".md"):
            return NO_KEYS
        path = path.removeprefix("content/")
        folder, _, name = named(self._languages, path).plain.rpartition("/")
        if folder not in self._by_folder:
            above = self._schemas.above(folder)
            own = {key.name: key for each in above for key in each.keys}
            self._by_folder[folder] = self._of_all | own
        keys = self._by_folder[folder]
        return PageKeys(keys, name == "index.md", self.address, self._are_all)

    def address(self, path: str) -> str:
        """The address of a page by its path."""
        return address_of(self._languages, path)


class Extra:
    """The values of a page's own keys, by name: None for one that this page lacks, and an error for
    one that no section declares."""

    __slots__ = ("_names", "_reads", "_values")

    def __init__(self, values: Mapping[str, Any], names: Collection[str], reads: Reads) -> None:
        self._values, self._names, self._reads = values, names, reads

    def __getattr__(self, name: str) -> Any:
        self._reads.add("keys")
        if name not in self._names:
            raise AttributeError(name)
        return self._values.get(name)

    def __getitem__(self, name: str) -> Any:
        try:
            return self.__getattr__(name)
        except AttributeError:
            raise KeyError(name) from None


def own_values(
    path: str,
    entries: Mapping[str, Entry],
    keys: PageKeys,
    line_of: Callable[[str, str], str],
) -> tuple[dict[str, Any], list[Fault]]:
    """The values of a section's own keys on the page `path`, and what is wrong with them.

    `line_of` writes a line with a key and a value.
    """
    values: dict[str, Any] = {}
    faults, wrong = [], []
    for name, key in keys.keys.items():
        entry = entries.get(name)
        if entry is None:
            if key.required and not keys.is_index:
                hint = f"add a line: {line_of(name, example(key))}"
                faults.append(Fault(path, 1, f'the key "{name}" is missing', hint))
                wrong.append(key)
            continue
        try:
            values[name] = read_value(path, key, entry.value, keys.address)
        except ValueError as error:
            faults.append(wrong_value(path, name, entry, str(error)))
            wrong.append(key)
    values |= {key.name: stand_in(key) for key in wrong if key.kind != "file"}
    return values, faults


def wrong_value(path: str, key: str, entry: Entry, reason: str) -> Fault:
    """The fault of a value that is none of its kind."""
    given = entry.value
    if given == "":
        return Fault(path, entry.line, f'"{key}" has no value', reason)
    shown = f'"{given}"' if isinstance(given, str) else f"a {_kind(given)}"
    return Fault(path, entry.line, f'"{key}" cannot be {shown}', reason)


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "group of keys"


def read_value(path: str, key: OwnKey, value: Any, address: Callable[[str], str]) -> Any:
    """The value as its kind has it. Raises ValueError."""
    match key.kind:
        case "choice":
            if value not in key.values:
                raise ValueError(nearest(as_text(value), key.values))
            return value
        case "link":
            return resolved(path, as_text(value).strip(), address)
        case "file":
            if is_elsewhere(as_text(value)):
                raise ValueError("keep a copy beside the page, and write its name")
            return resolved(path, value.strip())
        case "list":
            return as_list(value, "one")
        case kind:
            return _SCALARS[kind](value)


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "text": as_text,
    "integer": as_integer,
    "number": as_number,
    "boolean": as_truth,
    "date": as_date,
}

_EXAMPLES = {
    "text": "Words",
    "integer": "10",
    "number": "2.5",
    "boolean": "true",
    "date": "2026-11-24",
    "list": "[one, two]",
    "link": "/",
    "file": "file.pdf",
}


def example(key: OwnKey) -> str:
    """A value that it might have."""
    return key.values[0] if key.values else _EXAMPLES[key.kind]


def stand_in(key: OwnKey) -> Any:
    """A value of its kind in the place of one that is wrong or missing, so that templates show the
    rest, and a fault is told once. No file can stand in for another: None does."""
    if key.kind == "file":
        return None
    if key.kind == "list":
        return ()
    if key.kind == "link":
        return _EXAMPLES["link"]
    return key.values[0] if key.values else _SCALARS[key.kind](_EXAMPLES[key.kind])
