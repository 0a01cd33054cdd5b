"""What is told of one page: what led to it, what it led to, how deep and for how long it was read.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from analytics.staff.reports.naming import Naming
from analytics.staff.reports.panels import Line, Panel
from analytics.staff.reports.reading import Told
from analytics.staff.reports.report import Kind
from analytics.visits.model import Dimension, Total

__all__ = ["parts_of_page"]

FLOW = {"flow-to": ("Went on to", 0), "flow-from": ("Came from", 1)}
"""Panels of it, and which of its two pages is the one that is asked for."""


def parts_of_page(kind: Kind, told: Told, page: str, views: int, naming: Naming) -> Iterator[Panel]:
    """The panels that a dimension has of a page."""
    cells = [(row.cell.split(" ", 1), row.total) for row in told.rows if " " in row.cell]
    if kind.dimension == Dimension.FLOW:
        for key, (title, at) in FLOW.items():
            rows = [(parts[1 - at], row) for parts, row in cells if parts[at] == page]
            of_flow = replace(kind, title=title, heading="Page", detail="share")
            yield _panel(key, of_flow, told, rows, naming, sum(row.times for _, row in rows))
        return
    rows = [(parts[0], row) for parts, row in cells if parts[1] == page]
    rows.sort(key=lambda each: int(each[0]))
    yield _panel(f"page-{kind.dimension}", kind, told, rows, naming, views, ordered=True)


def _panel(  # noqa: PLR0913, PLR0917  (a table and what it is measured by)
    key: str,
    kind: Kind,
    told: Told,
    rows: list[tuple[str, Total]],
    naming: Naming,
    whole: int,
    *,
    ordered: bool = False,
) -> Panel:
    if not ordered:
        rows = sorted(rows, key=lambda each: (-each[1].times, each[0]))
    longest = max((row.times for _, row in rows), default=1)
    named: Callable[[str], str] = naming.page
    if ordered:
        named = lambda cell: naming.name(kind.dimension, cell)  # noqa: E731  (one of two)
    lines = tuple(
        Line(
            cell,
            named(cell),
            cell if cell in naming.pages else "",
            row.times,
            row.times / longest,
            row.times / whole if whole else None,
            measures=row,
        )
        for cell, row in rows
        if row.times
    )
    return Panel(kind, told.days, lines, measures=("times",), key=key)
