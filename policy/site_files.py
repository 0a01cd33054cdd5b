"""Reading the files of a site: whatever the system refuses is a fault that names the file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from policy.faults import Fault, Faults

__all__ = ["is_file", "names_in", "read_bytes", "read_file", "unreadable"]

_HINTS = {
    errno.EACCES: "let the account that builds the site read it",
    errno.EPERM: "let the account that builds the site read it",
    errno.ELOOP: "this link leads back to itself: put a file in its place",
    errno.EISDIR: "a folder stands where a file belongs: move it",
    errno.ENOTDIR: "a file stands where a folder belongs: move it",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.ENODEV: "put a file in its place",
}


def read_file(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file. Raises OSError, also for a pipe or a device: nothing is waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise OSError(errno.ENODEV, "it is a pipe, a socket or a device")
        parts = [os.read(handle, found.st_size + 1)]
        while parts[-1]:
            parts.append(os.read(handle, found.st_size + 1))
        return b"".join(parts)
    finally:
        os.close(handle)


def read_bytes(root: Path, name: str) -> bytes:
    """The bytes of `root/name`. Raises `Faults` where they cannot be read."""
    try:
        return read_file(f"{root}/{name}")
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
