"""What is asked of the figures, and the answer as values: rows of plain numbers and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from analytics.staff.reports.history import History
from analytics.staff.reports.periods import Period
from analytics.visits.model import MEASURES, Counts, Dimension, Hour
from analytics.visits.store.imported import Day
from analytics.visits.store.query import Rows

__all__ = ["Answer", "breakdown", "series"]


@dataclass(frozen=True)
class Answer:
    """The rows of a table, each with the same columns in the same order."""

    about: Mapping[str, Any]
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    last: Mapping[str, Any] = field(default_factory=dict)
    """A row of what no other has, for CSV; empty for none."""


IN_NO_ROW = "(in no row)"
IMPORTED = ("imported_visits", "imported_views", "imported_from")


def series(
    period: Period, interval: str, rows: Iterable[Hour], zone: tzinfo, history: History
) -> Answer:
    """The measures of each hour, local day or local month of a period; nought where nothing was
    counted. A month that the period cuts has what lies in the period. What was imported stands
    beside them, None where nothing was: it is kept by day."""
    sums: dict[str, Counts] = {start: Counts() for start in _starts(period, interval, zone)}
    for row in rows:
        start = _start(row.hour, interval, zone)
        sums[start] = sums.get(start, Counts()) + row
    imported = {} if interval == "hour" else _imported(history, interval)
    nothing = dict.fromkeys(IMPORTED)
    made = [
        {"start": start, **_measures(counts), **imported.get(start, nothing)}
        for start, counts in sums.items()
    ]
    about = _about(period, zone, interval=interval, imported=history.told)
    return Answer(about, ("start", *MEASURES, *IMPORTED), made)


def _imported(history: History, interval: str) -> Mapping[str, Mapping[str, Any]]:
    parts: dict[str, list[Day]] = {}
    for day in history.days:
        parts.setdefault(_of_day(day.day, interval), []).append(day)
    return {
        start: dict(zip(IMPORTED, (each.total.visits, each.total.views, each.tools), strict=True))
        for start, each in ((start, History(days)) for start, days in parts.items())
    }


def breakdown(  # noqa: PLR0913  (the question, and what answers it)
    period: Period,
    dimension: str,
    found: Rows,
    *,
    zone: tzinfo,
    limit: int,
    history: History,
    imported: Mapping[str, int],
) -> Answer:
    """The cells of a dimension, most counted first; how many there are, and the rest that no cell
    has, where that can be told. None stands for what is not kept. `imported` is how often other
    tools had counted each; what they alone counted comes last."""
    rows = [
        {
            "cell": row.cell,
            **{name: row.total.measure(name) for name in MEASURES},
            "untold": row.untold,
            "imported": imported.get(row.cell, 0),
        }
        for row in found.rows
    ]
    own = {row.cell for row in found.rows}
    others = sorted(imported.keys() - own, key=lambda cell: (-imported[cell], cell))
    nothing = {name: 0 if name in found.measures else None for name in MEASURES}
    rows += [{"cell": cell, **nothing, "untold": 0, "imported": imported[cell]} for cell in others]
    made = rows[:limit]
    rest = None
    if found.rest is not None:
        told = _measures(found.rest)
        rest = {name: told[name] if name in found.measures else None for name in MEASURES}
    about = _about(period, zone, dimension=dimension, cells=len(rows), rest=rest)
    whole = history.times_of(Dimension(dimension), period)
    lost = max(0, whole - sum(imported.values()))
    about = {**about, "imported": history.told, "imported_rest": lost}
    last = {"cell": IN_NO_ROW, "imported": lost} if lost else {}
    return Answer(about, ("cell", *MEASURES, "untold", "imported"), made, last)


def _about(period: Period, zone: tzinfo, **more: Any) -> Mapping[str, Any]:
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return {**days, "zone": str(zone), **more}


def _measures(counts: Counts) -> Mapping[str, int]:
    return {name: getattr(counts, name) for name in MEASURES}


def _starts(period: Period, interval: str, zone: tzinfo) -> Iterator[str]:
    if interval == "hour":
        for hour in period.hours(zone):
            yield _start(hour, interval, zone)
        return
    days = (period.first + timedelta(days=number) for number in range(period.days))
    yield from dict.fromkeys(_of_day(day, interval) for day in days)


def _start(hour: int, interval: str, zone: tzinfo) -> str:
    """As ISO 8601 has it: an hour with its offset, which tells apart the two that clocks give one
    name; a day; a month."""
    moment = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone)
    if interval == "hour":
        return moment.isoformat(timespec="minutes")
    return _of_day(moment.date(), interval)


def _of_day(day: date, interval: str) -> str:
    return day.isoformat() if interval == "day" else f"{day:%Y-%m}"
