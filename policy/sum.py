"""The register is a sum: what the features that are on declare, and what is the site's own."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policy.addresses import PARTS, Address, addressed
from policy.changes import changed
from policy.declaration import Declaration
from policy.faults import Fault, Faults
from policy.features import CORE, Feature, read_features
from policy.origins import Location, Origins
from policy.register import Register
from policy.toml_source import Lines, read_text, read_toml, read_toml_with_lines, validation_faults

__all__ = ["REGISTER", "Off", "Sum", "add_up", "read_any", "read_sum"]

REGISTER = "site/policy.toml"
SUBMISSIONS = "submissions"

_BY_FEATURES = (
    'remove each: the features declare them; write features = ["visits", "forms"] instead'
)
OLD_FORM = {
    **dict.fromkeys(
        ("cookie", "storage", "endpoint", "event", "transient", "log", "header", "connection"),
        _BY_FEATURES,
    ),
    "table": f"{_BY_FEATURES}, and the columns that forms fill under [fields]",
    "purpose": "remove those of the features, and write an own one as [purposes.name]",
    "recipient": 'write each as [recipients."its name"]',
    "feature": 'write each under [browser_features], as camera = "its purpose"',
}
"""What to do with each kind of entry that a site's own file no longer has."""


@dataclass(frozen=True)
class Off:
    """What no page has where the features that need it are off."""

    layouts: frozenset[str]
    scripts: frozenset[str]


@dataclass(frozen=True)
class Sum:
    """The register, and where each of its entries comes from."""

    register: Register
    origins: Origins
    off: Off
    used_purposes: frozenset[str]
    """Those that an entry has; a purpose of the site's own may be that of a form only."""


def read_sum(root: Path) -> Sum:
    """The sum for the site in `root`. Raises `Faults`."""
    _refuse_old_form(root)
    declared, lines = read_toml_with_lines(root, REGISTER, Declaration)
    return add_up(declared, lines, read_features())


def _refuse_old_form(root: Path) -> None:
    """A file of the form before version 0.2.0 held the whole register. Raises `Faults`."""
    text = read_text(root, REGISTER)
    try:
        kinds = [kind for kind, value in tomllib.loads(text).items() if isinstance(value, list)]
    except tomllib.TOMLDecodeError:
        return  # Told by whoever reads it.
    lines, old = Lines(text), [kind for kind in kinds if kind in OLD_FORM]
    if old:
        raise Faults(
            Fault(REGISTER, lines.of((kind, 0)), f"[[{kind}]] is of an old form", OLD_FORM[kind])
            for kind in old
        )


def read_any(path: Path) -> Register:
    """The register in a file: whole, as a released version, or a site's own part of one, which is
    added up with the features as they are now. Raises `Faults`."""
    try:
        return read_toml(path.parent, path.name, Register)
    except Faults as not_whole:
        try:
            declared, lines = read_toml_with_lines(path.parent, path.name, Declaration)
        except Faults:
            raise not_whole from None
    return add_up(declared, lines, read_features()).register


def add_up(declared: Declaration, lines: Lines, features: Mapping[str, Feature]) -> Sum:
    """The sum of the features that are on and of what `declared` (of site/policy.toml) adds.

    Raises `Faults`, each at its line in the site's file or in the feature's.
    """
    faults = list(_feature_faults(declared, lines, features))
    adding = _Adding(declared, lines)
    for name, feature in features.items():
        if name in (*declared.features, CORE):
            adding.feature(feature)
    faults += adding.own()
    faults += adding.change(_needing(declared, features))
    if faults:
        raise Faults(faults)
    adding.leave_out_unused_purposes()
    return adding.checked(_off(declared, features))


def _needing(declared: Declaration, features: Mapping[str, Feature]) -> dict[Address, str]:
    """Each entry of a feature that is off, or that is there only with another that is off."""
    on = {*declared.features, CORE}
    needing = {}
    for name, feature in features.items():
        for address, location in addressed(feature.entries):
            entry: Any = feature.entries
            wanted: list[str] = []
            for step in location:
                entry = entry[step]
                if isinstance(entry, dict) and on.isdisjoint(entry.get("if_on", on)):
                    wanted = entry["if_on"]
            if name not in on or wanted:
                needing[address] = name if name not in on else wanted[0]
    return needing


def _off(declared: Declaration, features: Mapping[str, Feature]) -> Off:
    on = [feature for name, feature in features.items() if name in (*declared.features, CORE)]
    layouts, scripts = (
        frozenset().union(*(getattr(each, key) for each in features.values()))
        - frozenset().union(*(getattr(each, key) for each in on))
        for key in ("layouts", "scripts")
    )
    return Off(layouts, scripts)


def _feature_faults(
    declared: Declaration, lines: Lines, features: Mapping[str, Feature]
) -> Iterator[Fault]:
    for name in declared.features:
        for needed in features[name].needs:
            if needed not in declared.features:
                message = f'the feature "{name}" needs the feature "{needed}", which is off'
                hint = f'add "{needed}" to features, or remove "{name}"'
                yield Fault(REGISTER, lines.of(("features",)), message, hint)


