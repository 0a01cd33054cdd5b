"""What happened in the days of a report, read of where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from analytics.staff.reports.asked import Asked, earliest
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.marks import Mark, marks_of, of_changes, of_experiments
from analytics.staff.reports.periods import DAY, around
from analytics.staff.roles import COUNTERS
from analytics.visits.model import Dimension
from analytics.visits.store.annotations import Annotation
from analytics.visits.store.daily import Struck
from analytics.visits.store.publications import LOOK

__all__ = ["Happened"]


@dataclass(frozen=True)
class Happened:
    """The marks of a report; without what staff wrote and published unless `with_notes`."""

    context: Counted
    asked: Asked
    struck: Sequence[Struck]
    counted_from: date | None
    """The first day on which anything was counted, of the period and of four weeks before it."""

    with_notes: bool = True

    @property
    def marks(self) -> Sequence[Mark]:
        """In the order of their days. Raises SQLAlchemyError."""
        period, context = self.asked.period, self.context
        versions = [(each.number, each.register.date) for each in context.site.versions]
        notes: list[Annotation] = []
        if self.with_notes:
            notes += context.annotations.between(period.first, period.last)
            notes += of_experiments(context.site.experiments.experiments)
        struck = self.struck
        if not self.with_notes:
            struck = [replace(each, note="") for each in struck]
        found = [*marks_of(period, notes, versions, struck, context.zone), *self._published()]
        found.sort(key=lambda mark: mark.day)
        return [replace(mark, beside=self._beside(mark)) for mark in found]

    def _published(self) -> Iterator[Mark]:
        """What was changed of the site; where one page is the filter, of that page alone."""
        if not self.with_notes:
            return
        period, pages = self.asked.period, self.context.pages.build.pages
        changes = self.context.publications.between(period.first, period.last)
        filters = self.asked.filters
        one = {each.cell for each in filters if each.dimension is Dimension.PAGE}
        if one:
            changes = [each for each in changes if each.page in one | {LOOK}]
        yield from of_changes(changes, lambda url: pages[url].title if url in pages else url)

    def _beside(self, mark: Mark) -> str:
        if self.counted_from is None:
            return ""
        today = self.context.today
        kept_from = earliest(self.context.register.table(*COUNTERS[0]), today)
        first = max(kept_from, self.counted_from)
        periods = around(mark.day, last=today - DAY, earliest=first)
        return self.asked.beside(*periods) if periods else ""
