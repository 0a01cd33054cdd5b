"""A closed day as it is judged: which of its numbers are far from their usual, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial

from analytics.staff import format as formats
from analytics.staff.by_mail.usual import (
    DAYS_READ,
    FEWEST,
    LEAST,
    Far,
    OfDay,
    days_walked,
    far_on,
    newly_far,
    news,
    same_days,
)
from analytics.staff.reports import coverage
from analytics.staff.reports.asked import Asked
from analytics.staff.reports.counted import Counted
from analytics.staff.reports.labels import labels_of
from analytics.staff.reports.naming import Naming
from analytics.staff.reports.periods import Period
from analytics.staff.roles import COUNTERS, COVERAGE, may_read
from analytics.visits.hours import start_of
from analytics.visits.model import LISTED, Dimension
from analytics.visits.store.daily import Daily
from analytics.visits.store.query import NotKept, Query, Row
from analytics.web.problems import Reason

__all__ = ["Finding", "Judging", "findings_for"]

MOST_CELLS = 5
"""So many pages, goals or places are told of. How many others there are is said, and what of them
is far on the next day as well is told then."""

JUDGED = (Dimension.MISSING, Dimension.GOAL, Dimension.PAGE)

WORDS = {reason.word: reason.detail for reason in Reason}


@dataclass(frozen=True)
class Finding:
    """One number of the day: `what` it counts, and the path of the page that tells more. `tables`
    are those that whoever is told of it must be allowed to read."""

    what: str
    unit: str
    far: Far
    path: str
    tables: tuple[tuple[str, str], ...] = COUNTERS

    least: int = 0
    """What is rarer than that on a day is not told apart."""

    @property
    def words(self) -> str:
        """412 views, usually about 90"""
        count, usual = self.far.count, round(self.far.usual)
        units = self.unit if count == 1 else f"{self.unit}s"
        few = f"fewer than {self.least}"
        said = few if count < self.least else formats.number(count)
        was = few if usual < self.least else f"about {formats.number(usual)}" if usual else "none"
        return f"{said} {units}, usually {was}"

    @property
    def direction(self) -> str:
        """For the subject."""
        return f"far {'above' if self.far.is_more else 'below'} the usual"


def findings_for(
    findings: Iterable[Finding], counted: Counted, roles: Iterable[str]
) -> Sequence[Finding]:
    """Those that may be told to whoever has these roles."""
    has = tuple(roles)
    return [each for each in findings if may_read(counted.register, has, each.tables)]


@dataclass(frozen=True)
class Judging:
    """One closed day, read of the counters. Whatever reads raises SQLAlchemyError."""

    counted: Counted
    day: date
    _news: dict[Dimension, Mapping[str, Far]] = field(default_factory=dict, init=False)

    def findings(self) -> Sequence[Finding]:
        """All that is far from its usual on that day, and was not told before. Where the whole site
        is, pages and goals that went the same way are not told: they went with it."""
        if self.day in self._unknown:
            return ()
        new = newly_far(self.day, self._known(self._visits))
        asked = self._report(self._asked())
        return [
            *([Finding("The whole site", "visit", new, asked)] if new else []),
            *self._refusals(),
            *(each for dimension in JUDGED for each in self._cells(dimension)),
        ]

    def more(self) -> int:
        """How many pages, goals and places are as far, and not among the findings."""
        if self.day in self._unknown:
            return 0
        return sum(max(0, len(self._new(each)) - MOST_CELLS) for each in JUDGED)

    # ------------------------------------------------------------------------- what is known

    @cached_property
    def _days(self) -> Sequence[date]:
        return [self.day - timedelta(days=back) for back in range(DAYS_READ)]

    @cached_property
    def _unknown(self) -> frozenset[date]:
        """Days of which an hour was struck out."""
        return coverage.struck_days(Daily(self.counted.counters).struck(), self.counted.zone)

    @cached_property
    def _visits(self) -> Mapping[date, int]:
        """The visits of each day on which anything was counted."""
        hours = Period("custom", self._days[-1], self.day).hours(self.counted.zone)
        found: dict[date, int] = {}
        for row in self.counted.counters.series(hours.start, hours.stop - 1):
            day = start_of(row.hour, self.counted.zone).date()
            found[day] = found.get(day, 0) + row.visits
        return found

    def _is_known(self, day: date) -> bool:
        first = min(self._visits, default=self.day)
        return first <= day and day not in self._unknown

    def _known(self, counts: Mapping[date, int]) -> OfDay:
        return lambda day: counts.get(day, 0) if self._is_known(day) else None

    @cached_property
    def _naming(self) -> Naming:
        return Naming(labels_of(self.counted.site), self.counted.pages.build.pages)

    @cached_property
    def _least(self) -> int:
        return self.counted.register.table(*COUNTERS[0]).least or 1

    # ------------------------------------------------------------------------- the findings

    def _asked(self) -> Asked:
        return Asked(Period("custom", self.day, self.day))

    def _report(self, asked: Asked, **parts: object) -> str:
        return f"/staff/reports/{asked.address(**parts)}"

    def _of_days(self, dimension: Dimension) -> Mapping[date, Mapping[str, int]]:
        """How often each value was counted on each day that is known."""
        count = LISTED[dimension].count
        return {
            day: {row.cell: getattr(row, count) for row in self._rows(dimension, day)}
            for day in self._days
            if self._is_known(day)
        }

    def _rows(self, dimension: Dimension, day: date) -> Sequence[Row]:
        hours = Period("custom", day, day).hours(self.counted.zone)
        asked = Query(first=hours.start, last=hours.stop - 1, dimension=dimension)
        answer = self.counted.counters.rows(asked)
        return () if isinstance(answer, NotKept) else answer.rows

    def _cells(self, dimension: Dimension) -> Sequence[Finding]:
        """The values that are far from their usual, the furthest first. What was rare on a day is
        told apart no more, so it counts as just under what would be."""
        new = self._new(dimension)
        return [self._of(dimension, cell, new[cell]) for cell in _furthest(new)]

    def _new(self, dimension: Dimension) -> Mapping[str, Far]:
        """All that the email would tell of if it had the room."""
        if dimension not in self._news:
            days = self._of_days(dimension)
            # What was never counted so often cannot be far.
            cells = {cell for of in days.values() for cell, count in of.items() if count >= LEAST}
            far_of = partial(self._far_cells, dimension, days, cells)
            self._news[dimension] = news(
                days_walked(self.day), far_of, lambda _, new: _furthest(new)
            )
        return self._news[dimension]

    def _far_cells(
        self,
        dimension: Dimension,
        days: Mapping[date, Mapping[str, int]],
        cells: Iterable[str],
        day: date,
    ) -> Mapping[str, Far]:
        """The values that are far on a day and may be told."""
        site = None if dimension == Dimension.MISSING else far_on(day, self._known(self._visits))
        found = {}
        for cell in cells:
            far = far_on(day, self._of_cell(days, cell))
            if far is None or (site is not None and far.is_more == site.is_more):
                continue
            # That fewer pages are not found is no news.
            of_missing = dimension == Dimension.MISSING
            if far.is_more if of_missing else _had_days(days, cell, day):
                found[cell] = far
        return found

    def _of_cell(self, days: Mapping[date, Mapping[str, int]], cell: str) -> OfDay:
        return lambda day: days[day].get(cell, self._least - 1) if day in days else None

    def _of(self, dimension: Dimension, cell: str, far: Far) -> Finding:
        name, asked = self._naming.name(dimension, cell), self._asked()
        if dimension == Dimension.MISSING:
            path = self._report(asked, tab="pages", only=dimension)
            what = f"Pages that are not there, from “{name}”"
            return Finding(what, "time", far, path, least=self._least)
        unit = LISTED[dimension].count.removesuffix("s")
        path = f"/staff/reports/{asked.with_filter(dimension, cell)}"
        return Finding(f"{LISTED[dimension].heading} “{name}”", unit, far, path, least=self._least)

    def _refusals(self) -> Iterator[Finding]:
        """Hits that were refused, by their reason."""
        reasons: dict[str, dict[date, int]] = {}
        for each in Daily(self.counted.counters).refusals(self._days[-1], self.day):
            reasons.setdefault(each.reason, {})[each.day] = each.refused
        for reason, counts in sorted(reasons.items()):
            far = newly_far(self.day, self._known(counts))
            if far and far.is_more:
                what = f"Refused: {WORDS.get(reason, reason).removesuffix('.')}"
                yield Finding(what, "time", far, "/staff/coverage/", tables=COVERAGE)


def _furthest(new: Mapping[str, Far]) -> Sequence[str]:
    """Those that an email has room for, the furthest first."""
    ordered = sorted(new, key=lambda cell: (-abs(new[cell].count - new[cell].usual), cell))
    return ordered[:MOST_CELLS]


def _had_days(days: Mapping[date, Mapping[str, int]], cell: str, day: date) -> bool:
    """Whether a page or a goal is old enough to have a usual: one that is new has none."""
    return sum(cell in days.get(each, ()) for each in same_days(day)) >= FEWEST
