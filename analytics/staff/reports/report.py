"""Counters -> the values of a report. Pure: rows and a period in, frozen values out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.staff import format as formats
from analytics.staff.reports.periods import Step
from analytics.visits.model import MEASURES, Counts, Hour, Total
from policy import Register
from policy.campaigns import NO_CAMPAIGN
from policy.sections import section_of

__all__ = ["KINDS", "Change", "Figure", "Kind", "Line", "Panel"]
__all__ += [
    "add_up",
    "cells_of",
    "change",
    "figures",
    "kinds_of",
    "measured_steps",
    "panel",
    "points",
]


@dataclass(frozen=True)
class Change:
    """A figure beside the one before it. `by` is a share of the earlier figure, or for shares the
    difference itself; None where there was nothing to compare with."""

    by: float | None
    better: bool | None


@dataclass(frozen=True)
class Figure:
    """One of the headline figures, as it is written."""

    label: str
    value: str
    before: str
    change: Change
    change_text: str


@dataclass(frozen=True)
class Line:
    """A cell of a panel. `length` is its bar's, as a share of the longest; `share` of the whole."""

    cell: str
    measures: Counts
    count: int
    length: float
    share: float


@dataclass(frozen=True)
class Kind:
    """What a panel shows: a dimension, and the count that its lines are ordered by."""

    dimension: str
    title: str
    heading: str
    count: Callable[[Counts], int]
    count_heading: str
    detail: str


@dataclass(frozen=True)
class Panel:
    """A table of one dimension: its lines, most counted first, and what they add up to."""

    kind: Kind
    lines: tuple[Line, ...]
    total: int


def _views(row: Counts) -> int:
    return row.views


def _visits(row: Counts) -> int:
    return row.visits


KINDS: tuple[Kind, ...] = (
    Kind("page", "Top pages", "Page", _views, "Views", "engaged"),
    Kind("entry", "Entry pages", "Page", _visits, "Visits", "bounce"),
    Kind("source", "Sources", "Source", _visits, "Visits", "bounce"),
    Kind("channel", "Channels", "Channel", _visits, "Visits", "bounce"),
    Kind("campaign", "Campaigns", "Campaign", _visits, "Visits", "bounce"),
    Kind("missing", "Pages not found", "What led there", _views, "Times", "share"),
    Kind("browser", "Browsers", "Browser", _visits, "Visits", "share"),
    Kind("system", "Systems", "System", _visits, "Visits", "share"),
    Kind("device", "Devices", "Device", _visits, "Visits", "share"),
)


ENTRY_SECTIONS = Kind("entry", "Entry sections", "Section", _visits, "Visits", "bounce")


def kinds_of(register: Register) -> tuple[Kind, ...]:
    """The panels of a site. Where the visit cookie names sections, visits began in one."""
    if register.cookie("visit").part("entry").kind != "section":
        return KINDS
    return tuple(ENTRY_SECTIONS if kind.dimension == "entry" else kind for kind in KINDS)


def cells_of(kind: Kind, rows: Iterable[Total]) -> Iterable[Total]:
    """The rows of a panel. What was counted by page before the site chose sections is added to the
    section of the page; visits without a campaign are none of a campaign's."""
    if kind.dimension == "campaign":
        return [row for row in rows if row.cell != NO_CAMPAIGN]
    if kind is not ENTRY_SECTIONS:
        return rows
    sums: dict[str, Counts] = {}
    for row in rows:
        section = section_of(row.cell)
        sums[section] = sums.get(section, Counts()) + row
    return [
        Total(section, **{name: getattr(sum, name) for name in MEASURES})
        for section, sum in sums.items()
    ]


def add_up(rows: Iterable[Hour], parts: Sequence[range]) -> tuple[Counts, ...]:
    """The measures of each part: ranges of hours that do not overlap, in order.

    Hours without a row count nothing; rows outside every part are left out.
    """
    by_hour: dict[int, Counts] = {}
    for row in rows:
        by_hour[row.hour] = by_hour.get(row.hour, Counts()) + row
    return tuple(_sum_of(by_hour, part) for part in parts)


def _sum_of(by_hour: Mapping[int, Counts], hours: range) -> Counts:
    total = Counts()
    for hour in hours:
        if hour in by_hour:
            total += by_hour[hour]
    return total


def panel(kind: Kind, rows: Iterable[Total]) -> Panel:
    """The rows of one dimension, most counted first, cells that were not counted left out."""
    counted = sorted(
        (row for row in rows if kind.count(row)), key=lambda row: (-kind.count(row), row.cell)
    )
    total = sum(kind.count(row) for row in counted)
    lines = tuple(
        Line(
            cell=row.cell,
            measures=Counts() + row,
            count=kind.count(row),
            length=kind.count(row) / kind.count(counted[0]),
            share=kind.count(row) / total,
        )
        for row in counted
    )
    return Panel(kind, lines, total)


def change(now: float | None, before: float | None, *, more_is_better: bool = True) -> Change:
    """How much a figure changed, as a share of what it was."""
    if now is None or not before:
        return Change(None, None)
    return Change((now - before) / before, _better(now - before, more_is_better))


def points(now: float | None, before: float | None, *, more_is_better: bool) -> Change:
    """How much a share changed: the difference of the two, as percentage points are counted."""
    if now is None or before is None:
        return Change(None, None)
    return Change(now - before, _better(now - before, more_is_better))


def _better(difference: float, more_is_better: bool) -> bool | None:
    return None if difference == 0 else (difference > 0) == more_is_better


def figures(now: Counts, before: Counts) -> tuple[Figure, ...]:
    """The headline figures of a period beside those of the period before."""
    duration, percent = formats.duration, formats.percent
    visits, views = change(now.visits, before.visits), change(now.views, before.views)
    bounce = points(now.bounce, before.bounce, more_is_better=False)
    engaged = change(now.engaged_ms_a_visit, before.engaged_ms_a_visit)
    return (
        _figure("Visits", formats.number(now.visits), formats.number(before.visits), visits),
        _figure("Views", formats.number(now.views), formats.number(before.views), views),
        Figure(
            "Bounce rate",
            percent(now.bounce),
            percent(before.bounce),
            bounce,
            formats.size_in_points(bounce.by),
        ),
        _figure(
            "Engaged time a visit",
            duration(now.engaged_ms_a_visit),
            duration(before.engaged_ms_a_visit),
            engaged,
        ),
    )


def _figure(label: str, value: str, before: str, change: Change) -> Figure:
    return Figure(label, value, before, change, formats.size(change.by))


def measured_steps(steps: Sequence[Step], rows: Iterable[Hour]) -> tuple[tuple[Step, Counts], ...]:
    """Each step of a chart with what was counted in it, zero where nothing was."""
    return tuple(zip(steps, add_up(rows, [step.hours for step in steps]), strict=True))
