"""After a build: what is removed, and what the next one need not look at again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from generator.publish.looking import Found, strangers_in
from generator.publish.staging import Staged
from generator.publish.stamps import FOLDER, UNSURE, Stamps, sure
from generator.publish.transaction import Transaction
from generator.publish.tree import Stamp, is_folder, stamp, stamp_of

__all__ = ["stamps_after", "tidied"]


def stamps_after(
    out: Path, found: Found, made: Staged, gone: set[str], change: Transaction
) -> tuple[Stamps, set[str]]:
    """What is known of the new build, and the folders that must be looked at. Raises OSError.

    A file keeps its stamp when a folder that it is in is moved, not when it is moved itself.
    """
    now = time.time_ns()
    files: dict[str, tuple[Stamp, str]] = {}
    folders: dict[str, tuple[Stamp, str]] = {}
    moved = {"": False}
    for path, written in made.written.items():
        folder = path.rpartition("/")[0]
        if folder not in moved:
            new = [folder]
            while (above := new[-1].rpartition("/")[0]) not in moved:
                new.append(above)
            for each in reversed(new):
                if moved[above]:
                    folders[each] = made.folders.get(each, UNSURE), FOLDER
                elif each not in found.folders.places:
                    folders[each] = UNSURE, FOLDER
                moved[each] = moved[above] or each in change.moved
                above = each
        there: Stamp | None = written
        if not moved[folder]:
            there = stamp_of(f"{out}/{path}")
            there = sure(there, now) if there and there[:2] == written[:2] else UNSURE
        files[path] = there or UNSURE, made.stored[path]
    if "" not in found.folders.places:
        folders[""] = UNSURE, FOLDER
    unsure = {folder for folder, (there, _) in folders.items() if there == UNSURE}
    return Stamps(found.files.changed(files, gone), found.folders.changed(folders), ""), unsure


def tidied(
    out: Path, stamps: Stamps, unsure: set[str], unnamed: Iterable[str], change: Transaction
) -> tuple[Stamps, int]:
    """Remove what the build does not name. The stamps of all folders then, and the number of files
    removed. Raises OSError."""
    removed = change.prune(path for path in unnamed if not _is_named(path, stamps))
    now = time.time_ns()
    known: dict[str, tuple[Stamp, str]] = {}
    gone = set()
    for folder in sorted(change.touched | unsure):
        full = f"{out}/{folder}"
        if folder and not is_folder(full):
            gone.add(folder)
            continue
        there = sure(stamp(os.stat(full)), now)
        if strangers := list(strangers_in(str(out), folder, stamps)):
            removed += change.prune(strangers)
            there = UNSURE
        known[folder] = there, FOLDER
    return Stamps(stamps.files, stamps.folders.changed(known, gone), ""), removed


def _is_named(path: str, stamps: Stamps) -> bool:
    return path in stamps.files.places or path in stamps.folders.places
