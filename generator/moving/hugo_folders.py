"""Where the pages of a site of Hugo are: in the folders that its configuration names."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.moving.source import Unread

__all__ = ["content_folder", "own_folder", "second_folders"]

USUAL = "content"


def content_folder(root: Path, config: Mapping[str, Any], language: str) -> str:
    """That of the default language. Raises `Unread` where there is none."""
    given = {tag: folder for tag, folder in _of_languages(config) if folder}
    mounted = (folder for tag, folder in _mounted(config) if tag in ("", language))
    for name in (given.get(language), *mounted, config.get("contentdir"), USUAL):
        folder = _inside(name)
        if folder and (root / folder).is_dir():
            return folder
    raise Unread(f"there is no folder {USUAL}/")


def own_folder(root: Path, config: Mapping[str, Any], language: str) -> str:
    """The folder with the pages of that language alone; "" where it has none."""
    named = (*_of_languages(config), *_mounted(config))
    folders = (_inside(folder) for tag, folder in named if tag == language)
    return next((each for each in folders if each and (root / each).is_dir()), "")


def second_folders(
    config: Mapping[str, Any], languages: Collection[str], taken: Collection[str]
) -> Iterator[str]:
    """All others that the configuration names for these languages, or for all."""
    seen = {*taken}
    for tag, name in (*_of_languages(config), *_mounted(config)):
        folder = _inside(name)
        if folder and folder not in seen and tag in ("", *languages):
            seen.add(folder)
            yield folder


def _of_languages(config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    languages = config.get("languages")
    for tag, each in languages.items() if isinstance(languages, dict) else ():
        items = each.items() if isinstance(each, dict) else ()
        given = {str(key).lower(): value for key, value in items}
        yield str(tag).lower(), given.get("contentdir")


def _mounted(config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    module = config.get("module")
    mounts = module.get("mounts") if isinstance(module, dict) else None
    for each in mounts if isinstance(mounts, list) else ():
        if isinstance(each, dict) and each.get("target") == USUAL and each.get("source"):
            yield str(each.get("lang") or "").lower(), each["source"]


def _inside(name: object) -> str:
    """The folder of that name in the site; "" for what is none."""
    folder = posixpath.normpath(name) if isinstance(name, str) and name else ""
    return "" if folder.startswith(("..", "/")) or folder == "." else folder
