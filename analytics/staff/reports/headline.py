"""The figures at the top of a report, each beside the one before. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from analytics.staff import format as formats
from analytics.staff.reports.report import Change, change, points
from analytics.visits.model import Total

__all__ = ["Figure", "figures"]


@dataclass(frozen=True)
class Figure:
    """One of them, as it is written. `change` is in words, `direction` "up", "down" or ""; `about`
    is where the page of definitions says what it is."""

    label: str
    value: str
    change: str
    direction: str
    better: bool | None
    about: str


@dataclass(frozen=True)
class _Kind:
    label: str
    needs: frozenset[str]
    value: Callable[[Total], float | None]
    write: Callable[[float | None], str]
    about: str
    points: bool = False


def _number(value: float | None) -> str:
    return formats.number(int(value or 0))


_VISITS = _Kind("Visits", frozenset({"visits"}), lambda total: total.visits, _number, "visit")
_VIEWS = _Kind("Views", frozenset({"views"}), lambda total: total.views, _number, "view")
_KINDS = (
    _VISITS,
    _VIEWS,
    _Kind(
        "Bounce rate",
        frozenset({"visits", "continued"}),
        lambda total: total.bounce,
        formats.percent,
        "bounce",
        points=True,
    ),
    _Kind(
        "Engaged time a visit",
        frozenset({"visits", "engaged_ms"}),
        lambda total: total.engaged_ms_a_visit,
        formats.duration,
        "engaged-time",
    ),
    _Kind("Times", frozenset({"times"}), lambda total: total.times, _number, "times"),
)
_A_VIEW = _Kind(
    "Engaged time a view",
    frozenset({"views", "engaged_ms"}),
    lambda total: total.engaged_ms_a_view,
    formats.duration,
    "engaged-time",
)


def figures(
    now: Total,
    measures: Collection[str],
    changes: tuple[Total, Total] | None,
    *,
    at_least: bool = False,
) -> tuple[Figure, ...]:
    """The figures that can be told of the `measures` that are kept. `changes` are what is compared:
    as much of now as there is of the time before, and that time; None for nothing. `at_least` is
    whether there may be more of it."""
    found = tuple(_figure(kind, now, changes) for kind in _kinds(now, measures))
    if not at_least:
        return found
    counts = {kind.label for kind in _KINDS if kind.write is _number}
    return tuple(
        replace(each, value=f"at least {each.value}") if each.label in counts else each
        for each in found
    )


def _kinds(now: Total, measures: Collection[str]) -> Iterator[_Kind]:
    for kind in _KINDS:
        if kind.needs <= set(measures):
            # On days on which a value was rare, only how often it was counted is kept.
            is_count = kind is _VISITS or (kind is _VIEWS and "visits" not in measures)
            if not now.untold or is_count or kind.value(now) is not None:
                yield kind
    if "visits" not in measures and _A_VIEW.needs <= set(measures):
        yield _A_VIEW


def _figure(kind: _Kind, now: Total, changes: tuple[Total, Total] | None) -> Figure:
    value = kind.write(kind.value(now))
    if kind is _VIEWS and now.untold and now.visits:
        value = f"{value}+" if now.visits > now.untold else "–"
    if changes is None:
        return Figure(kind.label, value, "", "", None, kind.about)
    this, before = changes
    if kind is not _VISITS and (this.untold or before.untold):
        # The two are not of the same kinds of days.
        return Figure(kind.label, value, "", "", None, kind.about)
    found = _change(kind, this, before)
    if found.by is None:
        return Figure(kind.label, value, "nothing to compare with", "", None, kind.about)
    was, size = kind.write(kind.value(before)), formats.size(found.by)
    if kind.points:
        size = formats.size_in_points(found.by)
    if found.by == 0 or (kind.points and round(abs(found.by) * 100) == 0):
        return Figure(kind.label, value, f"no change from {was}", "", None, kind.about)
    direction = "up" if found.by > 0 else "down"
    return Figure(
        kind.label, value, f"{direction} {size} from {was}", direction, found.better, kind.about
    )


def _change(kind: _Kind, now: Total, before: Total) -> Change:
    one, other = kind.value(now), kind.value(before)
    if kind.points:
        return points(one, other)
    return change(one, other)
