"""Each part of a report as a file, for spreadsheets (CSV) and programs (JSON): the same numbers as
on the page, and what it keeps back is kept back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort

from analytics.staff.csv_text import csv_text
from analytics.staff.layout import reads
from analytics.staff.reports.chart import Measured
from analytics.staff.reports.making import Report
from analytics.staff.reports.over_time import OverTime
from analytics.staff.reports.panels import Panel
from analytics.staff.reports.periods import Period
from analytics.staff.reports.report_page import asked_report
from analytics.staff.roles import COUNTERS
from analytics.visits.model import DIMENSIONS, Dimension

__all__ = ["FORMS", "file_of", "report_file"]

FORMS = ("csv", "json")
OVER_TIME = "over-time"
IN_NO_LINE = "(in no line)"


@dataclass(frozen=True)
class Table:
    """Rows with the same columns, and what they are of."""

    about: Mapping[str, Any]
    columns: tuple[str, ...]
    rows: Sequence[tuple[str | int | None, ...]]
    last: tuple[str | int | None, ...] = ()
    """A row of what no other has, where rows are all that can be told; empty for none."""


@reads(COUNTERS)
def report_file(name: str, form: str) -> Response:
    """The chart, or a panel, as the address asks for it."""
    return file_of(asked_report(), name, form)


def file_of(made: Report, name: str, form: str) -> Response:
    """The chart of a report, or one of its panels, in one of the `FORMS`; 404 for what it has not,
    400 for an address that nobody understands."""
    if form not in FORMS or made.is_hidden:
        abort(404)
    if made.asked.problem:
        abort(400, made.asked.problem)
    if made.unknown:
        abort(404, made.unknown)
    table = _table(made, name)
    if table is None:
        abort(404)
    if form == "csv":
        of_all = (*table.rows, table.last) if table.last else table.rows
        text, kind = csv_text(table.columns, of_all), "text/csv; charset=utf-8; header=present"
    else:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        text = json.dumps({**table.about, "rows": rows}, ensure_ascii=False)
        kind = "application/json"
    response = Response(text, content_type=kind)
    period = made.asked.period
    called = f"{name}-{period.first}-{period.last}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return response


def _table(made: Report, name: str) -> Table | None:
    if name == OVER_TIME:
        return _of_chart(made, made.over_time) if made.over_time else None
    if name in DIMENSIONS and (dimension := Dimension(name)) in made.kinds:
        return _of_panel(made, made.panel(dimension))
    if made.filters and made.filters[0].dimension == Dimension.PAGE:
        for panel in made.parts_of_page():
            if panel.name == name:
                return _of_panel(made, panel)
    return None


def _about(made: Report, **more: Any) -> Mapping[str, Any]:
    days = _days(made.asked.period)
    filters = [str(each) for each in made.filters]
    about = {**days, "zone": str(made.context.zone), "filters": filters, **more}
    return about | ({"imported": made.history.shown.told} if made.history.shown else {})


def _days(period: Period) -> Mapping[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _of_panel(made: Report, panel: Panel) -> Table:
    about: dict[str, Any] = {"panel": panel.name, "least": made.least, "note": panel.note}
    if panel.short:
        about["told"] = _days(panel.days)
    about["rest"] = panel.rest if panel.moved else None
    if panel.has_imported or panel.imported_rest:
        about["imported_rest"] = panel.imported_rest
    columns = ("cell", "name", *panel.measures, "untold", "at_least")
    if panel.compared:
        now, then = map(_days, panel.compared)
        about["compared"] = {**then, "with": now}
        columns += (f"{panel.count}_compared", f"{panel.count}_before")
    if panel.has_imported or panel.imported_rest:
        columns += ("imported",)
    rest: dict[str, str | int] = {"name": IN_NO_LINE, "imported": panel.imported_rest}
    last = tuple(rest.get(name) for name in columns) if panel.imported_rest else ()
    return Table(_about(made, **about), columns, list(_lines(panel)), last)


def _lines(panel: Panel) -> Iterator[tuple[str | int | None, ...]]:
    """A measure of a line that was rare on all of its days is not told."""
    for line in panel.lines:
        amounts = [line.measures.measure(name) for name in panel.measures]
        at_least = "yes" if panel.at_least else "no"
        more = (line.imported,) if panel.has_imported or panel.imported_rest else ()
        if panel.compared:
            found = line.compared
            more = (found.now, found.then, *more) if found else (None, None, *more)
        yield line.cell, line.name, *amounts, line.measures.untold, at_least, *more


def _of_chart(made: Report, over: OverTime) -> Table:
    chart = over.chart
    named = [name for name in (chart.main, chart.behind) if name]
    columns = ("start", *named, *((f"{chart.main}_before",) if chart.compared else ()), "open")
    if chart.has_imported:
        columns += (*(f"imported_{name}" for name in named), "imported_from")
    rows = []
    for bar in chart.bars:
        amounts = [getattr(bar.of.counts, name) for name in named]
        before = bar.of.before
        if chart.compared:
            amounts.append(None if before is None else getattr(before, chart.main))
        if bar.of.to_come:
            amounts[: len(named)] = [None] * len(named)
        imported = _imported(bar.of, named) if chart.has_imported else ()
        rows.append((bar.of.step.start, *amounts, "yes" if bar.of.open else "no", *imported))
    other = made.asked.other
    about: dict[str, Any] = {
        "interval": over.interval,
        "rest": over.rest,
        "notes": list(over.notes),
    }
    about["marks"] = [{"day": mark.day.isoformat(), "text": mark.text} for mark in made.marks]
    if other:
        about["compared"] = _days(other)
    return Table(_about(made, **about), columns, rows)


def _imported(step: Measured, named: Sequence[str]) -> tuple[str | int | None, ...]:
    amounts = [getattr(step.imported, name) if step.imported else None for name in named]
    return *amounts, step.imported_from or None
