"""What a person is told when something cannot be done, and the status a command then ends with.

1: the site, or what was asked for, has something to mend. 2: Plainsite or the machine failed.
"""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policy.faults import Faults

if TYPE_CHECKING:
    from policy.fault_text import FaultText

__all__ = ["Refusal", "Told", "tell"]

_ENGINE = Path(__file__).parents[1]
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""What writing anything can end with; an error of an open file does not say which."""

_REPORT = "this is a mistake of ours. Please report what `python build.py --traceback …` prints"


class Refusal(Exception):
    """A command cannot be done: why, and how to mend it."""

    status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"error: {message}\nhint: {hint}" if hint else f"error: {message}")


@dataclass(frozen=True)
class Told:
    """The words for the terminal or the browser, and the status."""

    text: str
    status: int


def tell(error: Exception, faults: FaultText | None = None) -> Told:
    """What to say of any error that ended a command, or a build of the preview. `faults` writes
    those of a site; without it they are told without their source."""
    match error:
        case Faults():
            text = f"{faults.all(error.faults)}\n\n{error.count}" if faults else str(error)
            end = f"\n{error.epilogue}" if error.epilogue else ""
            return Told(f"{text}{end}", error.status)
        case Refusal():
            return Told(_typed(str(error), faults), error.status)
        case OSError() if error.filename and error.strerror:
            hint = "see what stands there, and who may read and write it"
            return Told(f"error: {error.filename}: {error.strerror}\nhint: {hint}", 2)
        case OSError() if error.errno in _OF_THE_DISK:
            hint = "make room; it may be where the output of this command goes"
            return Told(f"error: not all could be written: {error.strerror}\nhint: {hint}", 2)
    place = _place(error)
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    kind = type(error).__name__
    text = f"error: Plainsite itself failed: {kind} in {place}{notes}\nhint: {_REPORT}"
    return Told(_typed(text, faults), 2)


def _typed(text: str, faults: FaultText | None) -> str:
    return faults.typed(text) if faults else text


def _place(error: Exception) -> str:
    """Our innermost line in an error's trace."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ENGINE) and "site-packages" not in path.parts:
            return f"{path.relative_to(_ENGINE).as_posix()}:{frame.lineno}"
    return "a library"
