"""What the system refused while a site was published, told as any other fault."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from policy import Fault, Faults
from policy.manifest import BUILD_FILE

__all__ = ["NEXT", "Unfinished", "Unpublished", "Unreleased", "meddled", "refusal"]

NEXT = ".next"
"""Where new files wait, in `public/`. No page stands there: names with a dot are not published."""

_AS_IT_WAS = "Nothing was published: public/ is as it was."
_HINTS = {
    errno.ENOSPC: "make room on the disk, then build again",
    errno.EDQUOT: "make room on the disk, then build again",
    errno.EACCES: "let the user who builds write there",
    errno.EPERM: "let the user who builds write there",
    errno.EROFS: "let the folder be written, or build elsewhere",
    errno.EEXIST: "a folder belongs there: move what stands in its place",
    errno.ENAMETOOLONG: "give the page's file, or a folder of it, a shorter name",
}


class Unpublished(Faults):
    """Something is wrong, or was refused, and what is served from `out` is as it was."""

    def __init__(self, faults: Iterable[Fault], out: Path, said: str = "") -> None:
        """`said` is what is to be known of the faults, as one sentence."""
        super().__init__(faults)
        self._out, self._said = out, said
        stands = (out / BUILD_FILE).is_file()
        became = _AS_IT_WAS if stands else "Nothing was published."
        self.epilogue = f"{said}\n{became}" if said else became

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it can come from another process."""
        return type(self), (self.faults, self._out, self._said)


class Unreleased(Faults):
    """Something is wrong, or was refused, and the folder for a host is as it was."""

    epilogue = "Nothing was released: the folder is as it was."


class Unfinished(Faults):
    """The new site is served. The system refused to tidy up after the old one."""

    epilogue = "The new site is served. The next build puts the rest of public/ in order."


def meddled(out: Path, path: str) -> Fault:
    """A file of `out` holds other bytes than a build has put there."""
    message = "somebody changed it since it was built"
    return Fault(f"{out.name}/{path}", None, message, "build again")


def refusal(error: OSError, out: Path) -> Fault:
    """Which file of `out` could not be written, and why."""
    path = Path(error.filename) if isinstance(error.filename, str) else out
    inside = path.relative_to(out).parts if path.is_relative_to(out) else ()
    if inside[:1] == (NEXT,):
        inside = inside[2:]  # Where it would have been.
    hint = _HINTS.get(error.errno or 0, "mend that, then build again")
    place = "/".join((out.name, *inside))
    return Fault(place, None, f"it cannot be written: {error.strerror}", hint)