class _Adding:
    """A register as it stands in a file, while it grows."""

    def __init__(self, declared: Declaration, lines: Lines) -> None:
        self.declared = declared
        self.on = frozenset(declared.features)
        self.origins = Origins(REGISTER, lines)
        self.sum: dict[str, Any] = {
            "version": declared.version,
            "date": declared.date,
            "features": [*declared.features],
        }

    def feature(self, feature: Feature) -> None:
        """Add what a feature declares, as far as the others that are on let it."""
        for kind, entries in feature.entries.items():
            if isinstance(entries, dict):
                entry = self._as_on(kind, entries)
                if entry is not None:
                    self.sum[kind] = entry
                    self.origins.put((kind,), feature.path, feature.lines, (kind,))
                continue
            for index, entry in enumerate(entries):
                kept = self._as_on(kind, entry)
                if kept is not None:
                    self._put(kind, kept, feature, index, entry)

    def _put(
        self, kind: str, kept: dict[str, Any], feature: Feature, index: int, entry: dict[str, Any]
    ) -> None:
        place = self._next(kind)
        self.sum[kind].append(kept)
        self.origins.put(place, feature.path, feature.lines, (kind, index))
        for number, part in enumerate(kept.get(PARTS.get(kind, ""), ())):
            there = (kind, index, PARTS[kind], _index(entry[PARTS[kind]], part["name"]))
            here = (*place, PARTS[kind], number)
            self.origins.put(here, feature.path, feature.lines, there)

    def _next(self, kind: str) -> Location:
        return kind, len(self.sum.setdefault(kind, []))

    def _as_on(self, kind: str, entry: dict[str, Any]) -> dict[str, Any] | None:
        """The entry as it is where only these features are on; None where it is not there."""
        wanted = entry.get("if_on")
        if wanted is not None and self.on.isdisjoint(wanted):
            return None
        kept = {key: copy.deepcopy(value) for key, value in entry.items() if key != "if_on"}
        parts = PARTS.get(kind)
        if parts in kept:
            found = (self._as_on("", part) for part in kept[parts])
            kept[parts] = [part for part in found if part is not None]
        if "readers" in kept and "staff" not in self.on:
            kept["readers"] = []  # There is nobody who could sign in.
        return kept

    def own(self) -> Iterator[Fault]:
        """Add what is the site's own."""
        for name, field in self.declared.fields.items():
            if "forms" not in self.on:
                yield self._off("forms", ("fields", name), f'the field "{name}"')
                continue
            table, columns = self._submissions()
            if name == "email" or any(column["name"] == name for column in columns):
                message = f'the field "{name}" is declared by the feature "forms"'
                line = self.origins.site.of(("fields", name))
                yield Fault(REGISTER, line, message, "remove the line, or choose another name")
                continue
            self._own((*table, "columns", len(columns)), ("fields", name))
            given = {"type": "text", "optional": True, "given_by": "visitor"}
            columns.append({"name": name, **given, **field.model_dump()})
        for kind, entries in (
            ("purpose", self.declared.purposes),
            ("recipient", self.declared.recipients),
        ):
            for name, entry in entries.items():
                self._own(self._next(kind), (f"{kind}s", name))
                self.sum[kind].append({"name": name, **entry.model_dump()})
        for name, purpose in self.declared.browser_features.items():
            self._own(self._next("browser_feature"), ("browser_features", name))
            self.sum["browser_feature"].append({"name": name, "purpose": purpose})

    def _own(self, place: Location, there: Location) -> None:
        self.origins.put(place, REGISTER, self.origins.site, there)

    def _submissions(self) -> tuple[Location, list[dict[str, Any]]]:
        tables = self.sum["table"]
        index = _index(tables, SUBMISSIONS)
        return ("table", index), tables[index]["columns"]

    def _off(self, feature: str, place: Location, what: str) -> Fault:
        message = f'{what} needs the feature "{feature}", which is off'
        hint = f'add "{feature}" to features, or remove the line'
        return Fault(REGISTER, self.origins.site.of(place), message, hint)

    def change(self, off: Mapping[Address, str]) -> Iterator[Fault]:
        """Put the site's own words and limits in the place of the features'. `off` are the entries
        that are not there, each with the feature that it needs."""
        for name, words in self.declared.notice.model_dump(exclude_none=True).items():
            if "notice" not in self.sum:
                yield self._off("visits", ("notice", name), f'the notice\'s "{name}"')
            else:
                self.sum["notice"][name] = words
                self._own(("notice", name), ("notice", name))
        entries = dict(addressed(self.sum))
        for change in changed(self.declared, entries, self.sum, self.origins, off):
            if isinstance(change, Fault):
                yield change
            else:
                change.entry[change.key] = change.value
                self._own((*change.location, change.key), change.written_at)

    def leave_out_unused_purposes(self) -> None:
        """A feature's purpose that no entry has is not one of this site."""
        used = set(_purposes(self.sum))
        for entry in self.sum.get("endpoint", ()):
            known = {purpose["name"] for purpose in self.sum.get("purpose", ())}
            entry["purposes"] = [name for name in entry["purposes"] if name in known]
        kept = [
            (index, purpose)
            for index, purpose in enumerate(self.sum.get("purpose", ()))
            if purpose["name"] in used or purpose["name"] in self.declared.purposes
        ]
        self.origins.keep("purpose", [index for index, _ in kept])
        self.sum["purpose"] = [purpose for _, purpose in kept]

    def checked(self, off: Off) -> Sum:
        """Read the sum as a register. Raises `Faults`."""
        try:
            register = Register.model_validate(self.sum)
            return Sum(register, self.origins, off, frozenset(_purposes(self.sum)))
        except ValidationError as error:
            raise Faults(validation_faults(error, self._place_of, Register)) from None

    def _place_of(self, location: Sequence[int | str]) -> tuple[str, int]:
        origin = self.origins.of(location)
        return origin.path, origin.line


def _index(entries: list[dict[str, Any]], name: str) -> int:
    return next(index for index, entry in enumerate(entries) if entry["name"] == name)


def _purposes(register: Mapping[str, Any]) -> Iterator[str]:
    """The purpose of each entry, of one after another."""
    for entries in register.values():
        for entry in entries if isinstance(entries, list) else (entries,):
            if isinstance(entry, dict):
                yield from (entry["purpose"],) if "purpose" in entry else entry.get("purposes", ())
