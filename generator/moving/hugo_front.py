"""What a page of Hugo has besides its own front matter: cascades, and the date in a file's name."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.dates import COMES, DATES, GOES, UPDATES, first_of
from generator.moving.source import Source

__all__ = ["inherit", "read_name"]

_SELF_TOLD = {"build", "_build", "cascade"}
_NAMED_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[-_](.+))?")


def inherit(
    pages: Iterable[Source],
    config: Mapping[str, Any],
    content: str,
    taxonomies: Collection[str],
    by_hand: ByHand,
) -> None:
    """Give pages what the configuration and pages above them say for them. Of what stands in front
    matter, that is whether and when they are public, and their terms; the rest is told."""
    pages = list(pages)
    carried = {"draft", *DATES, *COMES, *GOES, *UPDATES, *taxonomies}
    found = [("", content, each) for each in _each(config.get("cascade"))]
    found += [
        (page.path, posixpath.dirname(page.path), each)
        for page in sorted(pages, key=lambda each: each.path.count("/"))
        for each in _each(page.front.get("cascade"))
    ]
    for path, folder, values in found:
        target = values.get("target") or values.get("_target")
        for key, value in values.items():
            if key in ("target", "_target"):
                continue
            if key not in carried | _SELF_TOLD:
                by_hand.add(
                    f'the key "{key}" was left out', path or "the configuration", 0, str(value)
                )
        given = {key: each for key, each in values.items() if key not in ("target", "_target")}
        for page in pages:
            if PurePosixPath(page.path).is_relative_to(folder) and _is_meant(page, content, target):
                page.inherited.update(given)
    for page in pages:
        for key, value in page.inherited.items():
            if key in carried:
                page.front.setdefault(key, value)
        if isinstance(nested := page.inherited.get("params"), dict):
            page.inherited.update(nested)


def _each(cascade: object) -> Iterator[dict[str, Any]]:
    for each in cascade if isinstance(cascade, list) else [cascade]:
        if isinstance(each, dict):
            yield {str(key).lower(): value for key, value in each.items()}


def _is_meant(page: Source, content: str, target: object) -> bool:
    """Whether a cascade is for the page, by its path and kind; of what else it asks, all are."""
    if not isinstance(target, dict):
        return True
    wanted = {str(key).lower(): str(each) for key, each in target.items()}
    inside = posixpath.relpath(page.path, content)
    path = "/" + re.sub(r"/?_?index$", "", inside.rpartition(".")[0])
    is_list = posixpath.basename(page.path).startswith("_index.")
    kind = "home" if is_list and path == "/" else "section" if is_list else "page"
    if "path" in wanted and not fnmatch.fnmatch(
        path, wanted["path"].strip("{}").replace("**", "*")
    ):
        return False
    return wanted.get("kind", kind) in (kind, "*")


def read_name(page: Source, config: Mapping[str, Any]) -> None:
    """Take the day and the slug from the name of its file, where the configuration says so."""
    sources = config.get("frontmatter")
    order = sources.get("date") if isinstance(sources, dict) else None
    order = [str(each).lower() for each in order] if isinstance(order, list) else []
    *_, folder, name = ("", *page.path.split("/"))
    stem = folder if name.startswith("index.") else name.partition(".")[0]
    found = _NAMED_DAY.fullmatch(stem)
    if ":filename" not in order or not found:
        return
    before = order[: order.index(":filename")]
    names = DATES if ":default" in before else [each for each in before if each[0] != ":"]
    if first_of(page.front, names) is None:
        page.front["date"] = found[1]
    if found[2]:
        page.front.setdefault("slug", found[2])
