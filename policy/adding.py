"""How the register is added up: a register as it stands in a file, while it grows."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from policy.addresses import PARTS, Address, addressed
from policy.changes import changed
from policy.declaration import REGISTER, Declaration
from policy.faults import Fault, Faults
from policy.features import Feature
from policy.origins import Location, Origins
from policy.register import Register
from policy.toml_lines import Lines
from policy.toml_source import frozen
from policy.wrong_values import validation_faults

__all__ = ["Adding", "purposes_of"]

SUBMISSIONS = "submissions"
CONDITIONS = ("if_on", "if_entry", "if_declares", "values_if_on")
"""Keys of a feature's entries that say where they, or values of their lists, are declared."""


class Adding:
    """A register as it stands in a file, while it grows."""

    def __init__(self, declared: Declaration, lines: Lines, declares: frozenset[str]) -> None:
        self.declared = declared
        self.declares = declares
        self.on = frozenset(declared.features)
        self.entry = declared.entry or "page"
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
                    self._put_words(kind, entry, feature)
                continue
            for index, entry in enumerate(entries):
                kept = self._as_on(kind, entry)
                if kept is not None:
                    self._put(kind, kept, feature, index)

    def _put_words(self, kind: str, entry: dict[str, Any], feature: Feature) -> None:
        """An entry that there is once: of what a feature before has, this one has its own words."""
        places = [(kind, key) for key in entry] if kind in self.sum else [(kind,)]
        self.sum[kind] = self.sum.get(kind, {}) | entry
        for place in places:
            self.origins.put(place, feature.path, feature.lines, place)

    def _put(self, kind: str, kept: dict[str, Any], feature: Feature, index: int) -> None:
        place = self._next(kind)
        self.sum[kind].append(kept)
        self.origins.put(place, feature.path, feature.lines, (kind, index))
        key = PARTS.get(kind, "")
        if key in kept:
            declared = feature.entries[kind][index][key]
            there = [number for number, part in enumerate(declared) if self._is_on(part)]
            for number, stands in enumerate(there):
                here = (*place, key, number)
                self.origins.put(here, feature.path, feature.lines, (kind, index, key, stands))

    def _next(self, kind: str) -> Location:
        return kind, len(self.sum.setdefault(kind, []))

    def _as_on(self, kind: str, entry: dict[str, Any]) -> dict[str, Any] | None:
        """The entry as it is where only these features are on; None where it is not there."""
        if not self._is_on(entry):
            return None
        kept = {key: copy.deepcopy(value) for key, value in entry.items() if key not in CONDITIONS}
        for value, needed in entry.get("values_if_on", {}).items():
            if self.on.isdisjoint(needed):
                for values in kept.values():
                    if isinstance(values, list) and value in values:
                        values.remove(value)
        parts = PARTS.get(kind)
        if parts in kept:
            found = (self._as_on("", part) for part in kept[parts])
            kept[parts] = [part for part in found if part is not None]
        if "readers" in kept and "staff" not in self.on:
            kept["readers"] = []  # There is nobody who could sign in.
        return kept

    def _is_on(self, entry: Mapping[str, Any]) -> bool:
        needed, entered_by = entry.get("if_on"), entry.get("if_entry", self.entry)
        return (
            (needed is None or not self.on.isdisjoint(needed))
            and entered_by == self.entry
            and entry.get("if_declares") in (None, *self.declares)
        )

    def own(self) -> Iterator[Fault]:
        """Add what is the site's own."""
        if self.declared.entry and "visits" not in self.on:
            yield self._off("visits", ("entry",), '"entry"')
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
        used = set(purposes_of(self.sum))
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

    def register(self) -> Register:
        """The sum, read as a register. Raises `Faults`."""
        try:
            return Register.model_validate(frozen(self.sum), strict=True)
        except ValidationError as error:
            raise Faults(validation_faults(error, self._place_of, Register)) from None

    def _place_of(self, location: Sequence[int | str]) -> tuple[str, int, str]:
        origin = self.origins.of(location)
        return origin.path, origin.line, ""


def _index(entries: list[dict[str, Any]], name: str) -> int:
    return next(index for index, entry in enumerate(entries) if entry["name"] == name)


def purposes_of(register: Mapping[str, Any]) -> Iterator[str]:
    """The purpose of each entry, of one after another."""
    for entries in register.values():
        for entry in entries if isinstance(entries, list) else (entries,):
            if isinstance(entry, dict):
                yield from (entry["purpose"],) if "purpose" in entry else entry.get("purposes", ())
