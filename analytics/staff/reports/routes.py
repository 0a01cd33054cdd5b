"""The report: what was counted in a period, beside the period before; and the consents."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from flask import Response, request

from analytics.staff.context import current_context
from analytics.staff.layout import page_number, reads, show
from analytics.staff.reports import coverage, report
from analytics.staff.reports.chart import draw
from analytics.staff.reports.periods import CHOICES, Period, PeriodError, choose, custom
from analytics.staff.roles import CONSENTS, COUNTERS
from analytics.visits.model import Total
from analytics.visits.store.base import Consents
from analytics.visits.store.daily import Daily
from policy.durations import Duration
from policy.register import Table

DEFAULT = "30-days"

# More pages than a site of this kind has; a bound on what one request reads.
MOST_CELLS = 5_000

# How many days a page of the consents has.
DAYS_A_PAGE = 50

# How many lines a panel shows before the rest is folded away.
LINES_SHOWN = 8


@reads(COUNTERS)
def report_page() -> Response:
    """The report of the period that the address asks for."""
    context = current_context()
    counters, register = context.counters, context.register
    period, problem = _asked(context.today, _earliest(register.table(*COUNTERS[0]), context.today))
    hours = period.hours(context.zone)
    before = period.hours_before(context.zone, context.now // 3600)
    compared = coverage.HOURS_A_DAY * coverage.DAYS_COMPARED
    rows = counters.series(min(before.start, hours.start - compared), hours.stop - 1)
    served = Daily(counters).served(period.first, period.last)
    days = coverage.shown_by_day(served, coverage.views_by_day(rows, hours, context.zone))
    total, total_before = report.add_up(rows, [hours, before])

    def rows_of(dimension: str) -> Sequence[Total]:
        return counters.totals(dimension, hours.start, hours.stop - 1, MOST_CELLS)

    panels = [
        report.panel(kind, report.cells_of(kind, rows_of(kind.dimension)))
        for kind in report.kinds_of(register)
    ]
    return show(
        "report.html",
        400 if problem else 200,
        period=period,
        choices=CHOICES,
        problem=problem,
        total=total,
        figures=report.figures(total, total_before),
        chart=draw(report.measured_steps(period.steps(context.zone), rows)),
        panels=panels,
        lines_shown=LINES_SHOWN,
        pages=context.pages.build.pages,
        shown=coverage.total(days),
        unusual=coverage.unusual_hours(rows, hours),
        today=context.today,
    )


@reads(COUNTERS)
def definitions_page() -> Response:
    """What each figure of the report means, and what is not measured."""
    register = current_context().register
    entry = register.cookie("visit").part("entry").kind
    return show("definitions.html", campaigns=current_context().site.campaigns.own, entry=entry)


@reads(CONSENTS)
def consent_page() -> Response:
    """How many agreed to which version of the register, and took it back, by day."""
    context = current_context()
    days = context.counters.consents()
    page = page_number(len(days), DAYS_A_PAGE)
    versions = sorted({day.version for day in days}, reverse=True)
    return show(
        "consent.html",
        totals=[_of_version(version, days) for version in versions],
        days=days[DAYS_A_PAGE * (page - 1) : DAYS_A_PAGE * page],
        page=page,
        pages=max(1, -(-len(days) // DAYS_A_PAGE)),
        versions={version.number: version.url for version in context.site.versions},
    )


def _of_version(version: int, days: Sequence[Consents]) -> Consents:
    """All days of a version together, dated by the last."""
    own = [day for day in days if day.version == version]
    return Consents(
        max(day.day for day in own),
        version,
        sum(day.given for day in own),
        sum(day.withdrawn for day in own),
    )


def _asked(today: date, earliest: date) -> tuple[Period, str]:
    """The period asked for, or the default and why it could not be that."""
    choice = request.args.get("period", DEFAULT)
    if choice in CHOICES:
        return choose(choice, today), ""
    try:
        first, last = request.args.get("from", ""), request.args.get("to", "")
        return custom(first, last, today=today, earliest=earliest), ""
    except PeriodError as error:
        return choose(DEFAULT, today), str(error)


def _earliest(table: Table, today: date) -> date:
    """The first day that is certainly still kept whole."""
    if not isinstance(table.keep, Duration):
        return date.min
    midnight = datetime.combine(today, time(), UTC)
    return table.keep.before(midnight).date() + timedelta(days=1)
