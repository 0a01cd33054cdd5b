"""Plausible: the archive of "Export data", with a table of days for each of its reports."""

from __future__ import annotations

from pathlib import Path

from analytics.imports.layouts import Layout, by_day, by_value, find, not_taken
from analytics.imports.sheets import Sheet
from analytics.visits.model import Dimension

__all__ = ["TITLE", "recognise"]

TITLE = "Plausible"

BY_VALUE = (
    ("entry pages", Dimension.ENTRY, "entry_page", "entrances"),
    ("sources", Dimension.SOURCE, "source", "visits"),
    ("browsers", Dimension.BROWSER, "browser", "visits"),
    ("systems", Dimension.SYSTEM, "operating_system", "visits"),
    ("devices", Dimension.DEVICE, "device", "visits"),
)
NOT_TAKEN = (
    ("exit pages", {"exit_page", "exits"}, "exit pages are not counted here"),
    ("countries and cities", {"country", "region", "city"}, "places are not taken over"),
    ("events", {"name", "events", "visitors"}, "events of another tool have no place here"),
)


def recognise(sheet: Sheet) -> Layout | None:
    """What a table of such an archive is; None for any other."""
    there = set(sheet.columns)
    if "visitors" not in there or "date" not in there:
        return None
    for about, columns, why in NOT_TAKEN:
        if columns <= there:
            return not_taken(about, why)
    for about, dimension, value, times in BY_VALUE:
        wanted = {"day": ("date",), "value": (value,), "times": (times,)}
        if found := find(sheet.columns, wanted):
            return by_value(about, dimension, found)
    if {"page", "pageviews"} <= there:
        found = {"day": "date", "value": "page", "times": "pageviews"}
        return by_value("pages", Dimension.PAGE, found)
    # A newer version may add a column: then the name tells that no other thing is in it.
    is_whole = len(there) == WHOLE_COLUMNS or WHOLE_NAME in Path(sheet.file).name
    if {"pageviews", "visits", "bounces"} <= there and is_whole:
        return by_day("days", {"day": "date", "visits": "visits", "views": "pageviews"})
    return None


WHOLE_COLUMNS = 6
"""date, visitors, pageviews, bounces, visits, visit_duration."""

WHOLE_NAME = "imported_visitors"
"""What the file of days is called."""
