"""Ways with steps, as drawings: funnels, and what becomes of forms. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from analytics.staff.reports.naming import Naming
from analytics.staff.reports.panels import Line, Panel
from analytics.visits.deeds import SPEED_BANDS, SPEED_LIMITS
from policy.forms import Form
from policy.goals import Goals, is_page

__all__ = ["Band", "FormWay", "Step", "Way", "form_ways", "funnel_ways", "speed_bands"]

OF_FORMS = {"seen": "Seen", "started": "Begun", "sent": "Sent"}


@dataclass(frozen=True)
class Step:
    """One step: how many did it (None: few or nobody, or it would tell another one), which share
    that is of the first step and of the one before, and how many were lost from the one before.
    The last three are None too where a count may be of a part of the days alone."""

    name: str
    page: str
    count: int | None
    of_first: float | None
    of_before: float | None
    lost: int | None


@dataclass(frozen=True)
class Way:
    """Steps in their order, and how many of the first did the last."""

    name: str
    label: str
    steps: tuple[Step, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody did any of them, as far as is told."""
        return not any(step.count for step in self.steps)

    @property
    def widest(self) -> Step | None:
        """The step before which most were lost."""
        lost = [step for step in self.steps if step.lost]
        return max(lost, key=lambda step: step.lost or 0, default=None)


@dataclass(frozen=True)
class FormWay(Way):
    """That of a form; and at which field it was left, and which had mistakes."""

    left: tuple[Line, ...] = ()
    mistakes: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Band:
    """How many views were in one band of a measure of speed, as a share of all; `x` is where its
    part of the drawing begins, in per cent."""

    name: str
    count: int
    share: float
    x: float


def speed_bands(panel: Panel) -> Iterator[tuple[str, tuple[Band, ...]]]:
    """Each measure of speed that was told, with its bands."""
    counts = {line.cell: line.count for line in panel.lines}
    for measure in SPEED_LIMITS:
        amounts = [counts.get(f"{measure} {band}", 0) for band in SPEED_BANDS]
        if whole := sum(amounts):
            starts = accumulate((0, *amounts[:-1]))
            yield (
                measure,
                tuple(
                    Band(band, amount, amount / whole, 100 * start / whole)
                    for band, amount, start in zip(SPEED_BANDS, amounts, starts, strict=True)
                ),
            )


def funnel_ways(goals: Goals, panel: Panel, naming: Naming) -> Iterator[Way]:
    """Each funnel of a site."""
    labels = {goal.name: goal.label for goal in goals.goals}
    for funnel in goals.funnels:
        named = [_step_name(step, labels, naming) for step in funnel.steps]
        cells = [f"{funnel.name}:{at}" for at in range(1, len(named) + 1)]
        yield Way(funnel.name, funnel.label, _steps(named, cells, panel))


def form_ways(forms: Mapping[str, Form], panel: Panel) -> Iterator[FormWay]:
    """Each form of a site."""
    for form in forms.values():
        cells = [f"{form.name}/{step}" for step in OF_FORMS]
        named = [(name, "") for name in OF_FORMS.values()]
        yield FormWay(
            form.name,
            form.title,
            _steps(named, cells, panel),
            left=tuple(_of_fields(panel, form, "left")),
            mistakes=tuple(_of_fields(panel, form, "error")),
        )


def _step_name(step: str, labels: Mapping[str, str], naming: Naming) -> tuple[str, str]:
    if not is_page(step):
        return labels.get(step, step), ""
    return naming.page(step), step if step in naming.pages else ""


def _count(line: Line | None, panel: Panel) -> int | None:
    """None where it is too little to be told, or may have been."""
    if line is None:
        return None if panel.is_open else 0
    return line.count


def _steps(
    named: Sequence[tuple[str, str]], cells: Sequence[str], panel: Panel
) -> tuple[Step, ...]:
    lines = {line.cell: line for line in panel.lines}
    counts = [_count(lines.get(cell), panel) for cell in cells]
    befores = [None, *counts[:-1]]
    return tuple(
        Step(
            name,
            page,
            count,
            None if panel.at_least else _share(count, counts[0]),
            None if panel.at_least else _share(count, before),
            None if panel.at_least else _lost(count, before),
        )
        for (name, page), cell, count, before in zip(named, cells, counts, befores, strict=True)
    )


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


def _lost(count: int | None, before: int | None) -> int | None:
    return None if count is None or before is None else max(0, before - count)


def _of_fields(panel: Panel, form: Form, step: str) -> Iterator[Line]:
    start = f"{form.name}/{step}/"
    labels = {field.name: field.label for field in form.fields}
    labels |= {"permission": "The box about writing", "recognize": "The box about recognizing"}
    found = [line for line in panel.lines if line.cell.startswith(start)]
    longest = max((line.count for line in found), default=0)
    for line in found:
        field = line.cell.removeprefix(start)
        length = line.count / longest if longest else 0
        yield Line(
            line.cell, labels.get(field, field), "", line.count, length, measures=line.measures
        )
