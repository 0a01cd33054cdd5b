"""Rows of the counters -> panels as they are shown, and given out as files. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from analytics.staff.reports.filters import Filter, left_of, measures_of, table_of
from analytics.staff.reports.naming import Naming
from analytics.staff.reports.periods import Period
from analytics.staff.reports.reading import Told
from analytics.staff.reports.report import Kind, cells_of
from analytics.visits.model import Dimension, Total, count_of
from analytics.visits.store.query import Row

__all__ = ["Compared", "Line", "Making", "Panel", "make_panel"]

HEADINGS = {"visits": "Visits", "views": "Views", "times": "Times"}
DETAILS = {
    "engaged": "Engaged",
    "bounce": "Bounce",
    "share": "Share",
    "conversion": "Of all",
    "view": "Of all",
}
OF_A_LINE = ("bounce", "engaged")
"""What follows from a line alone: any other detail is a share of something."""


@dataclass(frozen=True)
class Compared:
    """How often a cell was counted, of `now` as much as there is of the time before, and then."""

    now: int
    then: int

    @property
    def by(self) -> float | None:
        """The change as a share of what it was; None where that is nothing."""
        return (self.now - self.then) / self.then if self.then else None


@dataclass(frozen=True)
class Line:
    """A cell. `length` is its bar's, as a share of the longest; `detail` what stands beside the
    count, as a share or in milliseconds. It may have more, which is in the panel's rest."""

    cell: str
    name: str
    page: str = ""
    count: int = 0
    length: float = 0
    detail: float | None = None
    measures: Total = field(default_factory=lambda: Total(""))
    imported: int = 0
    """How often other tools had counted it; `imported_length` is the length of that bar."""

    imported_length: float = 0
    compared: Compared | None = None
    """What it is compared with; None for nothing, or where that is not told."""


@dataclass(frozen=True)
class Panel:
    """A table of one dimension, what we counted most first. `rest` is what no line tells, None
    where nobody may know. `days` are what it tells of, `short` whether the period has more. `note`
    says what a filter leaves of it; where that is nothing, it is not `moved`."""

    kind: Kind
    days: Period
    lines: tuple[Line, ...] = ()
    rest: int | None = 0
    short: bool = False
    note: str = ""
    moved: bool = True
    measures: tuple[str, ...] = ()
    at_least: bool = False
    """Whether its counts may be of a part of the days alone: there may be more of each."""

    is_open: bool = False
    """Whether values may be missing that were there, and nobody can tell how much: of two things
    that do not add up to the whole, what was rare is not told."""

    has_imported: bool = False
    """Whether lines tell what other tools had counted, beside what we did."""

    imported_rest: int = 0
    """What of the imported visits (of pages: views) is in no line: days with few visits are told by
    whole weeks and months alone, and not every value is one that is kept."""

    key: str = ""
    """Its name in addresses: that of the dimension, unless it is a part of it."""

    others: int = 0
    """How many more lines there are."""

    compared: tuple[Period, Period] | None = None
    """The days that its lines are compared by, of now and of then; None for nothing."""

    @property
    def name(self) -> str:
        """What files of it are called."""
        return self.key or str(self.dimension)

    @property
    def dimension(self) -> Dimension:
        """What it is of."""
        return self.kind.dimension

    @property
    def has_mostly_untold(self) -> bool:
        """Whether some line has no bounce or time, as it is told of less than half of it."""
        is_of_a_line = self.kind.detail in OF_A_LINE
        lines = (line for line in self.lines if line.detail is None and line.measures)
        return is_of_a_line and any(line.measures.is_mostly_untold for line in lines)

    @property
    def all_lines(self) -> int:
        """How many lines there are, made or not."""
        return len(self.lines) + self.others

    @property
    def count(self) -> str:
        """The measure that its lines are counted by."""
        return count_of(self.measures)

    @property
    def detail_heading(self) -> str:
        """What stands above the details of its lines; empty where they have none."""
        return DETAILS.get(self.kind.detail, "")


@dataclass(frozen=True)
class Making:
    """What panels are made with. `whole` is what the filters leave of the days that a panel tells
    of; `before` what each cell has without the filter, where one goal is the filter; `imported` how
    often other tools had counted each, `imported_whole` all of them."""

    naming: Naming
    least: int
    filters: Sequence[Filter] = ()
    whole: Callable[[Period], Total] = lambda _: Total("")
    before: Callable[[Dimension, Period], Mapping[str, int]] = lambda *_: {}
    imported: Callable[[Dimension, Period], Mapping[str, int]] = lambda *_: {}
    imported_whole: Callable[[Dimension, Period], int] = lambda *_: 0


