"""Which files of a folder may be published: an allow-list, and the reason for each that is not.

A file that nobody meant to publish is worse than one that is missing: what is left out is told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from policy import Fault
from policy.site_files import unreadable

PAGE = ".md"
KINDS = frozenset(
    {".avif", ".csv", ".gif", ".html", ".ico", ".ics", ".jpeg", ".jpg", ".json", ".mp4", ".pdf"}
    | {".png", ".svg", ".txt", ".vcf", ".vtt", ".webp", ".xml"}
)
"""Endings of files that stand beside pages. A site adds its own with `downloads`."""

ASSETS = frozenset(
    {".avif", ".css", ".gif", ".ico", ".jpeg", ".jpg", ".js", ".json", ".mp4", ".otf", ".png"}
    | {".svg", ".ttf", ".txt", ".vtt", ".webmanifest", ".webp", ".woff", ".woff2"}
)
"""Endings of the files of `site/assets`."""

_MEANT_AS_PAGES = (".md.txt", ".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn")
_LEFTOVERS = (".bak", ".old", ".orig", ".part", ".rej", ".save", ".swo", ".swp", ".tmp")
_CONFLICT = re.compile(r"\(.*\bconflicted copy\b.*\)|\.sync-conflict-\d", re.IGNORECASE)
"""How programs that keep folders alike call the other of two versions."""

_STEERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NOT_SHOWN = frozenset({".dng", ".heic", ".heif", ".tif", ".tiff"})
"""Kinds of pictures that cameras make and browsers do not show."""

_OF_SYSTEMS = ("thumbs.db", "ehthumbs.db", "desktop.ini")


@dataclass
class Listing:
    """The files of a folder that may be published, by name relative to the root; those that were
    surely meant as pages, each with the name that it should have; what is wrong; and what was left
    out, as warnings."""

    files: list[str] = field(default_factory=list)
    misnamed: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)


def list_files(root: Path, folder: str, kinds: Collection[str], *, adds: str = "") -> Listing:
    """Every file below `root/folder` whose ending is in `kinds`.

    `adds` is what a person writes to have one more kind published, with `{}` for the ending.
    """
    listing = Listing()
    top = root / folder
    if top.is_dir():
        try:
            _list(listing, _Folder(top.resolve(), top, folder), kinds, adds)
        except RecursionError:
            hint = "move what is in the innermost folders further up"
            listing.faults.append(Fault(folder, None, "its folders are nested too deeply", hint))
    elif os.path.lexists(top):
        hint = "a folder belongs here: move what stands in its place"
        listing.faults.append(Fault(folder, None, "this is no folder", hint))
    return listing


@dataclass(frozen=True)
class _Folder:
    """A folder: the outermost one, where it is, and its name relative to the root."""

    top: Path
    path: Path
    name: str


def _list(listing: Listing, folder: _Folder, kinds: Collection[str], adds: str) -> None:
    try:
        entries = sorted(os.scandir(folder.path), key=lambda entry: entry.name)
    except OSError as error:
        listing.faults.append(unreadable(error, folder.name))
        return
    for entry in entries:
        name = f"{folder.name}/{_readable(entry.name)}"
        if entry.name.startswith("."):
            listing.left_out.append(_left_out(name, "its name begins with a dot"))
        elif not name.endswith(entry.name):
            hint = "rename it: letters, digits and hyphens are best"
            message = "its name has a character that cannot be shown"
            listing.faults.append(Fault(name, None, message, hint))
        elif entry.is_symlink() and (fault := _link_fault(name, folder.top, Path(entry.path))):
            listing.faults.append(fault)
        elif entry.is_dir(follow_symlinks=False):
            _list(listing, _Folder(folder.top, Path(entry.path), name), kinds, adds)
        elif not entry.is_file():
            listing.left_out.append(_left_out(name, "it is no ordinary file"))
        elif PAGE in kinds and (meant := _meant_as_page(entry.name)):
            message = "the name of a page ends in .md, in small letters"
            listing.faults.append(Fault(name, None, message, f"rename it to {meant}"))
            listing.misnamed[name] = f"{folder.name}/{meant}"
        elif left := _not_published(name, entry.name, kinds, adds):
            listing.left_out.append(left)
        else:
            listing.files.append(name)


def _readable(name: str) -> str:
    """A name that can be shown: what is not UTF-8 in it, or steers a terminal, becomes U+FFFD."""
    return _STEERS.sub("\ufffd", os.fsencode(name).decode("utf-8", "replace"))


def _link_fault(name: str, top: Path, path: Path) -> Fault | None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return Fault(name, None, "this link leads nowhere", "remove it, or put a file in its place")
    hint = "put a copy of what it leads to in its place"
    if not target.is_relative_to(top):
        return Fault(name, None, f"this link leads out of {name.partition('/')[0]}/", hint)
    if target.is_dir():
        return Fault(name, None, "this link leads to a folder", hint)
    return None


def _meant_as_page(own: str) -> str:
    """How a file should be called that was surely meant as a page; "" for all others."""
    ending = next((each for each in _MEANT_AS_PAGES if own.lower().endswith(each)), "")
    return f"{own[: -len(ending)]}{PAGE}" if ending and not own.endswith(PAGE) else ""


def _not_published(name: str, own: str, kinds: Collection[str], adds: str) -> Fault | None:
    """Why a file is not published, by its name; None where it is."""
    lower = own.lower()
    ending = PurePosixPath(lower).suffix
    if lower in _OF_SYSTEMS:
        return _left_out(name, "the system made it for itself")
    if (
        _CONFLICT.search(own)
        or ending in _LEFTOVERS
        or own.endswith(("~", "#"))
        or own.startswith(("~", "#"))
    ):
        return _left_out(name, "it is a copy that a program left behind")
    if not ending:
        return _left_out(name, "its name has no ending")
    if ending not in kinds:
        hint = adds.format(ending[1:]) if adds else "move it elsewhere"
        if ending in _NOT_SHOWN:
            hint = "browsers do not show such pictures: save it as JPEG"
        return Fault(name, None, f"not published: its name ends in {ending}", hint)
    return None


def _left_out(name: str, reason: str) -> Fault:
    return Fault(name, None, f"not published: {reason}", "move it elsewhere, or rename it")
