"""What other tools had counted in a period, as the report shows it: beside our own figures, and
never added to them or compared with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property

from analytics.staff.reports.asked import Asked
from analytics.staff.reports.periods import Period
from analytics.staff.reports.steps import Step
from analytics.visits.model import Counts, Dimension
from analytics.visits.store.calendar import first_hour
from analytics.visits.store.imported import DIMENSIONS, Day, Imported

__all__ = ["NONE", "Histories", "History"]


@dataclass(frozen=True)
class History:
    """The days of a period that were imported, in order; there may be none."""

    days: Sequence[Day] = ()

    def __bool__(self) -> bool:
        return bool(self.days)

    @property
    def tools(self) -> str:
        """Which had counted them, by name."""
        names = list(dict.fromkeys(day.tool for day in self.days))
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

    @property
    def first(self) -> date:
        """The first of them. Raises IndexError where there is none."""
        return self.days[0].day

    @property
    def last(self) -> date:
        """The last of them. Raises IndexError where there is none."""
        return self.days[-1].day

    @property
    def total(self) -> Counts:
        """What they add up to, in visits and views."""
        return _sum(self.days)

    def of(self, steps: Sequence[Step], zone: tzinfo) -> Mapping[int, History]:
        """Those of each step that has any, by the hour in which it begins."""
        starts = {first_hour(each.day, zone): each for each in self.days}
        found = {}
        for step in steps:
            inside = [day for hour, day in starts.items() if hour in step.hours]
            if inside:
                found[step.hours.start] = History(inside)
        return found

    def times_of(self, dimension: Dimension, days: Period) -> int:
        """How often all values of a dimension together were counted on some of the days: the views
        of pages, the visits of any other that was imported."""
        if dimension not in DIMENSIONS:
            return 0
        total = _sum([each for each in self.days if days.first <= each.day <= days.last])
        return total.views if dimension == Dimension.PAGE else total.visits

    @property
    def told(self) -> Sequence[Mapping[str, object]]:
        """What files say of them: an entry for each tool."""
        found = []
        for tool in dict.fromkeys(day.tool for day in self.days):
            days = [day for day in self.days if day.tool == tool]
            total = _sum(days)
            found.append(
                {
                    "tool": tool, "days": len(days),
                    "from": days[0].day.isoformat(), "to": days[-1].day.isoformat(),
                    "visits": total.visits, "views": total.views,
                }
            )  # fmt: skip
        return found


NONE = History()


@dataclass(frozen=True)
class Histories:
    """What was imported, as it was asked for. Whatever reads raises SQLAlchemyError."""

    imported: Imported
    asked: Asked

    def __bool__(self) -> bool:
        """Whether anything of it is shown, so that nothing is compared."""
        return bool(self.shown or self.before)

    @property
    def is_wanted(self) -> bool:
        """Whether neither a filter nor the reader leaves it out: it is kept of one thing only."""
        return self.asked.imported and not self.asked.filters

    @cached_property
    def there(self) -> History:
        """What there is of the period, whether it is shown or not."""
        return self._of(self.asked.period)

    @property
    def shown(self) -> History:
        """What the report shows of the period."""
        return self.there if self.is_wanted else NONE

    @cached_property
    def before(self) -> History:
        """What there is of the time that the period is compared with."""
        return self._of(self.asked.other) if self.asked.other and self.is_wanted else NONE

    def values(self, dimension: Dimension, days: Period) -> Mapping[str, int]:
        """How often each value of a dimension was counted, where that is shown."""
        if not self.shown or dimension not in DIMENSIONS:
            return {}
        return self.imported.values(dimension, days.first, days.last)

    def whole(self, dimension: Dimension, days: Period) -> int:
        """How often all its values together were counted, where that is shown."""
        return self.shown.times_of(dimension, days)

    def _of(self, period: Period) -> History:
        return History(self.imported.days(period.first, period.last))


def _sum(days: Sequence[Day]) -> Counts:
    return Counts(visits=sum(day.visits for day in days), views=sum(day.views for day in days))
