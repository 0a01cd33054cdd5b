"""GoatCounter: the CSV export, which has a row for each hit. Its first column says the version."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.imports.layouts import (
    Layout,
    Reader,
    Seen,
    Told,
    Value,
    Wanted,
    Whole,
    not_taken,
    reading,
)
from analytics.imports.once import Once
from analytics.imports.sheets import Line, Sheet
from analytics.imports.values import local_day
from analytics.visits.model import Dimension

__all__ = ["TITLE", "recognise"]

TITLE = "GoatCounter"
PATH = "2path"
HITS = {"event", "session", "bot", "referrer", "firstvisit", "date"}
OF_A_VISIT = (
    (Dimension.SOURCE, "referrer"),
    (Dimension.BROWSER, "browser"),
    (Dimension.SYSTEM, "system"),
)


def recognise(sheet: Sheet) -> Layout | None:
    """What a table of such an export is; None for any other."""
    if not set(sheet.columns) >= HITS or not sheet.columns[0].endswith("path"):
        return None
    if sheet.columns[0] != PATH:
        version = sheet.columns[0].removesuffix("path")[:10]
        return not_taken("hits", f"its form has the version {version}, and version 2 is read")
    return Layout("hits", _reader)


def _reader(wanted: Wanted) -> Reader:
    once = Once(wanted)

    def read(line: Line) -> Iterator[Told]:
        with reading(line, "date"):
            day = local_day(line["date"], wanted.zone)
        if line["bot"] not in ("", "0"):
            yield Seen("hits of programs")
            return
        if line["event"].lower() in ("true", "1"):
            yield Seen("events")
            return
        session = line["session"]
        first = line["firstvisit"].lower() in ("true", "1")
        is_first = once.is_first(line, session, day) if session.strip("0-") else first
        yield Whole(day, visits=int(is_first), views=1, adds=True)
        yield Value(day, Dimension.PAGE, line[PATH], 1)
        if is_first:
            for dimension, column in OF_A_VISIT:
                yield Value(day, dimension, line.get(column), 1)

    return read
