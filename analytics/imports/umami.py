"""Umami: the archive of "Export data", of which `website_event.csv` has a row for each hit."""

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
from analytics.imports.once import Of, Once
from analytics.imports.sheets import Line, Sheet
from analytics.imports.values import local_moment
from analytics.visits.model import Dimension

__all__ = ["TITLE", "recognise"]

TITLE = "Umami"
HITS = {"session_id", "url_path", "created_at"}
A_VIEW = {"", "1"}
OF_A_VISIT = (
    (Dimension.BROWSER, "browser"),
    (Dimension.SYSTEM, "os"),
    (Dimension.DEVICE, "device"),
)


def recognise(sheet: Sheet) -> Layout | None:
    """What a table of such an archive is; None for any other."""
    there = set(sheet.columns)
    if {"session_id", "data_key"} <= there:
        return not_taken("properties of events and sessions", "they have no place here")
    if there >= HITS:
        return Layout("hits", _reader)
    if {"session_id", "website_id"} <= there:
        return not_taken("sessions", "the hits tell of them")
    if there == {"x", "y"}:
        return not_taken("totals", "they tell no days; export all data of the website instead")
    return None


def _reader(wanted: Wanted) -> Reader:
    once = Once(wanted)

    def read(line: Line) -> Iterator[Told]:
        with reading(line, "created_at"):
            moment = local_moment(line["created_at"], wanted.zone)
        if line.get("event_type") not in A_VIEW or line.get("event_name"):
            yield Seen("events")
            return
        day = moment.date()
        yield Whole(day, visits=0, views=1, adds=True)
        yield Value(day, Dimension.PAGE, line["url_path"], 1)
        # Versions before 2.9 know no visits: then a session counts once a day, as they showed it.
        visit = line.get("visit_id") or f"{line['session_id']} {day}"
        yield from once.hit(line, visit, moment, _of(line))

    return read


def _of(line: Line) -> Of:
    source, own = line.get("referrer_domain"), line.get("hostname")
    if source.removeprefix("www.") == own.removeprefix("www."):
        source = ""
    return (Dimension.SOURCE, source), *((each, line.get(name)) for each, name in OF_A_VISIT)
