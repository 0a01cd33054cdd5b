"""How much of the processor programs have had."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["seconds_of"]

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(number: int) -> float:
    """Seconds of processor of a process and its children, those that ended among them."""
    its = _numbers(Path(f"/proc/{number}/stat"))
    total = sum(its[11:15])
    for task in Path(f"/proc/{number}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                total += sum(_numbers(Path(f"/proc/{child}/stat"))[11:13])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total / TICKS


def _numbers(file: Path) -> list[int]:
    """All that stands behind the name, with the state as 0
    (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)."""
    _, _, rest = file.read_text().rpartition(")")
    return [int(each) if each.lstrip("-").isdigit() else 0 for each in rest.split()]
