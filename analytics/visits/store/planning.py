"""What will be told of what closes, decided in a process of its own where that takes long: Python
does one thing at a time, and pages and hits would wait for it.

Facts go to it and what is told comes back through pipes, and are nowhere at rest.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from analytics.visits.store.closing import Cell, Facts, told_of

__all__ = ["told_of_all"]

Told = dict[int, Collection[Cell]]

ROOT = Path(__file__).resolve().parents[3]
MOST_ROWS_HERE = 5_000
"""Of so many rows it is decided in some hundredths of a second; a process takes longer to start."""

MOST_SECONDS = 600.0
NICE = 10


def told_of_all(facts: Sequence[Facts], least: int) -> list[Told]:
    """What is told of each. Where no process can be had, it is decided here."""
    rows = sum(len(cells) for each in facts for cells in each.rows.values())
    if rows > MOST_ROWS_HERE:
        try:
            return _elsewhere(facts, least)
        except (OSError, subprocess.SubprocessError, pickle.PickleError, EOFError):
            pass  # All the same it must be decided.
    return _here(facts, least)


def _here(facts: Sequence[Facts], least: int) -> list[Told]:
    return [told_of(each, least) for each in facts]


def _elsewhere(facts: Sequence[Facts], least: int) -> list[Told]:
    done = subprocess.run(  # noqa: S603  (our own module)
        [sys.executable, "-m", __name__],
        input=pickle.dumps((facts, least)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        timeout=MOST_SECONDS,
        check=True,
    )
    told: list[Told] = pickle.loads(done.stdout)  # noqa: S301  (as above)
    return told


def main() -> None:
    """Read facts, and write what is told of them."""
    os.nice(NICE)
    facts, least = pickle.load(sys.stdin.buffer)  # noqa: S301  (as above)
    pickle.dump(_here(facts, least), sys.stdout.buffer)


if __name__ == "__main__":
    main()
