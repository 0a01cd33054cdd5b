"""Which program has a port, where the system lets one look (Linux, proc(5))."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["owner_of"]

PROC = Path("/proc")
LISTENS = "0A"
LONGEST = 120


def owner_of(port: int) -> str:
    """The program that listens on a TCP port, as "process 4711 (python -m http.server)".

    Empty where nobody can tell: another user's program, or another system.
    """
    try:
        sockets = {f"socket:[{inode}]" for inode in _listening(port)}
        for process in PROC.glob("[0-9]*"):
            if sockets & _open_files(process):
                return f"process {process.name} ({_command(process)})"
    except OSError:
        pass
    return ""


def _listening(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        path = PROC / "net" / table
        if not path.exists():
            continue
        for line in path.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _open_files(process: Path) -> set[str]:
    found = set()
    try:
        for each in (process / "fd").iterdir():
            found.add(os.readlink(each))  # noqa: PTH115  ("socket:[1]" is no path)
    except OSError:
        pass  # It is another user's, or it has just ended.
    return found


def _command(process: Path) -> str:
    words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    text = " ".join(words).strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
