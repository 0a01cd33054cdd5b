"""Reading the files of a site: whatever the system refuses is a fault that names the file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from policy.faults import Fault, Faults

__all__ = ["is_file", "names_in", "read_bytes", "unreadable"]

_HINTS = {
    errno.EACCES: "let the account that builds the site read it",
    errno.EPERM: "let the account that builds the site read it",
    errno.ELOOP: "this link leads back to itself: put a file in its place",
    errno.EISDIR: "a folder stands where a file belongs: move it",
    errno.ENOTDIR: "a file stands where a folder belongs: move it",
    errno.ENAMETOOLONG: "give it a shorter name",
}


def read_bytes(root: Path, name: str) -> bytes:
    """The bytes of `root/name`. Raises `Faults` where they cannot be read."""
    try:
        with open(f"{root}/{name}", "rb") as file:  # noqa: PTH123  (ten thousand of them)
            return file.read()
    except FileNotFoundError:
        if (root / name).is_symlink():
            hint = "remove it, or put a file in its place"
            raise Faults([Fault(name, None, "this link leads nowhere", hint)]) from None
        raise Faults([Fault(name, None, "this file is missing", "create it")]) from None
    except OSError as error:
        raise Faults([unreadable(error, name)]) from None


def names_in(root: Path, folder: str, ending: str) -> list[str]:
    """The names in `root/folder` that have the ending, in order; none where there is no folder.

    Raises `Faults` where it cannot be listed.
    """
    try:
        return sorted(path.name for path in (root / folder).iterdir() if path.name.endswith(ending))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Faults([unreadable(error, folder)]) from None


def is_file(root: Path, name: str) -> bool:
    """Whether there is a file. Where the system does not say, there is none."""
    return os.path.isfile(root / name)  # noqa: PTH113  (Path.is_file raises PermissionError)


def unreadable(error: OSError, name: str) -> Fault:
    """What the system said of a file or folder, as a fault."""
    hint = _HINTS.get(error.errno or 0, "mend that, then build again")
    return Fault(name, None, f"it cannot be read: {error.strerror}", hint)
