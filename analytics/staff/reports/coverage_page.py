"""The page of what the report leaves out: pages shown and not counted, refusals, struck hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import tzinfo

from flask import Response

from analytics.staff import format as formats
from analytics.staff.context import current_context
from analytics.staff.layout import reads, show
from analytics.staff.reports import coverage
from analytics.staff.reports.periods import Period, choose
from analytics.staff.roles import COVERAGE
from analytics.visits.hours import comes_twice, name_of, start_of
from analytics.visits.model import Dimension
from analytics.visits.store.daily import Daily
from analytics.web.problems import Reason

__all__ = ["coverage_page", "hour_words"]

PERIOD = "30-days"
PAGES_SHOWN = 20
DAYS_SHOWN = 7
"""What is older is folded away."""

MOST_CELLS = 5_000
WORDS = {reason.word: reason.detail for reason in Reason}


@reads(COVERAGE)
def coverage_page() -> Response:
    """The last 30 days."""
    context = current_context()
    zone, daily = context.zone, Daily(context.counters)
    period = choose(PERIOD, context.today)
    hours = period.hours(zone)
    before = coverage.HOURS_A_DAY * coverage.DAYS_COMPARED
    by_hour = context.counters.by_hour(hours.start - before, hours.stop - 1)
    counted = coverage.views_by_day(by_hour, hours, zone)
    served, struck = daily.served(period.first, period.last), daily.struck()
    left_out = coverage.struck_days(struck, zone)
    days = coverage.shown_by_day(served, counted, left_out)
    refusals = daily.refusals(period.first, period.last)
    return show(
        "coverage.html",
        period=period,
        total=coverage.total(days),
        days=days,
        not_whole=sum(not each.whole for _, each in days),
        days_shown=DAYS_SHOWN,
        by_page=coverage.shown_by_page(
            served, _views_by_page(period.without(left_out), zone), left_out
        )[:PAGES_SHOWN],
        pages=context.pages.build.pages,
        reasons=[
            (WORDS.get(reason, reason), number) for reason, number in coverage.by_reason(refusals)
        ],
        refusals=[
            (each.day, WORDS.get(each.reason, each.reason), each.refused) for each in refusals
        ],
        unusual=coverage.unusual_hours(by_hour.views(), hours, struck),
        struck=struck,
        hour_words=lambda hour: hour_words(hour, zone),
        hour_name=lambda hour: name_of(hour, zone),
    )


def hour_words(hour: int, zone: tzinfo) -> str:
    """An hour since 1970 as people of a zone say it."""
    start = start_of(hour, zone)
    words = f"{formats.day(start.date())}, {formats.hour(start)}"
    return f"{words} {start:%Z}" if comes_twice(start) else words


def _views_by_page(parts: Iterable[Period], zone: tzinfo) -> Counter[str]:
    counters = current_context().counters
    views: Counter[str] = Counter()
    for part in parts:
        hours = part.hours(zone)
        for row in counters.totals(Dimension.PAGE, hours.start, hours.stop - 1, MOST_CELLS):
            views[row.cell] += row.views
    return views
