"""The versions of a register: each is kept, whole, in `site/policy-versions/`.

A version stands for one set of material terms. Once a version was released, the register cannot
allow anything else under the same number.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from policy.differences import differences
from policy.faults import Fault, Faults
from policy.origins import Origin
from policy.register import Register
from policy.site_files import names_in
from policy.sum import REGISTER, read_sum
from policy.toml_source import read_text, read_toml

FOLDER = "site/policy-versions"
COMMAND = "python build.py policy release"
HEAD = """\
# A released version of the register, whole: all that the engine and the site declared then.
# build.py policy release writes it, and nobody else does.

"""


@dataclass(frozen=True)
class Version:
    """A register as it was released, and what it changed; no changes for the first."""

    register: Register
    changes: tuple[str, ...]

    @property
    def number(self) -> int:
        """The number that cookies carry."""
        return self.register.version

    @property
    def url(self) -> str:
        """The page on which this version can be read for good."""
        return page_of(self.number)


def page_of(number: int) -> str:
    """The address of a version's page."""
    return f"/privacy/versions/{number}/"


def read_version(root: Path, number: int) -> Register:
    """The register as version `number` was released. Raises `Faults`."""
    name = f"{FOLDER}/{number}.toml"
    register = read_toml(root, name, Register)
    if register.version != number:
        raise Faults([_of_other_number(name, register)])
    return register


def _of_other_number(name: str, register: Register) -> Fault:
    return Fault(name, None, f"this is version {register.version}", "rename the file")


def read_versions(root: Path) -> tuple[Version, ...]:
    """The released versions, oldest first. Raises `Faults`."""
    names = (name.removesuffix(".toml") for name in names_in(root, FOLDER, ".toml"))
    numbers = sorted(int(name) for name in names if name.isdecimal())
    registers = [read_toml(root, f"{FOLDER}/{number}.toml", Register) for number in numbers]
    faults = [
        _of_other_number(f"{FOLDER}/{number}.toml", each)
        for number, each in zip(numbers, registers, strict=True)
        if each.version != number
    ]
    if faults:
        raise Faults(faults)
    before = [None, *registers]
    return tuple(
        Version(new, differences(old, new) if old else ())
        for old, new in zip(before, registers, strict=False)
    )


def version_faults(register: Register, versions: Sequence[Version], place: Origin) -> list[Fault]:
    """A fault where the register is not what was released under its number.

    A site of which nothing was released yet may change as it likes. `place` is where the
    register states its version.
    """
    if not versions:
        return []
    newest = versions[-1]
    changed = differences(newest.register, register)
    if register.version == newest.number and changed:
        message = "\n".join([f"version {newest.number} was released with other terms:", *changed])
        hint = f"make a new version of it, so that visitors are asked again: {COMMAND}"
        return [Fault(place.path, place.line, message, hint)]
    if register.version != newest.number:
        message = (
            f"version {register.version} was not released; the newest that was is {newest.number}"
        )
        return [Fault(place.path, place.line, message, f"release it: {COMMAND}")]
    return []


@dataclass(frozen=True)
class Release:
    """What a release did: the version's number, its changes, whether a file was written."""

    number: int
    changes: tuple[str, ...]
    written: bool


def release(root: Path, today: datetime.date, *, again: bool = False) -> Release:
    """Keep the register as a version of its own, under the next number if its terms changed.

    With `again`, the newest version is replaced, for one that no visitor has seen.
    Raises `Faults` for a register that cannot be read.
    """
    register = read_sum(root).register
    versions = read_versions(root)
    newest = versions[-1] if versions else None
    changes = differences(newest.register, register) if newest else ()
    if newest and not (changes or again) and register.version == newest.number:
        return Release(newest.number, (), written=False)
    number = newest.number + (not again) if newest else register.version
    (root / FOLDER).mkdir(exist_ok=True)
    (root / FOLDER / f"{number}.toml").write_text(
        _whole(register.model_copy(update={"version": number, "date": today})), encoding="utf-8"
    )
    text = _numbered_text(read_text(root, REGISTER), number, today)
    (root / REGISTER).write_text(text, encoding="utf-8")
    return Release(number, changes, written=True)


def _whole(register: Register) -> str:
    """The whole sum, so that it can be shown and compared whatever the engine becomes."""
    return HEAD + tomli_w.dumps(
        register.model_dump(by_alias=True, exclude_defaults=True), multiline_strings=False
    )


def _numbered_text(text: str, number: int, today: datetime.date) -> str:
    text = re.sub(r"^version *=.*$", f"version = {number}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^date *=.*$", f"date = {today}", text, count=1, flags=re.MULTILINE)
