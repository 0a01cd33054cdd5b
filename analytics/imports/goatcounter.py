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
from analytics.imports.once import Of, Once, told
from analytics.imports.sheets import Line, Sheet
from analytics.imports.values import local_moment
from analytics.visits.model import Dimension

__all__ = ["TITLE", "recognise"]

TITLE = "GoatCounter"
PATH = "2path"
HITS = {"event", "session", "bot", "referrer", "firstvisit", "date"}
A_CAMPAIGN = "c"
"""Of the scheme of a referrer, which then names no site, or nothing
(github.com/arp242/goatcounter/issues/660)."""


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
            moment = local_moment(line["date"], wanted.zone)
        if line["bot"] not in ("", "0"):
            yield Seen("hits of programs")
            return
        if line["event"].lower() in ("true", "1"):
            yield Seen("events")
            return
        day, session = moment.date(), line["session"]
        yield Whole(day, visits=0, views=1, adds=True)
        yield Value(day, Dimension.PAGE, line[PATH], 1)
        if _by_campaign(line):
            yield Seen("sources of hits that a campaign led to, which it does not tell")
        if session.strip("0-"):
            yield from once.hit(line, session, moment, _of(line))
        elif line["firstvisit"].lower() in ("true", "1"):
            yield from told(day, _of(line), 1)

    return read


def _of(line: Line) -> Of:
    agent = (Dimension.BROWSER, line["browser"]), (Dimension.SYSTEM, line["system"])
    return agent if _by_campaign(line) else ((Dimension.SOURCE, line["referrer"]), *agent)


def _by_campaign(line: Line) -> bool:
    return line.get("referrer scheme") == A_CAMPAIGN
