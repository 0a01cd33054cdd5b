"""A file shares the fate of its page: what only a draft shows stays with the draft."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

INDEX = "/index.md"


def waiting_section(path: str, waiting: Sequence[str]) -> str:
    """The index page of `waiting` in whose folder `path` stands; empty where there is none.

    A section that is not published keeps all that is below it.
    """
    return next(
        (
            index
            for index in waiting
            if index.endswith(INDEX) and index != path
            if path.startswith(index.removesuffix("index.md"))
        ),
        "",
    )


def waits_for(
    path: str,
    address: str,
    pages: Mapping[str, bool],
    used: Collection[str],
    used_by_waiting: Mapping[str, str],
) -> str:
    """The page that the file `path` waits for; empty where the file is published.

    `pages` says of each page, by its path, whether it is published. `used` are the addresses that
    published pages name; `used_by_waiting` those that the others name, with the path of one. A file
    that no page names belongs to the pages of its folder, or of the nearest folder that has any.
    """
    waiting = [page for page, published in pages.items() if not published]
    section = waiting_section(path, waiting)
    if section and not _is_read_there(section, pages):
        return section
    if address in used:
        return ""
    if address in used_by_waiting:
        return used_by_waiting[address]
    for folder in PurePosixPath(path).parents:
        beside = [page for page in pages if posixpath.dirname(page) == folder.as_posix()]
        if beside:
            return "" if any(pages[page] for page in beside) else beside[0]
    return ""


def _is_read_there(section: str, pages: Mapping[str, bool]) -> bool:
    """Whether a section that waits is published in another language, whose page stands beside."""
    beside = f"{posixpath.dirname(section)}/index."
    return any(published and page.startswith(beside) for page, published in pages.items())
