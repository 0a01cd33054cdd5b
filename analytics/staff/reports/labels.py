"""What cells are called in reports that have a short name of their own."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.visits.deeds import BANDS_MS
from policy import Site
from policy.forms import Form

__all__ = ["labels_of"]

STEPS = {"seen": "seen", "started": "begun", "sent": "sent"}
OF_FIELDS = {"left": "left at", "error": "a mistake in"}


def labels_of(site: Site) -> Mapping[str, str]:
    """What cells are called in reports that have a short name of their own, as
    "dimension/cell"."""
    labels = {f"goal/{goal.name}": goal.label for goal in site.goals.goals}
    labels |= {f"segment/{each.name}": each.label for each in site.segments.segments}
    labels |= {f"audience/{each.name}": each.label for each in site.audiences.audiences}
    for event in site.events.events:
        labels[f"event/{event.name}"] = event.label
        for name, values in event.properties.items():
            for value in values:
                labels[f"event/{event.name}/{name}/{value}"] = f"{event.label}, {name}: {value}"
    for form in site.forms.values():
        labels |= _form_labels(form)
    labels |= {f"depth/{share}": f"{share} %" for share in (25, 50, 75, 100)}
    labels |= {f"attention/{ms // 1_000}": f"{ms // 1_000} s" for ms in BANDS_MS}
    goals = {goal.name: goal.label for goal in site.goals.goals}
    for funnel in site.goals.funnels:
        for number, step in enumerate(funnel.steps, start=1):
            cell = f"funnel/{funnel.name}:{number}"
            labels[cell] = f"{funnel.label}, {number}: {goals.get(step, step)}"
    return labels


def _form_labels(form: Form) -> Mapping[str, str]:
    labels = {f"form/{form.name}/{step}": f"{form.title}: {said}" for step, said in STEPS.items()}
    for step, said in OF_FIELDS.items():
        for field in form.fields:
            labels[f"form/{form.name}/{step}/{field.name}"] = (
                f"{form.title}: {said} “{field.label}”"
            )
        for box in ("permission", "recognize"):
            labels[f"form/{form.name}/{step}/{box}"] = f"{form.title}: {said} the box “{box}”"
    return labels
