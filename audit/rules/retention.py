"""Findings about how long the server keeps things (P11)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from audit.observations import Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from audit.stored import Stored, Table
from policy import register
from policy.durations import Duration

LATE_SECONDS = 3_600
"""The deletion runs once an hour."""

Tables = Mapping[tuple[str, str], Table]


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every table with a row that is older than it may be."""
    for journey in observed.journeys:
        for stored in journey.kept:
            for finding in _kept_too_long(declared, stored):
                yield at(finding, journey)


def _kept_too_long(declared: Declared, stored: Stored) -> Iterator[Finding]:
    now = datetime.datetime.fromtimestamp(stored.now - LATE_SECONDS, datetime.UTC)
    found = {(table.database, table.name): table for table in stored.tables}
    for entry in declared.register.tables:
        table = found.get((str(entry.database), entry.name))
        if table and table.rows and _is_over(declared, found, entry, table.oldest, now):
            message = f"{entry.name} keeps a row for longer than {entry.keep_words}"
            mend = "let the hourly deletion reach it: see /staff/retention/"
            origin = declared.origin("table", entry.name, "keep")
            yield Finding("kept too long", entry.name, message, "P11", mend, origin=origin)


def _is_over(
    declared: Declared,
    found: Tables,
    entry: register.Table,
    oldest: str | int | None,
    now: datetime.datetime,
) -> bool:
    if not isinstance(entry.keep, Duration):
        return False
    dated = entry.column(entry.dated_by)
    if dated is None:  # Then it goes with the last row that refers to it.
        return not _is_referred_to(declared, found, entry.name)
    return oldest is not None and _end(dated.type, oldest) < entry.keep.before(now)


def _is_referred_to(declared: Declared, found: Tables, name: str) -> bool:
    for entry in declared.register.tables:
        table = found.get((str(entry.database), entry.name))
        filled = dict(table.columns) if table else {}
        for column in entry.columns:
            if column.refers.partition(".")[0] == name and filled.get(column.name):
                return True
    return False


def _end(kind: str, value: str | int) -> datetime.datetime:
    """The end of the day, hour or second that a row is dated with."""
    if isinstance(value, str):
        day = datetime.datetime.fromisoformat(value).replace(tzinfo=datetime.UTC)
        return day + datetime.timedelta(days=2)  # Whatever the site's time zone is.
    seconds = (value + 1) * 3_600 if kind == "hour" else value
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
