"""The configuration of Hugo: one file, or a folder of files for its parts, and for production."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.source import files_below, read_config, read_data

__all__ = ["NAMES", "of_language", "read_hugo_config"]

_KINDS = ("toml", "yaml", "yml", "json")
_FOLDERS = ("config/_default", "config/production")
_WHOLE = ("hugo", "config")
NAMES = [
    f"{folder}{name}.{kind}"
    for folder in ("", f"{_FOLDERS[0]}/")
    for name in _WHOLE
    for kind in _KINDS
]
_MENUS = ("menu", "menus")
_OF_LANGUAGE = ("title", "params", *_MENUS, "timezone", "permalinks", "uglyurls")
"""What a language of a site can have of its own."""


def read_hugo_config(root: Path, by_hand: ByHand) -> dict[str, Any]:
    """All of it, as Hugo puts it together to publish a site, with small letters at the top."""
    config = _lowered(read_config(root, by_hand, *NAMES))
    for part in _parts(root, by_hand):
        config = _merged(config, part)
    languages = _lowered(config.get("languages"))
    return {**config, "languages": {key: _lowered(each) for key, each in languages.items()}}


def of_language(config: dict[str, Any], key: str) -> dict[str, Any]:
    """The configuration as it holds for one language, with its own menus or those of all."""
    own = config["languages"].get(key, {})
    own = {name: own[name] for name in _OF_LANGUAGE if name in own}
    if any(each in own for each in _MENUS):
        config = {name: each for name, each in config.items() if name not in _MENUS}
    return _merged(config, own)


def _parts(root: Path, by_hand: ByHand) -> Iterator[dict[str, Any]]:
    """What the files in the folders give: each a part that its name says, of a language perhaps."""
    for folder in _FOLDERS:
        for path in files_below(root, folder):
            name, _, kind = posixpath.basename(path).rpartition(".")
            if posixpath.dirname(path) != folder or kind not in _KINDS or path in NAMES:
                continue
            found = read_data(root, path)
            if not found and (root / path).stat().st_size:
                cause = "the configuration could not be read, so nothing of it came over"
                by_hand.add(cause, path)
            key, _, tag = name.lower().partition(".")
            given: Any = found.get("", found)
            if key in _WHOLE:
                yield _lowered(given)
            elif tag and key == "languages":
                yield {key: {tag: given}}
            elif tag:
                yield {"languages": {tag: {key: given}}}
            else:
                yield {key: given}


def _lowered(value: object) -> dict[str, Any]:
    items = value.items() if isinstance(value, dict) else ()
    return {str(key).lower(): each for key, each in items}


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Both; where both have a value, the second's, and of tables all."""
    merged = dict(first)
    for key, value in second.items():
        there = merged.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            merged[key] = _merged(there, value)
        else:
            merged[key] = value
    return merged
