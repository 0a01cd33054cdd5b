"""What the address of a report asks for, as values; and the addresses of others like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from analytics.staff import format as formats
from analytics.staff.reports.filters import Filter, FilterError, read
from analytics.staff.reports.periods import (
    CHOICES,
    COMPARISONS,
    Period,
    PeriodError,
    choose,
    compared,
    custom,
)
from analytics.staff.reports.steps import INTERVALS
from analytics.staff.reports.tabs import TABS
from analytics.visits.model import LISTED, Dimension
from policy.durations import Duration
from policy.register import Table

__all__ = ["DEFAULT", "Asked", "earliest", "read_asked"]

DEFAULT = "30-days"
MOST_FOUND = 200
"""Characters of a search."""


@dataclass(frozen=True)
class Asked:
    """One report: its days, what they are compared with and how that was asked, the bars of its
    chart ("" for those that fit), its filters, and its tab; or `only` the panel of one dimension,
    and of that the lines in which `find` is; whether what was `imported` is shown, and whether
    it has shortcut `keys`. `problem` says what of the address is none."""

    period: Period
    other: Period | None = None
    compare: str = "before"
    interval: str = ""
    filters: tuple[Filter, ...] = ()
    tab: str = "overview"
    only: Dimension | None = None
    find: str = ""
    imported: bool = True
    keys: bool = True
    problem: str = ""

    @property
    def parts(self) -> Mapping[str, object]:
        """What its address says that is not as if nothing was said."""
        days = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        start = self.other.first.isoformat() if self.other else ""
        parts: dict[str, object] = {"period": self.period.choice}
        parts |= days if self.period.choice == "custom" else {}
        parts |= {"compare": self.compare} if self.compare != "before" else {}
        parts |= {"start": start} if self.compare == "from" else {}
        parts |= {"bars": self.interval, "filter": [str(each) for each in self.filters]}
        parts |= {"tab": self.tab if self.tab != "overview" else ""}
        parts |= {"imported": "" if self.imported else "no", "keys": "" if self.keys else "no"}
        return parts | {"only": self.only or "", "find": self.find}

    def address(self, **other: object) -> str:
        """That of this report with other parts; an empty one leaves it out."""
        parts = dict(self.parts)
        if "period" in other:
            parts = {name: each for name, each in parts.items() if name not in ("from", "to")}
        parts |= other
        return "?" + urlencode({name: each for name, each in parts.items() if each}, doseq=True)

    def beside(self, after: Period, before: Period) -> str:
        """The address of the same report of some days, compared with some before them."""
        days = {"from": after.first.isoformat(), "to": after.last.isoformat()}
        start = before.first.isoformat()
        return self.address(period="custom", compare="from", start=start, bars="", **days)

    def with_filter(self, dimension: Dimension, cell: str) -> str:
        """The address with one more filter, in the place of one of the same dimension. What has a
        page or a goal has a tab of its own; a panel alone goes back to all."""
        chosen = Filter(dimension, cell)
        others = [each for each in self.filters if each.dimension != dimension]
        tab = "one" if chosen.has_tab and not others else self.tab
        tab = self.tab if tab == "one" and self.tab not in ("overview", "pages") else tab
        made = [str(each) for each in (*others, chosen)]
        return self.address(filter=made, tab="" if tab == "overview" else tab, only="", find="")

    def without_filter(self, gone: Filter) -> str:
        """The address without one of its filters."""
        left = [str(each) for each in self.filters if each != gone]
        tab = "" if self.tab in ("one", "overview") else self.tab
        return self.address(filter=left, tab=tab)


def read_asked(args: MultiDict[str, str], today: date, table: Table) -> Asked:
    """What the address asks for. What it says that nobody understands is a problem, told in a
    sentence, and as if it was not said."""
    kept_from, problems = earliest(table, today), []
    try:
        period = _period(args, today, kept_from)
    except PeriodError as error:
        problems.append(f"{error} This is the last 30 days instead.")
        period = choose(DEFAULT, today)
    how = args.get("compare", "before")
    how = how if how in COMPARISONS else "before"
    try:
        other = compared(period, how, args.get("start", ""), today=today, earliest=kept_from)
    except PeriodError as error:
        problems.append(f"{error} It is compared with the period before instead.")
        how, other = "before", compared(period, "before", "", today=today, earliest=kept_from)
    try:
        filters = read(args.getlist("filter"))
    except FilterError as error:
        problems.append(str(error))
        filters = ()
    made = Asked(period, other, how, filters=filters, problem=" ".join(problems))
    return _with_the_rest(made, args)


def _with_the_rest(made: Asked, args: MultiDict[str, str]) -> Asked:
    interval, tab, only = (args.get(name, "") for name in ("bars", "tab", "only"))
    own = len(made.filters) == 1 and made.filters[0].has_tab
    known = {each.key for each in TABS} | ({"one"} if own else set())
    titled = {str(each) for each, listed in LISTED.items() if listed.title}
    return replace(
        made,
        interval=interval if interval in INTERVALS else "",
        tab=tab if tab in known else "overview",
        only=Dimension(only) if only in titled else None,
        find=args.get("find", "").strip()[:MOST_FOUND],
        imported=args.get("imported") != "no",
        keys=args.get("keys") != "no",
    )


def _period(args: MultiDict[str, str], today: date, kept_from: date) -> Period:
    said = "custom" if "from" in args or "to" in args else DEFAULT
    choice = args.get("period") or said
    if choice in CHOICES:
        return choose(choice, today)
    if choice != "custom":
        raise PeriodError(f"There is no period “{formats.shortened(choice)}”.")
    return custom(args.get("from", ""), args.get("to", ""), today=today, earliest=kept_from)


def earliest(table: Table, today: date) -> date:
    """The first day that is certainly still kept whole."""
    if not isinstance(table.keep, Duration):
        return date.min
    midnight = datetime.combine(today, time(), UTC)
    return table.keep.before(midnight).date() + timedelta(days=1)
