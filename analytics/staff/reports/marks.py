"""What happened on the days of a chart, and where it is marked: notes of staff, versions of the
register, experiments, hours that were struck out, and pages that were changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from itertools import groupby

from analytics.staff.reports.chart import Chart
from analytics.staff.reports.periods import Period
from analytics.visits.hours import start_of
from analytics.visits.store.annotations import Annotation
from analytics.visits.store.calendar import first_hour
from analytics.visits.store.daily import Struck
from analytics.visits.store.publications import LOOK, Change
from policy.experiments import Experiment

__all__ = ["Mark", "marks_of", "of_changes", "of_experiments", "placed"]

MOST_NAMED = 3
"""Of more pages that were changed on a day, the others are a number."""


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day. `number` and `x`, in per cent of the width, are where it
    stands in the chart. One that is `quiet` is drawn small, and has no number. `beside` is the
    address of a report of the days after it, compared with those before."""

    day: date
    text: str
    number: int = 0
    x: float = 0
    quiet: bool = False
    beside: str = ""


def marks_of(
    period: Period,
    notes: Iterable[Annotation],
    versions: Iterable[tuple[int, date]],
    struck: Iterable[Struck],
    zone: tzinfo,
) -> Sequence[Mark]:
    """All of a period, in order. `versions` are the numbers of the register, with their days."""
    found = [Mark(note.day, note.text) for note in notes]
    found += [Mark(day, f"Version {number} of the privacy policy") for number, day in versions]
    found += _struck(struck, zone)
    inside = [mark for mark in found if period.first <= mark.day <= period.last]
    return sorted(inside, key=lambda mark: (mark.day, mark.text))


def of_experiments(experiments: Iterable[Experiment]) -> Iterator[Annotation]:
    """When each begins and ends, as a note."""
    for each in experiments:
        yield Annotation(each.begins, f"Experiment “{each.label}” begins")
        yield Annotation(each.ends, f"Experiment “{each.label}” ends")


def _struck(struck: Iterable[Struck], zone: tzinfo) -> Iterator[Mark]:
    days: dict[tuple[date, str], int] = {}
    for each in struck:
        key = start_of(each.hour, zone).date(), each.note
        days[key] = days.get(key, 0) + 1
    for (day, note), hours in days.items():
        words = "1 hour is struck out" if hours == 1 else f"{hours} hours are struck out"
        yield Mark(day, f"{words}: {note}" if note else words)


def placed(marks: Sequence[Mark], chart: Chart, zone: tzinfo) -> Sequence[Mark]:
    """The marks with their numbers, each over the bar of the first hour of its day."""
    found = []
    number = 0
    for mark in marks:
        number += not mark.quiet
        hour = first_hour(mark.day, zone)
        bar = next((bar for bar in chart.bars if hour in bar.of.step.hours), None)
        if bar is not None:
            found.append(replace(mark, number=0 if mark.quiet else number, x=bar.middle))
    return found


def of_changes(changes: Iterable[Change], title: Callable[[str], str]) -> Iterator[Mark]:
    """What was published on each day, in one sentence; `title` is that of a page. The changes are
    in the order of their days."""
    for day, of_day in groupby(changes, lambda each: each.day):
        kinds: dict[str, list[str]] = {"new": [], "changed": [], "removed": []}
        look = ""
        for change in of_day:
            if change.page == LOOK:
                look = "templates or styles changed"
            else:
                kinds[change.kind].append(title(change.page))
        said = [f"{_named(titles)} {kind}" for kind, titles in kinds.items() if titles]
        text = "; ".join([*said, look] if look else said)
        yield Mark(day, text[:1].upper() + text[1:], quiet=True)


def _named(titles: Sequence[str]) -> str:
    named = [f"“{title}”" for title in titles[:MOST_NAMED]]
    if more := len(titles) - len(named):
        named.append(f"{more} more")
    return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
