"""Matomo: reports of its Reporting API by day (period=day, date=FIRST,LAST), as CSV or JSON.

A report of values has labels, and says by the segment of each row what these are; without segments
the name of the file does, which is that of the method.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analytics.imports.layouts import (
    Layout,
    Reader,
    Seen,
    Told,
    Value,
    by_day,
    find,
    not_taken,
    reading,
)
from analytics.imports.sheets import Line, Sheet
from analytics.imports.values import day_of, number_of
from analytics.visits.model import Dimension

__all__ = ["TITLE", "recognise"]

TITLE = "Matomo"
WHOLE = {
    "day": ("date",),
    "visits": ("nb_visits", "visits"),
    "views": ("nb_pageviews", "pageviews", "nb_actions", "actions"),
}
SEGMENT = ("metadata_segment", "segment")
URL = ("metadata_url", "url")
VERSION = "Version=="
VISITS = ("nb_visits", "visits")
HITS = ("nb_hits", "pageviews", "hits")
SEGMENTS = {
    "pageUrl": Dimension.PAGE,
    "referrerName": Dimension.SOURCE,
    "referrerUrl": Dimension.SOURCE,
    "browserCode": Dimension.BROWSER,
    "browserName": Dimension.BROWSER,
    "operatingSystemCode": Dimension.SYSTEM,
    "operatingSystemName": Dimension.SYSTEM,
    "deviceType": Dimension.DEVICE,
}
METHODS = {
    "getpageurls": (Dimension.PAGE, ""),
    "getwebsites": (Dimension.SOURCE, "website"),
    "getsearchengines": (Dimension.SOURCE, "search"),
    "getsocials": (Dimension.SOURCE, "social"),
    "getbrowsers": (Dimension.BROWSER, ""),
    "getosfamilies": (Dimension.SYSTEM, ""),
    "gettype": (Dimension.DEVICE, ""),
}
"""What the labels of a report are, and of which sources it tells."""

EDGES = {
    "getentrypage": {"entry_nb_visits", "entrances"},
    "getexitpage": {"exit_nb_visits", "exits"},
}
"""The columns of pages at one edge of a visit. The report of all pages has those of both."""

NOT_TAKEN = (
    ("getentrypage", "entry pages", "its hits are all of a page, which getPageUrls tells"),
    ("getexitpage", "exit pages", "its hits are all of a page, which getPageUrls tells"),
    ("followingsitesearch", "pages after a search", "they are in getPageUrls as well"),
    ("getbrowserversions", "versions of browsers", "getBrowsers tells the same without them"),
    ("getosversions", "versions of systems", "getOsFamilies tells the same without them"),
)


def recognise(sheet: Sheet) -> Layout | None:
    """What a report of it is; None for any other table."""
    there = set(sheet.columns)
    marks = {"unique visitors", "actions", "bounce_count", "label"}
    if "date" not in there or not (there & marks or any(n.startswith("nb_") for n in there)):
        return None
    if "label" not in there:
        found = find(sheet.columns, WHOLE)
        return by_day("days", found) if found else None
    if not there & {*VISITS, *HITS}:
        return None
    file = Path(sheet.file).name.lower()
    edges = [name for name, columns in EDGES.items() if columns & there]
    for name, about, why in NOT_TAKEN:
        if name in file or edges == [name]:
            return not_taken(f"labels of {about}", why)
    named = next((name for name in METHODS if name in file), "")
    if not named and not there & {*SEGMENT}:
        why = "nothing tells what its labels are; name the file as its method, getPageUrls.csv"
        return not_taken("labels", why)
    return Layout(f"labels of {named or 'its rows'}", lambda _: _reader(named))


def _reader(named: str) -> Reader:
    method, method_part = METHODS.get(named, (None, ""))

    def read(line: Line) -> Iterator[Told]:
        with reading(line, "date"):
            day = day_of(line["date"])
        if VERSION in _first(line, SEGMENT):
            yield Seen("rows of versions, which are in the report without them")
            return
        dimension = _dimension(line) or method
        if dimension is None:
            yield Seen("rows of what has no place here")
            return
        is_page = dimension == Dimension.PAGE
        text = _first(line, URL) or line["label"] if is_page else line["label"]
        if is_page and "/" not in text:
            yield Seen("folders of pages, which flat=1 parts into pages")
            return
        columns = HITS if is_page else VISITS
        column = next((name for name in columns if name in line.columns), columns[0])
        with reading(line, column):
            times = number_of(line.get(column) or "0")
            part = _part(line) or method_part if dimension == Dimension.SOURCE else ""
            yield Value(day, dimension, text, times, part)

    return read


def _dimension(line: Line) -> Dimension | None:
    for part in reversed(_first(line, SEGMENT).split(";")):
        if found := SEGMENTS.get(part.partition("==")[0].partition("=^")[0]):
            return found
    return None


def _part(line: Line) -> str:
    """Search engines, sites and social networks are in reports of their own."""
    name, _, kind = _first(line, SEGMENT).partition(";")[0].partition("==")
    return kind if name == "referrerType" else ""


def _first(line: Line, columns: tuple[str, ...]) -> str:
    return next((text for name in columns if (text := line.get(name))), "")
