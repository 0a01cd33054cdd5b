"""A closed week or month as it is mailed: numbers of the report's page, made by the same code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from analytics.staff import format as formats
from analytics.staff.reports.asked import read_asked
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.coverage import Shown
from analytics.staff.reports.headline import Figure
from analytics.staff.reports.making import Report
from analytics.staff.reports.marks import Mark
from analytics.staff.reports.panels import Line, Panel
from analytics.staff.reports.periods import Period
from analytics.staff.roles import ANNOTATIONS, COUNTERS, COVERAGE, may_read
from analytics.visits.model import Dimension

__all__ = ["Digest", "Part", "digest_of", "report_of"]

PANELS = (Dimension.PAGE, Dimension.SOURCE, Dimension.CAMPAIGN, Dimension.GOAL)
MOST_LINES = 5


@dataclass(frozen=True)
class Part:
    """The first lines of a panel. `more` is how many others it has, `rest` what is in no line."""

    panel: Panel
    lines: Sequence[Line]
    more: int
    rest: int

    def detail(self, line: Line) -> str:
        """What stands beside the count of a line, as on the page."""
        write = formats.duration if self.panel.kind.detail == "engaged" else formats.percent
        return write(line.detail)


@dataclass(frozen=True)
class Digest:
    """What a digest says. `path` is the address of the page with the same numbers, on the site."""

    period: Period
    other: Period | None
    began: date | None
    """When counting began, where `other` has days before that."""

    is_nothing: bool
    figures: Sequence[Figure]
    coverage: Shown | None
    """None where whoever gets it may not see it."""

    parts: Sequence[Part]
    marks: Sequence[Mark]
    imported: str
    """Which tools had counted days of it, or of the time before."""

    path: str

    @property
    def visits(self) -> str:
        """Its first figure, for the subject: "1,234 visits"."""
        if self.is_nothing or not self.figures:
            return "no visits"
        first = self.figures[0]
        label = first.label.lower()
        return f"{first.value} {label.removesuffix('s') if first.value == '1' else label}"

    @property
    def name(self) -> str:
        """What the period is called: "Nov 16 – Nov 22, 2026", "November 2026"."""
        period = self.period
        if period.is_month:
            return f"{period.first:%B} {period.first.year}"
        return formats.days(period.first, period.last)


def report_of(counted: Counted, period: Period, roles: Iterable[str]) -> Report:
    """The report that the page shows of the period, to whoever has these roles."""
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    asked = read_asked(MultiDict(days), counted.today, counted.register.table(*COUNTERS[0]))
    return Report(counted, asked, with_notes=may_read(counted.register, roles, ANNOTATIONS))


def digest_of(counted: Counted, period: Period, roles: Sequence[str]) -> Digest:
    """What is mailed of a period to whoever has these roles. Raises SQLAlchemyError."""
    made = report_of(counted, period, roles)
    history, sees_coverage = made.history, may_read(counted.register, roles, COVERAGE)
    tools = history.shown.tools or history.before.tools if history else ""
    return Digest(
        period=made.asked.period,
        other=made.asked.other,
        began=made.began,
        is_nothing=made.is_nothing,
        figures=made.figures,
        coverage=made.coverage if sees_coverage else None,
        parts=() if made.is_nothing else tuple(_parts(made)),
        marks=made.marks,
        imported=tools,
        path=f"/staff/reports/{made.asked.address()}",
    )


def _parts(made: Report) -> Iterator[Part]:
    """Those of the panels that have anything to tell."""
    for dimension in PANELS:
        if dimension not in made.kinds:
            continue
        panel = made.panel(dimension)
        lines = [line for line in panel.lines if line.count][:MOST_LINES]
        if lines or panel.rest:
            yield Part(panel, lines, len(panel.lines) - len(lines), panel.rest or 0)
