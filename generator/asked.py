"""What a build is asked for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from generator.graph.scan import Scan

__all__ = ["Asked"]


@dataclass(frozen=True)
class Asked:
    """What to build, and how: the site in `root`, as it is at the moment `when`, or at the end of a
    day, with its drafts or without; `jobs` workers at most; `scan` is what its folders hold at the
    time `began` (ns). Pages show their pictures as they are where `originals` are asked for."""

    root: Path
    out: Path
    drafts: bool
    when: datetime.date
    began: int
    scan: Scan
    jobs: int | None = None
    originals: bool = False