def make_panel(kind: Kind, told: Told, making: Making, most: int | None = None) -> Panel:
    """The panel of a dimension, with the `most` lines of it where not all are shown."""
    filters = making.filters
    if told.why:
        return Panel(kind, told.days, note=told.why, moved=False)
    measures = measures_of(filters, kind.dimension)
    kind = _kind_left(kind, measures, filters)
    if told.at_least and kind.detail not in OF_A_LINE:
        # A share of what is not known would be none.
        kind = replace(kind, detail="")
    table = table_of(filters, kind.dimension)
    paired = bool(filters and table and table.other)
    is_open = paired and told.rest is None
    rest = None if is_open else kind.count(told.rest) if told.rest else 0
    cells = [row for row in cells_of(kind, told.rows) if kind.count(row)]
    imported = _imported(kind, making.imported(kind.dimension, told.days))
    imported_whole = making.imported_whole(kind.dimension, told.days)
    cells += [Total(cell) for cell in sorted(imported.keys() - {row.cell for row in cells})]
    ordered = sorted(
        cells, key=lambda row: (-kind.count(row), -imported.get(row.cell, 0), row.cell)
    )
    longest = max([*map(kind.count, ordered), *imported.values()], default=0)
    # Of ten thousand lines eight are looked at: what a line costs is paid for those alone.
    shown = [_total(row) for row in ordered[:most]]
    details = _details(kind, shown, told, making)
    lines = tuple(
        _line(kind, row, making.naming, (longest, imported), detail)
        for row, detail in zip(shown, details, strict=True)
    )
    note = left_of(filters, kind.dimension).reason
    return Panel(
        kind,
        told.days,
        lines,
        rest,
        told.short,
        note,
        measures=measures,
        at_least=told.at_least and bool(lines),
        is_open=is_open,
        has_imported=bool(imported),
        imported_rest=max(0, imported_whole - sum(imported.values())),
        others=len(ordered) - len(lines) + told.more,
    )


def _total(row: Total | Row) -> Total:
    return row.total if isinstance(row, Row) else row


def _imported(kind: Kind, values: Mapping[str, int]) -> Mapping[str, int]:
    """By the lines that the panel has."""
    rows = cells_of(kind, [Total(cell, visits=times) for cell, times in values.items()])
    return {row.cell: row.visits for row in rows}


def _kind_left(kind: Kind, measures: Sequence[str], filters: Sequence[Filter]) -> Kind:
    """What is left of a panel's measures decides what is counted, and what stands beside it."""
    count = count_of(measures)
    detail = kind.detail
    if [each.dimension for each in filters] == [Dimension.GOAL] and kind.dimension != "goal":
        detail = "conversion"
    elif filters:
        needed = {"bounce": "continued", "engaged": "engaged_ms", "conversion": "visits"}
        detail = detail if needed.get(detail, count) in measures else "share"
    heading = HEADINGS[count] if filters else kind.count_heading
    return replace(kind, count=attrgetter(count), count_heading=heading, detail=detail)


def _details(kind: Kind, rows: Sequence[Total], told: Told, making: Making) -> list[float | None]:
    if not kind.detail:
        return [None for _ in rows]
    if kind.detail == "bounce":
        return [row.bounce for row in rows]
    if kind.detail == "engaged":
        return [row.engaged_ms_a_view for row in rows]
    if kind.detail == "conversion" and making.filters and kind.dimension != Dimension.GOAL:
        before = making.before(kind.dimension, told.days)
        return [_share(kind.count(row), before.get(row.cell, 0)) for row in rows]
    if kind.detail in ("conversion", "view"):
        whole = making.whole(told.days)
        of_all = whole.views if kind.detail == "view" else whole.visits
        return [_share(kind.count(row), of_all) for row in rows]
    of_all = sum(kind.count(row) for row in told.rows) + kind.count(told.beyond)
    of_all += kind.count(told.rest) if told.rest else 0
    return [_share(kind.count(row), of_all) for row in rows]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _line(
    kind: Kind,
    row: Total,
    naming: Naming,
    others: tuple[int, Mapping[str, int]],
    detail: float | None,
) -> Line:
    """`others` are the largest count of the panel, and what was imported of each line."""
    (longest, values), count = others, kind.count(row)
    imported = values.get(row.cell, 0)
    name = naming.name(kind.dimension, row.cell)
    page = naming.address(kind.dimension, row.cell)
    return Line(
        row.cell, name, page, count, count / longest, detail,
        measures=row, imported=imported, imported_length=imported / longest,
    )  # fmt: skip
