"""/staff/experiments/: what is tried, until when, and what was shown once it is over."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response

from analytics.staff.context import StaffContext, current_context
from analytics.staff.experiments.ahead import DAYS, Before, foreseen
from analytics.staff.experiments.result import Result, result_of
from analytics.staff.layout import reads, show
from analytics.staff.reports.periods import DAY, Period
from analytics.staff.roles import COUNTERS, EXPERIMENTS
from analytics.visits.model import Dimension
from analytics.visits.store.query import Query, Rows
from analytics.visits.store.trials import TABLE, trials_of
from policy.experiments import Experiment
from policy.sections import section_of
from policy.slots import Slots

__all__ = ["experiments_page"]


@dataclass(frozen=True, slots=True)
class Shown:
    """An experiment, the label of its goal, and its result; None before it is over. `ahead` is
    what it could show, and empty once that is known."""

    declared: Experiment
    slots: Slots
    goal: str
    told_from: datetime.datetime
    has_begun: bool
    result: Result | None
    ahead: str


@reads((*COUNTERS, *EXPERIMENTS))
def experiments_page() -> Response:
    """Every experiment, the newest first. Of one that is on, only when it ends: whoever looks at a
    result again and again until it pleases finds a difference where there is none."""
    context = current_context()
    shown = sorted(_shown(context), key=lambda each: each.declared.begins, reverse=True)
    return show("experiments.html", experiments=shown, least=_least(context))


def _shown(context: StaffContext) -> Iterator[Shown]:
    site, now = context.site, int(context.now // 3600)
    goals = {goal.name: goal.label for goal in site.goals.goals}
    trials = trials_of(context.counters.database)
    for each in site.experiments.experiments:
        slots = each.slots(context.zone)
        is_told = now >= slots.told_from
        counted = trials.get(slots.key, ())
        yield Shown(
            each,
            slots,
            goals[each.goal],
            datetime.datetime.fromtimestamp(slots.told_from * 3600, context.zone),
            now >= slots.first_hour,
            result_of(slots, counted, _least(context)) if is_told else None,
            "" if is_told else foreseen(slots, _before(context, each), _least(context)),
        )


def _before(context: StaffContext, experiment: Experiment) -> Before:
    """Of the days before its first one, or before today: nothing that is tried is in them."""
    last = min(experiment.begins, context.today) - DAY
    hours = Period("custom", last - (DAYS - 1) * DAY, last).hours(context.zone)
    entry = context.register.cookie("visit").part("entry")
    page = section_of(experiment.page) if entry.kind == "section" else experiment.page

    def visits(*filters: tuple[Dimension, str]) -> int:
        query = Query(first=hours.start, last=hours.stop - 1, filters=filters)
        answer = context.counters.rows(query)
        rows = answer.rows if isinstance(answer, Rows) else ()
        return sum(row.visits for row in rows)

    whole = visits()
    reached = visits((Dimension.GOAL, experiment.goal))
    return Before(visits((Dimension.ENTRY, page)), min(1.0, reached / whole) if whole else 0.0)


def _least(context: StaffContext) -> int:
    return context.register.table("counters", TABLE).least or 1
