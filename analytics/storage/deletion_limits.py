"""What keeps a wrong clock from deleting everything: deletions need more than one clock reading.

The clock is believed where it agrees with the last run: the machine's own count of seconds within
one process, and the day of the last run across restarts. And one run may not delete most of a
table unless that much time has passed. What is refused is confirmed by a person, or not done.
"""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LAST_RUN", "MOST_DAYS_OFF", "Due", "LastRun", "Refusal", "judge"]
__all__ += ["seconds_since_start"]

LAST_RUN = "retention.json"

MOST_DAYS_OFF = 7
"""A machine may be off for a week without anybody being asked."""

DRIFT = datetime.timedelta(days=1)
FEWEST_ROWS = 100
"""A small table may go whole: what came in one week ends in one."""


@dataclass(frozen=True)
class Due:
    """So many of a table's `rows` are over, which are kept for `keep`."""

    table: str
    rows: int
    over: int
    keep: datetime.timedelta


@dataclass(frozen=True)
class Refusal:
    """Why nothing was deleted on `day`. `kind` is "clock" or "share"; `says` is for staff."""

    day: datetime.date
    kind: str
    says: str


@dataclass(frozen=True)
class LastRun:
    """The day on which retention last deleted what was over, in a file beside the databases."""

    path: Path

    def read(self) -> datetime.date | None:
        """None where there was none, or nobody can tell."""
        try:
            return datetime.date.fromisoformat(json.loads(self.path.read_text())["day"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, day: datetime.date) -> None:
        """Whole, or not at all. Raises OSError."""
        draft = self.path.with_name(f"{self.path.name}.new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({"day": day.isoformat()}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


def seconds_since_start() -> float:
    """The machine's own count of seconds, which nobody can set; sleep included where it tells."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def judge(
    now: datetime.datetime,
    last: datetime.date | None,
    accepted: tuple[datetime.datetime, float] | None,
    seconds: float,
    due: Iterable[Due],
) -> Refusal | None:
    """Why nothing may be deleted at `now`; None where it may.

    `last` is the day of the last run by any process. `accepted` is the last run of this process:
    what the clock said, and the machine's count of seconds then; `seconds` is that count now.
    """
    today = now.date()
    by_others = last is not None and (accepted is None or last > accepted[0].date())
    passed = DRIFT if last is None else now.date() - last
    if accepted is not None and not by_others:
        passed = now - accepted[0]
        believed = datetime.timedelta(seconds=seconds - accepted[1]) + DRIFT
    else:
        believed = datetime.timedelta(days=MOST_DAYS_OFF)
    if passed > believed:
        before = accepted[0].date() if accepted is not None and not by_others else last
        return Refusal(today, "clock", f"The clock says {today}, but the last run was on {before}.")
    for table in due:
        most = table.rows > FEWEST_ROWS and 2 * table.over > table.rows
        if most and 2 * max(passed, DRIFT) < table.keep:
            rows = f"{table.over:,} of the {table.rows:,} rows of “{table.table}”"
            says = f"{rows} would go at once, which is more than half."
            return Refusal(today, "share", says)
    return None
