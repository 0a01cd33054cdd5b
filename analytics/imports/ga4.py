"""Google Analytics 4: what Explorations and reports give as CSV, in English. Comments say what it
is of; a row of totals has one field more than the header, or no day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from analytics.imports.layouts import (
    Layout,
    Reader,
    Seen,
    Sum,
    Told,
    Value,
    Whole,
    not_taken,
    reading,
)
from analytics.imports.sheets import Line, Sheet
from analytics.imports.values import NotRead, day_of, number_of
from analytics.visits.model import Dimension

__all__ = ["TITLE", "recognise"]

TITLE = "Google Analytics"
DAYS = {"date", "nth day"}
VALUES = {
    "page path and screen class": Dimension.PAGE,
    "page path": Dimension.PAGE,
    "page path + query string": Dimension.PAGE,
    "page location": Dimension.PAGE,
    "landing page": Dimension.ENTRY,
    "landing page + query string": Dimension.ENTRY,
    "session source": Dimension.SOURCE,
    "session source / medium": Dimension.SOURCE,
    "browser": Dimension.BROWSER,
    "operating system": Dimension.SYSTEM,
    "device category": Dimension.DEVICE,
}
MEASURES = re.compile(
    r"(?:.*\b)?(?:sessions|views)|.*\busers?|.*\brate|.*\bevents?|.*\bcount|.*\bduration|.*\btime\b.*"
    r"|.*\bper\b.*|.*\brevenue|conversions|purchases|transactions|user engagement"
)
TOTALS = {"grand total", "total", "totals"}
OTHER = "(other)"
"""Stands for all that a table has too many of (support.google.com/analytics/answer/13331684)."""

START = re.compile(r"start date: (\d{8})")


def recognise(sheet: Sheet) -> Layout | None:
    """What a table of it is; None for any other."""
    there = [name for name in sheet.columns if name]
    day = next((name for name in there if name in DAYS), None)
    measures = {name for name in there if MEASURES.fullmatch(name)}
    if not measures & {"sessions", "views", "active users", "total users", "event count"}:
        return None
    if day is None:
        why = "it tells no days; add the dimension Date"
        return not_taken("totals", why) if sheet.comments else None
    others = [name for name in there if name not in {day, *measures, *TOTALS}]
    return _values(others, day, measures, sheet) if others else _days(day, measures, sheet)


def _days(day: str, measures: set[str], sheet: Sheet) -> Layout:
    if not measures >= {"sessions", "views"}:
        return not_taken("days", "it must have the metrics Sessions and Views")
    columns = {"day": day, "visits": "sessions", "views": "views"}
    return Layout("days", lambda _: _reader(columns, None, sheet))


def _values(others: Sequence[str], day: str, measures: set[str], sheet: Sheet) -> Layout:
    name = others[0]
    if len(others) > 1:
        return not_taken("values", f"it tells of two things at once: {' and '.join(others)}")
    if name not in VALUES:
        return not_taken("values", f"“{name}” has no place here")
    dimension = VALUES[name]
    times = "views" if dimension == Dimension.PAGE else "sessions"
    if times not in measures:
        return not_taken(f"values of {name}", f"it must have the metric {times.capitalize()}")
    columns = {"day": day, "value": name, "times": times}
    return Layout(f"values of {dimension}", lambda _: _reader(columns, dimension, sheet))


def _reader(columns: Mapping[str, str], dimension: Dimension | None, sheet: Sheet) -> Reader:
    def read(line: Line) -> Iterator[Told]:
        if line.fields[-1].strip().lower() in TOTALS or not line[columns["day"]]:
            with suppress(NotRead):  # A total that is no number tells nothing.
                yield Sum(number_of(line[columns["visits" if dimension is None else "times"]]))
            return
        if line[columns["day"]].lower() == OTHER:
            yield Seen("rows of “(other)”, which Google tells no day of")
            return
        line = _without_totals(line)
        with reading(line, columns["day"]):
            day = _day(line[columns["day"]], columns["day"], sheet)
        amounts = {}
        for name in ("visits", "views", "times"):
            if name in columns:
                with reading(line, columns[name]):
                    amounts[name] = number_of(line[columns[name]])
        if dimension is None:
            yield Whole(day, amounts["visits"], amounts["views"])
        else:
            yield Value(day, dimension, line[columns["value"]], amounts["times"])

    return read


def _without_totals(line: Line) -> Line:
    """A row without the last column, where that is the one in which totals are named: other rows
    leave it empty, or end before it."""
    *names, last = line.columns
    if last not in TOTALS:
        return line
    fields = line.fields[:-1] if len(line.fields) > len(names) else line.fields
    return replace(line, fields=fields, columns={name: at for at, name in enumerate(names)})


def _day(text: str, column: str, sheet: Sheet) -> date:
    if column == "date":
        return day_of(text)
    found = next((found for each in sheet.comments if (found := START.match(each.lower()))), None)
    if found is None or not (text.isascii() and text.isdigit()):
        message = "nothing tells the day on which it began"
        raise NotRead(message, "leave the line “# Start date: …” in the file")
    return day_of(found[1]) + timedelta(int(text[:6]))
