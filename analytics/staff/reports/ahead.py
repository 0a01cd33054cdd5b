"""The reports that are read most, made before anybody asks: after a start, at a new day, and after
something has closed. What these added up is remembered, and nobody waits for the first one.
"""

from __future__ import annotations

from datetime import date

from werkzeug.datastructures import MultiDict

from analytics.background import BackgroundTask
from analytics.staff.reports.asked import DEFAULT, read_asked
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.making import Report
from analytics.staff.reports.report_page import LINES_SHOWN
from analytics.staff.roles import COUNTERS
from analytics.visits.store.remembered import Mark
from analytics.web.log import ServiceLog

__all__ = ["Ahead", "open_ahead"]

PERIODS = ("12-months", "24-months", "7-days", DEFAULT)
"""The one that was made last is remembered longest."""

SECONDS_BETWEEN = 60.0
SECONDS_AFTER_A_START = 10.0
"""A start has other work, and whoever reads a report at once has it made anyway."""


class Ahead:
    """Makes them where they would not be what is remembered."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._is_new = True
        self._made: tuple[Mark, date] | None = None

    def step(self) -> float:
        """Make what is due; after how many seconds to look again. Raises SQLAlchemyError."""
        if self._is_new:
            self._is_new = False
            return SECONDS_AFTER_A_START
        due = self._counted.counters.mark(), self._counted.today
        if due != self._made:
            self.make()
            self._made = due
        return SECONDS_BETWEEN

    def make(self) -> None:
        """Make each, as its page does. Raises SQLAlchemyError."""
        counted = self._counted
        table = counted.register.table(*COUNTERS[0])
        for period in PERIODS:
            asked = read_asked(MultiDict({"period": period}), counted.today, table)
            report = Report(counted, asked)
            for _ in report.panels(LINES_SHOWN):
                pass  # A panel is made when it is asked for.


def open_ahead(counted: Counted, log: ServiceLog) -> BackgroundTask:
    """What looks again and again whether a report is to be made."""
    return BackgroundTask("reports", Ahead(counted).step, log, clock=counted.clock)
