"""What the old templates read besides pages, as data files of the new site: parameters of the
configuration, and data files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from generator.content.data_formats import READERS
from generator.moving.by_hand import ByHand
from generator.moving.source import files_below, read_data, read_text
from policy.data_schemas import FOLDER
from policy.faults import Faults

__all__ = ["data_of", "params_of", "write_data"]

LARGEST = 1_000_000
"""Bytes of a data file: each build reads it."""

_KINDS = (".json", ".toml", ".yaml", ".yml")


def data_of(root: Path, folder: str, by_hand: ByHand) -> dict[str, Any]:
    """What is in the data files in a folder, by the name that each has now; of a table its text.
    Others are told."""
    found: dict[str, Any] = {}
    for path in files_below(root, folder):
        inside = PurePosixPath(path).relative_to(folder)
        name = _name("_".join(inside.with_suffix("").parts))
        if (root / path).stat().st_size > LARGEST:
            by_hand.add("a data file is larger than 1 MB and did not come over", path)
        elif name in found:
            by_hand.add("a data file has the name of another, and did not come over", path)
        elif inside.suffix == ".csv":
            found[name] = read_text(root / path)
        elif inside.suffix in _KINDS and (held := read_data(root, path)):
            found[name] = held.get("", held)
        elif inside.name != ".gitkeep":
            by_hand.add("a data file could not be read, and did not come over", path)
    return found


def write_data(data: Mapping[str, Any], into: Path, by_hand: ByHand) -> None:
    """Write data files, each as far as a site can hold it: a text as a table, others as JSON."""
    for name, value in data.items():
        if value in ({}, [], ""):
            continue
        kind = ".csv" if isinstance(value, str) else ".json"
        path = f"{FOLDER}/{name}{kind}"
        try:
            text = value if isinstance(value, str) else f"{_as_json(value)}\n"
            READERS[kind](path, text, "")
        except (Faults, ValueError, RecursionError):
            by_hand.add("data that no file can hold did not come over", path)
            continue
        (into / FOLDER).mkdir(parents=True, exist_ok=True)
        (into / path).write_text(text, encoding="utf-8")


def _as_json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    """A value as JSON has it, without what says nothing."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def _name(name: str) -> str:
    """A name that templates can ask for."""
    safe = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return safe if re.match("[a-z]", safe) else f"data_{safe}".rstrip("_")


def params_of(said: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Parameters as data files, by the language that has them: "" is the default one."""
    for tag, values in said.items():
        yield (_name(f"params_{tag}"), values)
