"""What each part of the engine declares: `policy/features/*.toml`, one file a feature.

A file is written once, beside the engine, so that what the engine needs cannot be missing from a
site's register. Its keys are those of a register (`policy.register`), and some of its own: `about`
says what the feature does, `needs` names the features that it does not work without, `layouts` and
`scripts` what no page has where it is off. An entry or column with `if_on` is declared only where
one of those features is on, and a part of a cookie with `if_entry` only where the site has that
`entry`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from policy.toml_source import Lines, read_text

__all__ = ["CORE", "FEATURES", "FOLDER", "Feature", "FeatureName", "read_features"]

FeatureName = Literal["visits", "audiences", "forms", "staff", "search"]
FEATURES: tuple[FeatureName, ...] = get_args(FeatureName)
"""Those that a site turns on, in the order in which their entries stand in the sum."""

CORE = "core"
"""Always on."""

FOLDER = Path(__file__).with_name("features")


@dataclass(frozen=True)
class Feature:
    """One file: its entries as they stand there, and where."""

    name: str
    about: str
    needs: tuple[str, ...]
    layouts: frozenset[str]
    scripts: frozenset[str]
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
    text = read_text(folder, f"{name}.toml")
    entries = tomllib.loads(text)
    return Feature(
        name=name,
        about=entries.pop("about"),
        needs=tuple(entries.pop("needs", ())),
        layouts=frozenset(entries.pop("layouts", ())),
        scripts=frozenset(entries.pop("scripts", ())),
        entries=entries,
        lines=Lines(text),
    )
