"""The backups in a folder: when each was made, and which are too old to be kept."""

from __future__ import annotations

import datetime
import re
import shutil
import time
from itertools import pairwise
from pathlib import Path

from analytics.storage.deletion_limits import LAST_RUN, MOST_DAYS_OFF, LastRun
from policy.durations import Duration

__all__ = ["MAKING", "is_borne_out", "name_of", "old", "sweep"]

MAKING = ".making-"
"""How the name of a folder begins in which a backup is being made."""

STALE_SECONDS = 3_600
"""A backup takes seconds; one that was killed leaves its folder."""

NAME = re.compile(r"plainsite-(\d{8}T\d{6}Z)\.tar")
TIME = "%Y%m%dT%H%M%SZ"


def name_of(made: datetime.datetime) -> str:
    """That of the file of a backup."""
    return f"plainsite-{made.astimezone(datetime.UTC).strftime(TIME)}.tar"


def _times(folder: Path) -> dict[Path, datetime.datetime]:
    """When each backup was made, oldest first."""
    found = ((path, NAME.fullmatch(path.name)) for path in sorted(folder.iterdir()))
    return {path: _time(name[1]) for path, name in found if name}


def old(folder: Path, keep: Duration, now: datetime.datetime) -> list[Path]:
    """Those whose time is over."""
    return [path for path, time in _times(folder).items() if time <= keep.before(now)]


def is_borne_out(
    var: Path, folder: Path, over: list[Path], keep: Duration, now: datetime.datetime
) -> bool:
    """Whether something besides the clock says that `now` has come.

    Either retention ran within a week, which looks at more than the clock; or a backup was made
    in every stretch of time for which one is kept, and most of them stay.
    """
    day = LastRun(var / LAST_RUN).read()
    if day is not None and abs((now.date() - day).days) <= MOST_DAYS_OFF:
        return True
    times = _times(folder)
    since = [time for path, time in times.items() if not over or time >= times[over[0]]]
    steps = pairwise(sorted({*since, now}))
    return all(one > keep.before(other) for one, other in steps) and 2 * len(over) <= len(times)


def sweep(folder: Path) -> None:
    """Delete what backups that were killed left half made."""
    for path in folder.glob(f"{MAKING}*"):
        if path.stat().st_mtime < time.time() - STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, TIME).replace(tzinfo=datetime.UTC)
