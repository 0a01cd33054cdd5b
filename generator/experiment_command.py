"""`build.py experiment`: draw the order of an experiment's variants, and show it."""

from __future__ import annotations

import datetime
import re
import secrets
import time

import click

import generator
from generator.building import PictureWork
from policy.experiments import (
    CHANCE,
    DRAW_AGAIN,
    FILE,
    Experiment,
    Experiments,
    experiment_faults,
    faults_before_the_draw,
)
from policy.faults import Fault, Faults, nearest
from policy.goals import FILE as GOALS
from policy.goals import Goals
from policy.places import Places
from policy.reading import site_with_faults
from policy.settings import Settings
from policy.toml_lines import Lines, Location
from policy.toml_source import read_toml, read_toml_text, read_toml_with_lines

__all__ = ["experiment"]


@click.group()
def experiment() -> None:
    """Draw the order in which the variants of an experiment are served, and show it."""


@experiment.command()
@click.argument("name")
@click.pass_obj
def draw(places: Places, name: str) -> None:
    """Draw the order of the experiment NAME, and write it into site/experiments.toml.

    Its page must be there with words for each variant, and be counted.
    What is written is a seed of 32 digits, which every block's order follows from: 16 that chance
    draws, and 16 that say for which page, days, wordings and goal. It is drawn once, before the
    first day: an order that is drawn again until it pleases is none.
    """
    declared, lines = read_toml_with_lines(places.root, FILE, Experiments)
    index, found = _found(declared, name)
    place = "experiment", index
    if found.seed:
        message = f'the order of "{name}" was drawn already'
        raise _fault(lines, (*place, "seed"), message, DRAW_AGAIN)
    zone = read_toml(places.root, "site/settings.toml", Settings).zone
    goals = _goals(places)
    if wrong := [*faults_before_the_draw(declared, goals, zone)]:
        raise Faults([Fault(FILE, lines.of(at), *said) for at, *said in wrong])
    if found.begins <= datetime.datetime.now(tz=zone).date():
        hint = "an order is drawn before the first day: let it begin on a day to come"
        raise _fault(lines, (*place, "begins"), f'"{name}" has begun already', hint)
    if in_pages := _in_pages(places, name):
        raise Faults(in_pages)
    seed = found.drawn(secrets.token_hex(CHANCE // 2), zone, goals)
    below = lines.of((*place, "name")) or 0
    path = places.root / FILE
    text = _with_line(path.read_bytes().decode("utf-8"), below, f'seed = "{seed}"')
    if not _is_drawn(text, declared, index, seed):
        hint = "write each experiment below a line [[experiment]], a line for each key"
        raise _fault(lines, (*place, "name"), "there is no place for a line below this", hint)
    path.write_bytes(text.encode("utf-8"))
    click.echo(f"Drew the order of {name}: {FILE}:{below + 1}")


@experiment.command()
@click.argument("name")
@click.pass_obj
def show(places: Places, name: str) -> None:
    """Say when which variant of the experiment NAME is served, and which one is now."""
    declared, lines = read_toml_with_lines(places.root, FILE, Experiments)
    index, found = _found(declared, name)
    zone = read_toml(places.root, "site/settings.toml", Settings).zone
    for place, message, hint in experiment_faults(declared, _goals(places), zone):
        if place[1] == index:
            raise _fault(lines, place, message, hint)
    slots, now = found.slots(zone), int(time.time() // 3600)
    click.echo(f"{found.label}: {found.page}, {slots.blocks} blocks of {slots.block_hours} hours")
    for slot in slots:
        begins = datetime.datetime.fromtimestamp(slot.first * 3600, zone)
        mark = "  now" if slot.first <= now < slot.after else ""
        click.echo(f"  {begins:%Y-%m-%d %H:%M}  block {slot.block + 1:3}  {slot.variant}{mark}")


def _in_pages(places: Places, name: str) -> list[Fault]:
    """What of the experiment is wrong in the pages: the page is not there, is not counted, or lacks
    words. Raises `Faults` where what the site declares cannot be read."""
    site_with_faults(places.root)
    try:
        generator.check(places.root, pictures=PictureWork(places.var))
    except Faults as error:
        about = f'experiment "{name}": '
        return [each for each in error.faults if each.message.startswith(about)]
    return []


def _found(declared: Experiments, name: str) -> tuple[int, Experiment]:
    """Its place in the file; of the file alone, since a site whose order is not drawn has a fault.
    Raises `Faults`."""
    for index, each in enumerate(declared.experiments):
        if each.name == name:
            return index, each
    names = [each.name for each in declared.experiments]
    raise Faults([Fault(FILE, None, f'no experiment is called "{name}"', nearest(name, names))])


def _fault(lines: Lines, place: Location, message: str, hint: str) -> Faults:
    return Faults([Fault(FILE, lines.of(place), message, hint)])


def _goals(places: Places) -> Goals:
    if not (places.root / GOALS).is_file():
        return Goals.model_construct()
    return read_toml(places.root, GOALS, Goals)


def _with_line(text: str, below: int, line: str) -> str:
    """A text with one line more below that of this number, which ends as that one ends."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    above = lines[below - 1]
    end = above[len(above.rstrip("\r\n")) :]
    lines.insert(below, f"{line}{end}" if end else f"\n{line}")
    return "".join(lines)


def _is_drawn(text: str, declared: Experiments, index: int, seed: str) -> bool:
    """Whether a text declares the same, and this seed."""
    expected = list(declared.experiments)
    expected[index] = expected[index].model_copy(update={"seed": seed})
    try:
        read, _ = read_toml_text(FILE, text.lstrip("\ufeff"), Experiments)
    except Faults:
        return False
    return read.experiments == tuple(expected)
