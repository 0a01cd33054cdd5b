"""The reports that are read most, made before anybody asks: after a start, at a new day, and after
something has closed. What these added up is remembered, and nobody waits for the first one.

While reports are read, what still runs is folded again and again for those that are filtered, as
it takes half a second on a large site, and whoever has just read a report may filter it next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from werkzeug.datastructures import MultiDict

from analytics.background import BackgroundTask
from analytics.staff.reports.asked import DEFAULT, read_asked
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.making import Report
from analytics.staff.reports.report_page import LINES_SHOWN
from analytics.staff.roles import COUNTERS
from analytics.visits.model import PAIRS
from analytics.visits.store.cells import number_of
from analytics.visits.store.groups import GROUPS
from analytics.visits.store.query import Query
from analytics.visits.store.remembered import Mark
from analytics.visits.store.running import SECONDS_TOLD_AGAIN
from analytics.web.log import ServiceLog

__all__ = ["Ahead", "AheadTask"]

PERIODS = ("12-months", "24-months", "7-days", DEFAULT)
"""The one that was made last is remembered longest."""

SECONDS_BETWEEN = 60.0
SECONDS_AFTER_A_START = 10.0
"""A start has other work, and whoever reads a report at once has it made anyway."""

SECONDS_READ = 300.0
"""For so long whoever read a report may filter it."""

SECONDS_BETWEEN_FOLDS = SECONDS_TOLD_AGAIN * 0.75
"""Before what was folded is not told again."""

FEW_TABLES = 3
LINKED = tuple(
    pair
    for group in GROUPS
    if len(group.tables) > FEW_TABLES
    for pair in PAIRS
    if number_of(*pair) in group.tables
)
"""Pairs of the tables that are folded together in so large groups that it takes long."""


class Ahead:
    """Makes them where they would not be what is remembered."""

    def __init__(self, counted: Counted, seconds: Callable[[], float] = time.monotonic) -> None:
        self._counted = counted
        self._seconds = seconds
        self._is_new = True
        self._made: tuple[Mark, date] | None = None
        self._read_until = self._folded_until = seconds()

    def was_read(self) -> None:
        """Note that somebody has just read a report."""
        self._read_until = self._seconds() + SECONDS_READ

    def step(self) -> float:
        """Make what is due; after how many seconds to look again. Raises SQLAlchemyError."""
        if self._is_new:
            self._is_new = False
            return SECONDS_AFTER_A_START
        due = self._counted.counters.mark(), self._counted.today
        if due != self._made:
            self.make()
            self._made = due
        now = self._seconds()
        if now >= self._read_until:
            return SECONDS_BETWEEN
        if now >= self._folded_until:
            self.fold()
            self._folded_until = self._seconds() + SECONDS_BETWEEN_FOLDS
        return max(0.0, self._folded_until - self._seconds())

    def make(self) -> None:
        """Make each, as its page does. Raises SQLAlchemyError."""
        counted = self._counted
        table = counted.register.table(*COUNTERS[0])
        for period in PERIODS:
            asked = read_asked(MultiDict({"period": period}), counted.today, table)
            report = Report(counted, asked)
            for _ in report.panels(LINES_SHOWN):
                pass  # A panel is made when it is asked for.

    def fold(self) -> None:
        """Fold what runs, as a report by a filter does. Raises SQLAlchemyError."""
        counted = self._counted
        table = counted.register.table(*COUNTERS[0])
        asked = read_asked(MultiDict({"period": "12-months"}), counted.today, table)
        hours = asked.period.hours(counted.zone)  # Whole months, with the one that runs.
        for by, dimension in LINKED:
            nobody = ((by, ""),)
            query = Query(first=hours[0], last=hours[-1], dimension=dimension, filters=nobody)
            counted.counters.rows(query)


class AheadTask(BackgroundTask):
    """The thread of it."""

    def __init__(self, counted: Counted, log: ServiceLog) -> None:
        self._ahead = Ahead(counted)
        super().__init__("reports", self._ahead.step, log, clock=counted.clock)

    def was_read(self) -> None:
        """Note that somebody has just read a report, who may filter it next."""
        self._ahead.was_read()
        self.call()
