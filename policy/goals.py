"""Goals and funnels: what a site wants visitors to do, and the steps that lead there.

`site/goals.toml` has them. A goal is a page that was reached, a form that was sent, an event, a
download or a link to another site that was followed. A funnel is a list of steps, done in their
order. Each goal takes one bit of the visit cookie, each funnel as many values as it has steps and
one more: the budget of that cookie bounds how many there can be (`generator.budget`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from policy.faults import nearest
from policy.names import Name as Words
from policy.names import Names
from policy.toml_lines import Location
from policy.toml_source import Declared

__all__ = ["DEEDS", "FILE", "Deed", "Funnel", "Goal", "Goals", "Reached", "goal_faults", "matches"]

FILE = "site/goals.toml"

Deed = Literal["page", "form", "event", "download", "outbound"]
DEEDS: tuple[Deed, ...] = get_args(Deed)
"""What a goal can be: a page reached, a form sent, an event, a download, a link to elsewhere."""

ADDRESSES = ("page", "download", "outbound")
"""Those that are addresses, which may end in "*"."""

Name = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$", examples=["asked"])]
"""Short, and of letters that need no escape in a cookie."""

Label = Annotated[Words, Field(max_length=40)]
Address = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s*]+\*?$")]


class Goal(Declared):
    """A goal: its name in the cookie, its label in reports, and what reaches it."""

    name: Name
    label: Label
    page: Address | None = None
    form: str | None = None
    event: str | None = None
    download: Address | None = None
    outbound: Address | None = None

    @property
    def wanted(self) -> Mapping[Deed, str]:
        """What it says that reaches it; one, unless it is faulty."""
        given: dict[Deed, str | None] = {deed: getattr(self, deed) for deed in DEEDS}
        return {deed: value for deed, value in given.items() if value is not None}

    def is_reached_by(self, deed: Deed, what: str) -> bool:
        """Whether this page, form, event, file or link reaches it."""
        pattern = self.wanted.get(deed)
        return pattern is not None and matches(pattern, what)


class Funnel(Declared):
    """A funnel: its steps in their order, each the address of a page or the name of a goal."""

    name: Name
    label: Label
    steps: Annotated[tuple[str, ...], Field(min_length=2, max_length=8)]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a deed reaches: the names of goals, and each funnel's step that comes with it."""

    goals: frozenset[str] = frozenset()
    steps: frozenset[tuple[str, int]] = frozenset()


class Goals(Declared):
    """What a site declares."""

    goals: Annotated[tuple[Goal, ...], Field(alias="goal")] = ()
    funnels: Annotated[tuple[Funnel, ...], Field(alias="funnel")] = ()

    @property
    def names(self) -> frozenset[str]:
        """Of the goals: each takes a bit."""
        return frozenset(goal.name for goal in self.goals)

    @property
    def steps(self) -> frozenset[str]:
        """Each step of each funnel, as the cookie has how far a visit came: "request:2"."""
        return frozenset(
            f"{funnel.name}:{number}"
            for funnel in self.funnels
            for number in range(1, len(funnel.steps) + 1)
        )

    @property
    def by_form(self) -> frozenset[str]:
        """The goals that a form reaches."""
        return frozenset(goal.name for goal in self.goals if goal.form)

    def reached_by(self, name: str) -> tuple[str, ...]:
        """What reaches the goal of this name, a deed and its value each; nothing where there is
        no such goal."""
        found = (goal.wanted.items() for goal in self.goals if goal.name == name)
        return tuple(f"{deed} {value}" for wanted in found for deed, value in wanted)

    def reached(self, deed: Deed, what: str) -> Reached:
        """What this page, form, event, file or link reaches, whatever was reached before."""
        names = frozenset(goal.name for goal in self.goals if goal.is_reached_by(deed, what))
        steps = frozenset(
            (funnel.name, number)
            for funnel in self.funnels
            for number, step in enumerate(funnel.steps, start=1)
            if step in names or (deed == "page" and is_page(step) and matches(step, what))
        )
        return Reached(goals=names, steps=steps)


def is_page(step: str) -> bool:
    """Whether a step of a funnel is the address of a page; otherwise it is the name of a goal."""
    return step.startswith("/")


def matches(pattern: str, what: str) -> bool:
    """Whether it is the one that is named; or one below it, where the pattern ends in "*"."""
    if not pattern.endswith("*"):
        return what == pattern
    return len(what) >= len(pattern) and what.startswith(pattern[:-1])


def goal_faults(
    goals: Goals, forms: frozenset[str], events: frozenset[str] | None
) -> Iterator[tuple[Location, str, str]]:
    """The place, the message and the hint of each goal and funnel that cannot be counted. `events`
    is None where nobody knows them, as their file cannot be read."""
    known: set[str] = set()
    labels = Names("label")
    for index, goal in enumerate(goals.goals):
        place = "goal", index
        if wrong := labels.wrong(goal.label):
            yield (*place, "label"), *wrong
        if goal.name in known:
            yield (*place, "name"), f'goal "{goal.name}" is there already', "name it otherwise"
        known.add(goal.name)
        if len(goal.wanted) != 1:
            message = f'goal "{goal.name}" is reached by {len(goal.wanted)} things'
            yield place, message, f"say one of {', '.join(DEEDS)}; make two goals of two"
            continue
        for deed, value in goal.wanted.items():
            for message, hint in _wrong(deed, value, forms, events):
                yield (*place, deed), f'goal "{goal.name}": {message}', hint
    yield from _funnel_faults(goals, known)


def _wrong(
    deed: Deed, value: str, forms: frozenset[str], events: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    if deed == "form" and value not in forms:
        yield f'there is no form "{value}"', nearest(value, forms)
    elif deed == "event" and events is not None and value not in events:
        yield f'there is no event "{value}"', nearest(value, events)
    elif deed in ("page", "download") and not value.startswith("/"):
        yield f'"{value}" is no address of this site', f'begin it with a slash: "/{value}"'
    elif deed == "outbound" and not value.startswith(("https://", "http://")):
        yield f'"{value}" is no address of another site', 'begin it with "https://"'


def _funnel_faults(goals: Goals, names: set[str]) -> Iterator[tuple[Location, str, str]]:
    known: set[str] = set()
    labels = Names("label")
    for index, funnel in enumerate(goals.funnels):
        place = "funnel", index
        if wrong := labels.wrong(funnel.label):
            yield (*place, "label"), *wrong
        if funnel.name in known:
            yield (*place, "name"), f'funnel "{funnel.name}" is there already', "name it otherwise"
        known.add(funnel.name)
        for step in funnel.steps:
            if not is_page(step) and step not in names:
                message = f'funnel "{funnel.name}": "{step}" is neither a page nor a goal'
                hint = f"begin a page with a slash; goals: {', '.join(sorted(names)) or 'none'}"
                yield (*place, "steps"), message, hint
        for before, step in zip(funnel.steps, funnel.steps[1:], strict=False):
            if before == step:
                message = f'funnel "{funnel.name}" has the step "{step}" twice, one after the other'
                yield (*place, "steps"), message, "leave one of them"
