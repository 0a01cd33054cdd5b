"""The register is a sum: what the features that are on declare, and what is the site's own."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy.adding import Adding, purposes_of
from policy.addresses import Address, addressed
from policy.counted import counted_besides
from policy.declaration import REGISTER, Declaration
from policy.faults import Fault, Faults
from policy.features import CORE, Feature, read_features
from policy.old_form import refuse_old_form
from policy.origins import Origins
from policy.register import Register
from policy.salvage import salvaged
from policy.toml_lines import Lines
from policy.toml_source import read_toml, read_toml_with_lines

__all__ = ["REGISTER", "Off", "Sum", "add_up", "read_any", "read_sum", "sum_of_the_rest"]


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
    """The sum for the site in `root`. Raises `Faults`.

    What is read is a value: whoever asks again before something of it changed gets the same.
    """
    refuse_old_form(root)
    declared, lines = read_toml_with_lines(root, REGISTER, Declaration)
    read = _Read(declared, lines, read_features())
    return _added_up(read, counted_besides(root / "site"))


def sum_of_the_rest(root: Path) -> tuple[Sum, frozenset[str]] | None:
    """What can be used of a register of which `read_sum` tells what is wrong, and which keys of the
    site's own file are not as they were meant; None where a feature cannot be read either."""
    usual = {"version": 1, "date": datetime.date(2000, 1, 1)}
    found = salvaged(root, REGISTER, Declaration, usual)
    on = found.value.features
    for declared in (
        found.value,
        Declaration.model_validate({**usual, "features": on}),
        Declaration.model_validate(usual),
    ):
        doubtful = found.doubtful
        if declared is not found.value:
            doubtful = frozenset(Declaration.model_fields) - {"features"}
        if declared.features != on or "features" in found.doubtful:
            doubtful |= {"features"}
        try:
            summed = add_up(declared, found.lines, read_features(), counted_besides(root / "site"))
        except Faults:
            continue
        return summed, doubtful
    return None


class _Read:
    """What was read, told apart by being itself: comparing it would read all of it again."""

    def __init__(
        self, declared: Declaration, lines: Lines, features: Mapping[str, Feature]
    ) -> None:
        self.declared, self.lines, self.features = declared, lines, features
        self._parts = (declared, lines, *features.values())

    def __hash__(self) -> int:
        return hash(tuple(map(id, self._parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Read) and all(map(operator.is_, self._parts, other._parts))


@lru_cache(maxsize=16)
def _added_up(read: _Read, declares: frozenset[str]) -> Sum:
    return add_up(read.declared, read.lines, read.features, declares)


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
    return add_up(declared, lines, read_features(), counted_besides(path.parent)).register


def add_up(
    declared: Declaration,
    lines: Lines,
    features: Mapping[str, Feature],
    declares: frozenset[str] = frozenset(),
) -> Sum:
    """The sum of the features that are on and of what `declared` (of site/policy.toml) adds.
    `declares` is what the site has counted besides (`counted_besides`).

    Raises `Faults`, each at its line in the site's file or in the feature's.
    """
    faults = list(_feature_faults(declared, lines, features))
    adding = Adding(declared, lines, declares)
    for name, feature in features.items():
        if name in (*declared.features, CORE):
            adding.feature(feature)
    faults += adding.own()
    faults += adding.change(_needing(declared, features))
    if faults:
        raise Faults(faults)
    adding.leave_out_unused_purposes()
    return Sum(
        adding.register(),
        adding.origins,
        _off(declared, features),
        frozenset(purposes_of(adding.sum)),
    )


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
