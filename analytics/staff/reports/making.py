"""A report as it was asked for: reads what it needs of the counters, and makes its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from analytics.staff.reports import coverage, report
from analytics.staff.reports.asked import Asked
from analytics.staff.reports.both import Both, read_both
from analytics.staff.reports.changes import (
    Changes,
    declared_within,
    side_of,
    side_of_part,
    were_struck_late,
    with_changes,
)
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.filters import Filter, left_of, measures_of
from analytics.staff.reports.happened import Happened
from analytics.staff.reports.headline import Figure, figures
from analytics.staff.reports.history import Histories
from analytics.staff.reports.labels import labels_of
from analytics.staff.reports.marks import Mark, placed
from analytics.staff.reports.naming import Naming, is_declared
from analytics.staff.reports.one_page import parts_of_page
from analytics.staff.reports.over_time import Drawing, OverTime
from analytics.staff.reports.panels import Making, Panel, make_panel
from analytics.staff.reports.periods import Period
from analytics.staff.reports.reading import Reader
from analytics.staff.reports.report import Kind
from analytics.staff.reports.tabs import OF_A_GOAL, OF_A_PAGE, TABS, Tab, absent_from
from analytics.staff.roles import COUNTERS
from analytics.visits.hours import start_of
from analytics.visits.model import MEASURES, Dimension, Total
from analytics.visits.store.daily import Daily, Struck
from analytics.visits.store.site_hours import SiteHours

__all__ = ["Report"]

DRAWN = (Dimension.FUNNEL, Dimension.FORM, Dimension.SPEED)
"""Panels that are drawings, of all of their lines."""


@dataclass(frozen=True)
class Report:
    """One report, read part by part. Whatever reads raises SQLAlchemyError."""

    context: Counted
    asked: Asked
    shown: tuple[Tab, ...] = TABS
    """The tabs that whoever reads it may see."""

    with_notes: bool = True
    """Whether they see what staff wrote, and when experiments begin and end."""

    @cached_property
    def reader(self) -> Reader:
        """What asks the counters."""
        context = self.context
        return Reader(context.counters, context.zone, context.today, lambda: self.by_hour)

    @cached_property
    def naming(self) -> Naming:
        """What cells are called."""
        return Naming(labels_of(self.context.site), self.context.pages.build.pages)

    @cached_property
    def least(self) -> int:
        """How often what is counted of two things must be there, to be told."""
        return self.context.register.table(*COUNTERS[0]).least or 1

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Those that were asked for."""
        return self.asked.filters

    @cached_property
    def now_hour(self) -> int:
        """The hour that runs, since 1970."""
        return self.context.now // 3600

    @cached_property
    def hours(self) -> range:
        """Those of the period."""
        return self.asked.period.hours(self.context.zone)

    @cached_property
    def by_hour(self) -> SiteHours:
        """What the whole site adds up to by hour: of the period, of what it is compared with, and
        of the four weeks before it."""
        first, stop = self._with_weeks_before.start, self.hours.stop
        if self.asked.other:
            hours = self.asked.other.hours(self.context.zone)
            first, stop = min(first, hours.start), max(stop, hours.stop)
        return self.context.counters.by_hour(first, stop - 1)

    @property
    def _with_weeks_before(self) -> range:
        """The hours of the period and of four weeks before it, which tell what is usual."""
        first = self.hours.start - coverage.HOURS_A_DAY * coverage.DAYS_COMPARED
        return range(first, self.hours.stop)

    @cached_property
    def unusual(self) -> Sequence[coverage.Unusual]:
        """The hours that are far above their usual."""
        views = self.by_hour.views(self._with_weeks_before)
        return coverage.unusual_hours(views, self.hours, self.struck)

    @cached_property
    def struck(self) -> Sequence[Struck]:
        """The hours that were taken out."""
        return Daily(self.context.counters).struck()

    @cached_property
    def coverage(self) -> coverage.Shown:
        """Of how many shown pages it tells."""
        period, zone = self.asked.period, self.context.zone
        served = Daily(self.context.counters).served(period.first, period.last)
        counted = coverage.views_by_day(self.by_hour, self.hours, zone)
        return coverage.total(
            coverage.shown_by_day(served, counted, coverage.struck_days(self.struck, zone))
        )

    @cached_property
    def history(self) -> Histories:
        """What was imported, of the period and of what it is compared with."""
        return Histories(self.context.imported, self.asked)

    @cached_property
    def total(self) -> Total:
        """What the filters leave of the period. Of two filters, as their panel tells it: nothing
        where that is under the least."""
        return self._total(self.asked.period)

    def _total(self, period: Period) -> Total:
        if period == self.asked.period and "total" in self.__dict__:
            return self.total
        return self._of_hours(period, period.hours(self.context.zone))

    def _of_hours(self, period: Period, hours: range) -> Total:
        if len(self.filters) == 2:
            return self.both.total
        if self.filters:
            return self.reader.total(hours, self.filters).total
        counts = self.by_hour.between(hours)
        return Total("", **{name: getattr(counts, name) for name in MEASURES})

    @cached_property
    def both(self) -> Both:
        """What two filters leave of the period."""
        return read_both(self.reader, self.asked.period, self.filters)

    @cached_property
    def is_withheld(self) -> bool:
        """Whether of two filters too little is there to be told."""
        return len(self.filters) == 2 and self.both.is_withheld

    @cached_property
    def why_not(self) -> str:
        """Why nothing is kept of two filters together; empty where it is."""
        return self.both.why if len(self.filters) == 2 else ""

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Those that are kept of what the filters leave."""
        if left_of(self.filters, Dimension.ALL).what == "not kept":
            return ()
        return measures_of(self.filters, Dimension.ALL)

    @cached_property
    def unknown(self) -> str:
        """A sentence about what is filtered by, was never counted and is declared nowhere; empty
        where there is none. Of what is declared, nothing was counted yet."""
        if not self.is_nothing and not self.is_withheld:
            return ""
        always = range(self.now_hour + 1)
        never = [
            each
            for each in self.filters
            if not is_declared(each.dimension, each.cell, self.naming, self.context.site)
            and not any(getattr(self.reader.total(always, (each,)), name) for name in MEASURES)
        ]
        named = " and ".join(f"{each.title} “{each.cell}”" for each in never)
        return f"Nothing was ever counted of {named}." if named else ""

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was counted in the period, of the filters if there are any, nor imported
        of it."""
        total = self.total
        counted = total.views or total.visits or total.times or self.history.shown
        return not (counted or self.is_withheld or self.why_not)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The headline."""
        if self.is_withheld or self.why_not:
            return ()
        at_least = len(self.filters) == 2 and self.both.at_least
        return figures(self.total, self.measures, self._changes, at_least=at_least)

    @cached_property
    def changes(self) -> Changes:
        """What is compared, and how far."""
        period, other, zone = self.asked.period, self.asked.other, self.context.zone
        late = were_struck_late(self.struck, (period, other), zone)
        is_over = self.now_hour + 1 >= self.hours.stop
        is_off = bool(self.history or self.began) or len(self.filters) == 2
        return Changes(self.reader, self.asked, is_over, is_off, late)

    @cached_property
    def began(self) -> date | None:
        """When counting began, where the time that is compared has days before that: a part of it
        is beside no whole. So it is of what is filtered by, if the site declares it."""
        other = self.asked.other
        if other is None:
            return None
        began = self.reader.began_within(other)
        return began or declared_within(self.reader, self.filters, self.asked.period, other)

    @cached_property
    def _changes(self) -> tuple[Total, Total] | None:
        period, other = self.asked.period, self.asked.other
        if other is None or len(self.filters) == 2 or self.history or self.began:
            return None
        if self.changes.is_cut and period.days == 1:
            return None
        if self.changes.is_cut:
            now, before = map(self._total, self.changes.without_today)
        else:
            hours = period.hours_as_far(other, self.context.zone, self.now_hour)
            now, before = self.total, self._of_hours(other, hours)
        return (now, before) if any(getattr(before, name) for name in MEASURES) else None

    @cached_property
    def is_nothing_before(self) -> bool:
        """Whether nothing was counted in the time that it is compared with."""
        cut = self.changes.is_cut and self.asked.period.days == 1
        is_told = self.asked.other is None or self.history or self.began
        return not (self._changes or cut or is_told)

    @cached_property
    def over_time(self) -> OverTime | None:
        """The chart; None where two filters leave nothing to draw."""
        if len(self.filters) == 2 or not self.measures:
            return None
        struck = [each.hour for each in self.struck]
        reader, both = self.reader, (self.history.shown, self.history.before)
        drawing = Drawing(
            reader, self.asked, self.by_hour, self.total, self.now_hour, struck, *both, self.began
        )
        return drawing.made()

    @cached_property
    def marks(self) -> Sequence[Mark]:
        """What happened in the period, numbered as in the chart."""
        if self.over_time is None:
            return ()
        happened = Happened(
            self.context, self.asked, self.struck, self._counted_from, self.with_notes
        )
        return placed(happened.marks, self.over_time.chart, self.context.zone)

    @property
    def _counted_from(self) -> date | None:
        """The first day on which anything was counted, of the period and of four weeks before."""
        since = self._with_weeks_before.start
        hour = self.by_hour.first(range(since, self.now_hour + 1))
        return None if hour is None else start_of(hour, self.context.zone).date()

    @cached_property
    def kinds(self) -> Mapping[Dimension, Kind]:
        """The panels that this site has, of those that may be seen."""
        seen = self.dimensions - absent_from(self.context.site)
        kinds = report.kinds_of(self.context.register)
        return {kind.dimension: kind for kind in kinds if kind.dimension in seen}

    @cached_property
    def dimensions(self) -> Set[Dimension]:
        """Those that whoever reads it may see."""
        return {dimension for tab in self.shown for dimension in tab.panels}

    @property
    def is_hidden(self) -> bool:
        """Whether the address asks for what is not there, or may not be seen."""
        only = {self.asked.only} if self.asked.only else set()
        filters = {each.dimension for each in self.filters}
        return not (self.dimensions >= filters and self.kinds.keys() >= only)

    @cached_property
    def tabs(self) -> tuple[Tab, ...]:
        """Those of the page: what a page or a goal has comes first where it is the filter."""
        if len(self.filters) == 1 and self.filters[0].has_tab:
            own = OF_A_PAGE if self.filters[0].dimension == Dimension.PAGE else OF_A_GOAL
            return (own, *self.shown)
        return self.shown

    @cached_property
    def tab(self) -> Tab:
        """The one that is open."""
        return next((tab for tab in self.tabs if tab.key == self.asked.tab), self.shown[0])

    @cached_property
    def making(self) -> Making:
        """What panels are made with."""
        history = self.history
        ways = (self._total, self._before, history.values, history.whole)
        return Making(self.naming, self.least, self.filters, *ways)

    def _before(self, dimension: Dimension, days: Period) -> Mapping[str, int]:
        told = self.reader.rows(days, (), dimension)
        cells = report.cells_of(self.kinds[dimension], [row.total for row in told.rows])
        return {cell.cell: cell.visits for cell in cells}

    def panel(self, dimension: Dimension, most: int | None = None) -> Panel:
        """That of a dimension, with so many of its lines at most."""
        kind = self.kinds[dimension]
        most = None if dimension in DRAWN else most
        few = None if self.history.shown or not report.has_line_for_each(kind) else most
        told = self.reader.rows(self.asked.period, self.filters, dimension, few)
        panel = make_panel(kind, told, self.making, most)
        wanted = None if few is None else tuple(line.cell for line in panel.lines)
        if both := self.changes.told(dimension, self.filters, told, wanted):
            new = self.changes.perhaps_new(dimension, [line.cell for line in panel.lines])
            now, then = (side_of(panel, each) for each in both)
            return with_changes(panel, now, then, new)
        return panel

    def panels(self, most: int | None = None) -> Iterator[Panel]:
        """Those of the tab, or the one alone that was asked for."""
        if self.asked.only:
            yield self.panel(self.asked.only, most)
            return
        is_page = self.tab is OF_A_PAGE
        if is_page:
            yield from self.parts_of_page()
        for dimension in self.tab.panels:
            if dimension in self.kinds and not (is_page and dimension == Dimension.FLOW):
                yield self.panel(dimension, most)

    def parts_of_page(self) -> Iterator[Panel]:
        """What is counted of the page that is the filter, besides what filters leave."""
        page = self.filters[0].cell
        for dimension in (Dimension.FLOW, Dimension.DEPTH, Dimension.ATTENTION):
            if kind := self.kinds.get(dimension):
                told = self.reader.rows(self.asked.period, (), dimension)
                whole = self.total.views
                panels = [*parts_of_page(kind, told, page, whole, self.naming)]
                if both := self.changes.told(dimension, (), told):
                    of = [parts_of_page(kind, each, page, whole, self.naming) for each in both]
                    for each, *two in zip(panels, *of, strict=True):
                        now, then = map(side_of_part, two)
                        yield with_changes(each, now, then)
                else:
                    yield from panels
