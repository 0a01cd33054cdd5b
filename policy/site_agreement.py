"""Whether the files that a site declares itself in agree with each other."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from policy.audiences import Audiences
from policy.events import FILE as EVENTS
from policy.experiments import FILE as EXPERIMENTS
from policy.experiments import Experiments, order_faults
from policy.faults import Fault, nearest
from policy.forms import Form, form_faults
from policy.goals import FILE as GOALS
from policy.goals import Goals
from policy.names import Names
from policy.register import Register
from policy.rules import register_faults
from policy.segments import FILE as SEGMENTS
from policy.site_reader import AUDIENCES
from policy.sum import Sum
from policy.toml_lines import Lines

__all__ = ["audience_faults", "faults_of_order", "faults_of_register", "field_faults"]


def faults_of_order(
    experiments: Experiments,
    goals: Goals | None,
    zone: datetime.tzinfo | None,
    read: Mapping[str, Lines],
) -> Iterator[Fault]:
    """Orders of experiments that are to be drawn."""
    if EXPERIMENTS not in read:
        return
    for place, message, hint in order_faults(experiments, goals, zone):
        yield Fault(EXPERIMENTS, read[EXPERIMENTS].of(place), message, hint)


def faults_of_register(
    summed: Sum,
    forms: Mapping[str, tuple[Form, Lines]],
    audiences: tuple[Audiences, Lines] | None,
    read: Mapping[str, Lines],
) -> Iterator[Fault]:
    """What is wrong in the register, and in what must agree with it."""
    register = summed.register
    yield from register_faults(register, summed.origins)
    yield from _visits_off(register, read)
    for form, lines in forms.values():
        yield from _form_faults(form, register, lines)
    if audiences:
        yield from _audiences_off(*audiences, register)
    yield from _unused_purposes(summed, [form for form, _ in forms.values()])


def _visits_off(register: Register, read: Mapping[str, Lines]) -> Iterator[Fault]:
    for path in (GOALS, EVENTS, SEGMENTS, EXPERIMENTS):
        if path in read and not register.has("visits"):
            hint = 'add "visits" to features in site/policy.toml, or remove this file'
            message = 'what is in this file needs the feature "visits", which is off'
            yield Fault(path, 1, message, hint)


def _form_faults(form: Form, register: Register, lines: Lines) -> Iterator[Fault]:
    path = f"site/forms/{form.name}.toml"
    if not register.has("forms"):
        hint = 'add "forms" to features in site/policy.toml, or remove this file'
        yield Fault(path, 1, 'forms need the feature "forms", which is off', hint)
        return
    names = [field.name for field in form.fields]
    for name, message, hint in form_faults(form, register):
        place: tuple[Any, ...] = ("field", names.index(name)) if name in names else (name,)
        yield Fault(path, lines.of(place), message, hint)


def _unused_purposes(summed: Sum, forms: list[Form]) -> Iterator[Fault]:
    """A purpose of the site's own that neither an entry nor a form has."""
    asked = {form.purpose for form in forms}
    for form in forms:
        asked |= {box.purpose for box in (form.permission, form.recognize) if box is not None}
    for index, purpose in enumerate(summed.register.purposes):
        if purpose.name not in summed.used_purposes | asked:
            place = summed.origins.of(("purpose", index))
            message = f'nothing has the purpose "{purpose.name}"'
            hint = "name it in a form or a recipient, or remove it"
            yield Fault(place.path, place.line, message, hint)


def _audiences_off(audiences: Audiences, lines: Lines, register: Register) -> Iterator[Fault]:
    if audiences.audiences and not register.has("audiences"):
        line = lines.of(("audience", 0))
        message = 'audiences need the feature "audiences", which is off'
        hint = 'add "audiences" to features in site/policy.toml, or remove each [[audience]]'
        yield Fault(AUDIENCES, line, message, hint)


def field_faults(audiences: Audiences, forms: Mapping[str, tuple[Form, Lines]]) -> Iterator[Fault]:
    """Fields that are for an audience which there is not."""
    names = (audiences.default, *audiences.names)
    for name, (form, lines) in forms.items():
        for index, field in enumerate(form.fields):
            for each in field.audiences:
                if each not in names:
                    line = lines.of(("field", index, "audiences"))
                    message = f'no audience is called "{each}"'
                    yield Fault(f"site/forms/{name}.toml", line, message, nearest(each, names))


def audience_faults(audiences: Audiences, lines: Lines, forms: list[Form]) -> Iterator[Fault]:
    """Audiences that are declared twice, and those for answers that no form offers."""
    path = AUDIENCES
    options: dict[str, set[str]] = {}
    for form in forms:
        for field in form.fields:
            if field.options:
                options.setdefault(field.name, set()).update(o.value for o in field.options)
    names = (audiences.default, *audiences.names)
    labels = Names("label", (audiences.label(audiences.default),))
    for index, audience in enumerate(audiences.audiences):
        if wrong := labels.wrong(audience.label):
            yield Fault(path, lines.of(("audience", index, "label")), *wrong)
        if audience.name in names[: index + 1]:
            line = lines.of(("audience", index))
            yield Fault(path, line, f'audience "{audience.name}" is declared twice', "rename one")
        line = lines.of(("audience", index, "when"))
        for name, answers in audience.when.items():
            if name not in options:
                message = f'no form has a field "{name}" with options'
                yield Fault(path, line, message, nearest(name, options))
            for answer in answers:
                if answer not in options.get(name, answers):
                    message = f'no form offers the answer "{answer}" for "{name}"'
                    yield Fault(path, line, message, nearest(answer, options[name]), answer)
