"""The commands in what people are told, as they can be pasted into the shell that they work in.

Whoever writes a message writes `build.py check`. Which interpreter runs it, where the file is and
which site is meant is known where the message is told: `as_typed` alone puts it in.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

__all__ = ["as_typed"]

_ENGINE = Path(__file__).parents[1]
_OURS = r"(?:python build\.py(?![\w.])|build\.py(?= (?:[a-z]|--traceback)))"
_WORDS = rf"(?P<words>(?: (?!{_OURS})\S*[^\s.,;:)`])*)"
"""What stands behind the command, up to a mark that ends the sentence or a part of it."""

_COMMAND = re.compile(rf"(?<![\w/.-])(?:{_OURS}|(?P<system>chmod|systemctl)(?= )){_WORDS}")


def as_typed(text: str, root: Path, blank: str = " ") -> str:
    """The text with each of its commands for the site in `root`, as it is typed here and now.
    `blank` is what stands for each blank within a command."""
    if not _COMMAND.search(text):
        return text
    words = [_interpreter(), _shown(_ENGINE / "build.py")]
    if root.resolve() != _ENGINE.resolve():
        words += ["--root", _shown(root)]
    command = shlex.join(words)

    def typed(found: re.Match[str]) -> str:
        return f"{found['system'] or command}{found['words']}".replace(" ", blank)

    return _COMMAND.sub(typed, text)


def _interpreter() -> str:
    """What runs this, or `python` where the shell finds the same by that word."""
    here = sys.executable
    return "python" if shutil.which("python") == here else _shown(Path(here))


def _shown(path: Path) -> str:
    """The shorter of the ways to say where a file is: from here, or from the top."""
    # A virtual environment's interpreter is a link: where that leads has no libraries.
    whole = os.path.abspath(path)  # noqa: PTH100  (resolve would follow links)
    try:
        return min(os.path.relpath(path), whole, key=len)
    except (ValueError, FileNotFoundError):  # Another drive, or a folder that is gone.
        return whole
