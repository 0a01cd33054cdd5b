"""What the configuration of a site of Jekyll says of files: which are pages, and what holds for
many."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["defaults", "is_excluded", "is_included", "is_left_out", "table"]

_LEFT_OUT = ("node_modules", "vendor", "README*", "Gemfile*", "LICENSE*", "CONTRIBUTING*", "_site")


def defaults(config: Mapping[str, Any], collections: Iterable[str], name: str) -> dict[str, Any]:
    """The front matter that a file has without saying so."""
    found: dict[str, Any] = {}
    for scope in _listed(config.get("defaults")):
        if isinstance(scope, dict) and _is_in(table(scope, "scope"), collections, name):
            given = table(scope, "values")
            found = {**{str(key).lower(): each for key, each in given.items()}, **found}
    return found


def _is_in(scope: Mapping[str, Any], collections: Iterable[str], name: str) -> bool:
    path = str(scope.get("path") or "").strip("/")
    kind = str(scope.get("type") or "")
    collection = next((each for each in collections if f"_{each}/" in f"/{name}"), "pages")
    if kind and kind.rstrip("s") != collection.rstrip("s"):
        return False
    return not path or name == path or name.startswith(f"{path}/") or fnmatch.fnmatch(name, path)


def is_included(config: Mapping[str, Any], steps: Sequence[str]) -> bool:
    """Whether the configuration takes in what Jekyll leaves out by its name."""
    names = [str(each).strip("/") for each in _listed(config.get("include"))]
    hidden = (
        "/".join(steps[:number])
        for number, step in enumerate(steps, 1)
        if step.startswith(("_", "."))
    )
    return all(
        any(
            fnmatch.fnmatch(each, name) or fnmatch.fnmatch(each.rpartition("/")[2], name)
            for name in names
        )
        for each in hidden
    )


def is_excluded(config: Mapping[str, Any], name: str) -> bool:
    """Whether it is no page, by the configuration or by what Jekyll leaves out in any case."""
    patterns = [str(each) for each in _listed(config.get("exclude"))]
    return _is_matched(name, patterns) or is_left_out(name)


def is_left_out(name: str) -> bool:
    """Whether Jekyll leaves it out in any case."""
    return _is_matched(name, _LEFT_OUT)


def _is_matched(name: str, patterns: Iterable[str]) -> bool:
    return any(
        fnmatch.fnmatch(name, each)
        or fnmatch.fnmatch(name.split("/", maxsplit=1)[0], each.strip("/"))
        or name.startswith(f"{each.strip('/')}/")
        for each in patterns
    )


def _listed(value: object) -> list[Any]:
    """A list of a configuration; an empty one for what is none."""
    return value if isinstance(value, list) else []


def table(of: object, key: object) -> dict[str, Any]:
    """A table of a configuration; an empty one for what is none."""
    found = of.get(key) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}
