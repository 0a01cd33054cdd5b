"""Experiments: two to four variants of a page's words, of which everybody sees the same at a time.

`site/experiments.toml` has them. Which one is served follows from the clock alone
(`policy.slots`), so nothing is asked of a visitor and nothing is kept in a browser.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from policy.faults import nearest
from policy.goals import FILE as GOALS
from policy.goals import Goals, Label, Name
from policy.names import Names
from policy.slots import GROUPS, LEAST_VARIANTS, Slots
from policy.toml_lines import Location
from policy.toml_source import Declared

__all__ = [
    "CHANCE",
    "FILE",
    "SLOT_HOURS",
    "Experiment",
    "Experiments",
    "experiment_faults",
    "faults_before_the_draw",
]

FILE = "site/experiments.toml"
SLOT_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
LEAST, MOST = LEAST_VARIANTS, 4
"""Variants of one experiment."""

FIRST_YEAR, LAST_YEAR = 1971, 9998
"""What every clock can tell, a day more or less."""

MOST_DAYS = 366

CHANCE = 16
"""Digits of a seed that chance drew; as many say for what."""

Variant = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,22}$", examples=["question"])]


class Experiment(Declared):
    """An experiment on one page: from the beginning of the day `begins` to the end of the day
    `ends`, where the site is at home. The first variant is the page as it was: it is served before
    and after, and by servers that know no clock. `seed` gives the order, and holds a digest of all
    that it was drawn for (`build.py experiment`)."""

    name: Name
    label: Label
    page: Annotated[str, Field(pattern=r"^/", examples=["/solutions/"])]
    variants: tuple[Variant, ...]
    goal: str
    slot_hours: int
    begins: datetime.date
    ends: datetime.date
    seed: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["3f9c0a7e" * 4])] = ""

    def drawn(self, chance: str, zone: datetime.tzinfo, goals: Goals) -> str:
        """The seed that binds 16 hexadecimal digits of `chance` to this declaration and to what
        reaches its goal, at a place in this time zone. Only labels may be other ones later."""
        days = self.begins.isoformat(), self.ends.isoformat()
        bound = self.name, self.page, self.goal, *days, str(self.slot_hours), *self.variants
        text = "\n".join((chance, str(zone), *bound, *goals.reached_by(self.goal)))
        return chance + hashlib.sha256(text.encode()).hexdigest()[:CHANCE]

    def slots(self, zone: datetime.tzinfo) -> Slots:
        """Its slots, at a place in this time zone. They begin with a whole hour of UTC."""
        first = _hour(self.begins, zone)
        after = _hour(self.ends + datetime.timedelta(days=1), zone)
        block_hours = self.slot_hours * len(self.variants)
        blocks = max(0, after - first) // block_hours
        return Slots(
            self.name,
            self.page,
            self.goal,
            self.variants,
            self.seed,
            first,
            self.slot_hours,
            blocks,
        )


DRAW_AGAIN = (
    "of an experiment to come, remove the line seed and draw again; one that has begun cannot be"
    f" changed: put its lines and those of its goal in {GOALS} back, or declare another one, with a"
    " name of its own"
)
"""What to do with an order that was drawn for something else."""


class Experiments(Declared):
    """What a site declares."""

    experiments: Annotated[tuple[Experiment, ...], Field(alias="experiment")] = ()

    def variants(self, page: str) -> tuple[str, ...]:
        """Every variant that a page has in any of its experiments, the page as it is first. They
        are all made, so that a page needs no build when one experiment follows another."""
        here = (each.variants for each in self.experiments if each.page == page)
        return tuple(dict.fromkeys(chain.from_iterable(here)))


def _hour(day: datetime.date, zone: datetime.tzinfo) -> int:
    """The hour since 1970 (UTC) in which a day begins."""
    start = datetime.datetime.combine(day, datetime.time(), zone)
    return int(start.timestamp() // 3600)


def experiment_faults(
    experiments: Experiments,
    goals: Goals | None,
    zone: datetime.tzinfo | None,
) -> Iterator[tuple[Location, str, str]]:
    """The place, the message and the hint of each experiment that cannot be made. `goals` is None
    where nobody knows them, and `zone` where nobody knows that."""
    yield from faults_before_the_draw(experiments, goals, zone)
    yield from order_faults(experiments, goals, zone)


def order_faults(
    experiments: Experiments, goals: Goals | None, zone: datetime.tzinfo | None
) -> Iterator[tuple[Location, str, str]]:
    """As `experiment_faults`, of the orders alone. Pages can be made and checked without one."""
    for index, each in enumerate(experiments.experiments):
        for key, message, hint in _order_faults(each, goals, zone):
            yield ("experiment", index, key), message, hint


def faults_before_the_draw(
    experiments: Experiments,
    goals: Goals | None,
    zone: datetime.tzinfo | None,
) -> Iterator[tuple[Location, str, str]]:
    """As `experiment_faults`, but for the orders."""
    names: set[str] = set()
    labels = Names("label")
    for index, each in enumerate(experiments.experiments):
        place = "experiment", index
        if wrong := labels.wrong(each.label):
            yield (*place, "label"), *wrong
        if each.name in names:
            message = f'experiment "{each.name}" is there already'
            yield (*place, "name"), message, "name it otherwise"
        names.add(each.name)
        if goals is not None:
            for message, hint in _goal_faults(each, goals):
                yield (*place, "goal"), message, hint
        at_home = zone or ZoneInfo("UTC")
        for key, message, hint in (*_variant_faults(each), *_time_faults(each, at_home)):
            yield (*place, key), message, hint
        for other in experiments.experiments[:index]:
            if other.page == each.page and other.variants[:1] != each.variants[:1]:
                first = other.variants[0] if other.variants else ""
                message = f'{each.page} as it is has the name "{first}" in "{other.name}"'
                hint = f'name "{first}" first: whatever its words are now, they are one file'
                yield (*place, "variants"), message, hint
            if other.page == each.page and _meet(other, each):
                message = f'"{other.name}" is on {each.page} at the same time as "{each.name}"'
                hint = "a page has one experiment at a time: choose other days"
                yield (*place, "page"), message, hint


def _goal_faults(each: Experiment, goals: Goals) -> Iterator[tuple[str, str]]:
    if each.goal not in goals.names:
        message = f'experiment "{each.name}": there is no goal "{each.goal}"'
        yield message, nearest(each.goal, goals.names)
    elif each.goal in goals.reached("page", each.page).goals:
        message = f'experiment "{each.name}": whoever sees {each.page} has reached "{each.goal}"'
        yield message, "choose a goal that the page leads to"


def _variant_faults(each: Experiment) -> Iterator[tuple[str, str, str]]:
    number = len(each.variants)
    if not LEAST <= number <= MOST:
        message = f'experiment "{each.name}" has {number} variants'
        yield "variants", message, f"name {LEAST} to {MOST}, the page as it was first"
    if twice := [name for name in each.variants if each.variants.count(name) > 1]:
        message = f'experiment "{each.name}" has the variant "{twice[0]}" twice'
        yield "variants", message, "name each once"


def _time_faults(each: Experiment, zone: datetime.tzinfo) -> Iterator[tuple[str, str, str]]:
    if each.slot_hours not in SLOT_HOURS:
        message = f"slots of {each.slot_hours} hours do not divide a day"
        allowed = ", ".join(map(str, SLOT_HOURS))
        yield "slot_hours", message, f"take one of {allowed}"
        return
    if each.ends < each.begins:
        message = f'experiment "{each.name}" ends before it begins'
        yield "ends", message, "write a day after that of begins"
        return
    if each.begins.year < FIRST_YEAR or each.ends.year > LAST_YEAR:
        message = f'experiment "{each.name}" is on in a year that is far away'
        yield "begins", message, "write days of this century"
        return
    if (each.ends - each.begins).days >= MOST_DAYS:
        message = f'experiment "{each.name}" takes longer than a year'
        yield "ends", message, f"end it within {MOST_DAYS} days"
        return
    slots = each.slots(zone)
    if each.variants and slots.runs < GROUPS:
        days = GROUPS * slots.run * slots.block_hours / 24
        message = f'experiment "{each.name}" is too short to show anything'
        hint = f"with slots of {each.slot_hours} hours it needs {days:.0f} days: end it later"
        yield "ends", message, hint


def _order_faults(
    each: Experiment, goals: Goals | None, zone: datetime.tzinfo | None
) -> Iterator[tuple[str, str, str]]:
    if not each.seed:
        message = f'the order of experiment "{each.name}" was not drawn'
        yield "name", message, f"draw it: build.py experiment draw {each.name}"
    elif goals is not None and zone and each.seed != each.drawn(each.seed[:CHANCE], zone, goals):
        message = f'experiment "{each.name}" is not the one that its order was drawn for'
        yield "seed", message, DRAW_AGAIN


def _meet(one: Experiment, other: Experiment) -> bool:
    return one.begins <= other.ends and other.begins <= one.ends
