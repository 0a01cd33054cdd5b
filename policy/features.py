"""What each part of the engine declares: `policy/features/*.toml`, one file a feature.

A file is written once, beside the engine, so that what the engine needs cannot be missing from a
site's register. Its keys are those of a register (`policy.register`), and some of its own: `about`
says what the feature does, `needs` names the features that it does not work without, `layouts` and
`scripts` what no page has where it is off, `shown` what some page must have where it is on;
what a second `notice` says stands in the place of what one before does. An
entry or column with `if_on` is declared only where one of those features is on, one with
`values_if_on` has those values in its lists only so, and a part of a cookie with `if_entry` is
declared only where the site has that `entry`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from policy.toml_lines import Lines
from policy.toml_source import read_text

__all__ = [
    "CORE",
    "FEATURES",
    "FOLDER",
    "Feature",
    "FeatureName",
    "Shown",
    "read_features",
    "shown_attributes",
]

FeatureName = Literal[
    "visits",
    "audiences",
    "forms",
    "staff",
    "search",
    "drafts",
    "countries",
]
FEATURES: tuple[FeatureName, ...] = get_args(FeatureName)
"""Those that a site turns on, in the order in which their entries stand in the sum."""

CORE = "core"
"""Always on."""

FOLDER = Path(__file__).with_name("features")


@dataclass(frozen=True)
class Shown:
    """What some page must have, or must be there, where a feature is on: `lacking`
    is what no page does, or what is not there, and `so` what follows from that. In `mend`, `$form`
    and the like stand for what the site has (`generator.check.shown`).

    One of these says what it is: an `attribute` of an element, as `name` or `name=value`; a
    `script`; an `action`, with which the address begins that a form is sent to; a `layout`; a
    `template`; what is `declared`, a key of `policy.Site`; a `style`, which stands in a style sheet
    of each page that has the attribute `styled`.
    """

    lacking: str
    so: str
    mend: str
    attribute: str = ""
    script: str = ""
    action: str = ""
    layout: str = ""
    template: str = ""
    declared: Literal["", "audiences"] = ""
    style: str = ""
    styled: str = ""


@dataclass(frozen=True)
class Feature:
    """One file: its entries as they stand there, and where."""

    name: str
    about: str
    needs: tuple[str, ...]
    layouts: frozenset[str]
    scripts: frozenset[str]
    shown: tuple[Shown, ...]
    entries: Mapping[str, Any]
    lines: Lines

    @property
    def path(self) -> str:
        """The file, as faults name it."""
        return f"policy/features/{self.name}.toml"


def read_features(folder: Path | None = None) -> Mapping[str, Feature]:
    """Every feature by name, the core last. Raises `Faults` where a file cannot be read, and
    TOMLDecodeError for one that is no TOML: then the engine is broken, and not a site."""
    return {name: _read(folder or FOLDER, name) for name in (*FEATURES, CORE)}


def _read(folder: Path, name: str) -> Feature:
    return _of_text(name, read_text(folder, f"{name}.toml"))


@lru_cache(maxsize=32)
def _of_text(name: str, text: str) -> Feature:
    entries = tomllib.loads(text)
    return Feature(
        name=name,
        about=entries.pop("about"),
        needs=tuple(entries.pop("needs", ())),
        layouts=frozenset(entries.pop("layouts", ())),
        scripts=frozenset(entries.pop("scripts", ())),
        shown=tuple(Shown(**each) for each in entries.pop("shown", ())),
        entries=entries,
        lines=Lines(text),
    )


@lru_cache(maxsize=1)
def shown_attributes() -> tuple[str, ...]:
    """The attributes in which features are shown, as `Shown` has them."""
    shown = [each for feature in read_features().values() for each in feature.shown]
    found = {name for each in shown for name in (each.attribute, each.styled)}
    return tuple(sorted(found - {""}))
