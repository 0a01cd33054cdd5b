"""Where a link in a page's file leads, by the name of the file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

from generator.content.urls import composed, file_address, permalink

__all__ = ["is_elsewhere", "resolved"]

_MARK = re.compile(r"[?#]")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", re.IGNORECASE)


def is_elsewhere(link: str) -> bool:
    """Whether a link names its scheme or another host."""
    return bool(_ELSEWHERE.match(link))


def resolved(file: str, link: str, address: Callable[[str], str] = permalink) -> str:
    """The address that a link in the page `file` means; relative to that file.

    `address` gives that of a page by its path.
    """
    if link.startswith("/") and ".md" not in link:
        return composed(link)
    path, mark, rest = _split(link)
    if not path or is_elsewhere(path):
        return link
    if not path.startswith("/"):
        folder = posixpath.dirname(file.removeprefix("content/"))
        path = posixpath.normpath(posixpath.join(folder, unquote(path)))
        path = address(path) if path.endswith(".md") else file_address(path)
    elif path.endswith(".md"):
        path = address(unquote(path).lstrip("/"))
    return composed(path) + mark + rest


def _split(link: str) -> tuple[str, str, str]:
    """(path, "?" or "#", what follows it)."""
    found = _MARK.search(link)
    return (link[: found.start()], found[0], link[found.end() :]) if found else (link, "", "")
