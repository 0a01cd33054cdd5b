"""`build.py build` and `build.py check`."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Protocol

import click

import generator
from policy.places import Places

__all__ = ["Builder", "build", "build_and_say", "check"]


class Order(Protocol):
    """What a preview wants built: where, with drafts or without, and as of which day."""

    @property
    def out(self) -> Path: ...
    @property
    def drafts(self) -> bool: ...
    @property
    def today(self) -> datetime.date | None: ...
    @property
    def changed(self) -> frozenset[str] | None: ...


@click.command()
@click.option("--drafts", is_flag=True, help="Build drafts and pages with a later date too.")
@click.pass_obj
def build(places: Places, drafts: bool) -> None:
    """Build the site into public/. On a fault, public/ stays as it was."""
    build_and_say(places, drafts=drafts)


@click.command()
@click.pass_obj
def check(places: Places) -> None:
    """Look for faults in the site, and write nothing."""
    report = generator.check(places.root)
    _warn(report)
    click.echo(f"No faults in {report.pages} pages.")


def build_and_say(places: Places, *, drafts: bool) -> None:
    """Build, and say what was done. Raises `Faults`."""
    start = time.perf_counter()
    built = generator.build(places.root, places.public, drafts=drafts, waiting=_say_that_it_waits)
    _warn(built)
    click.echo(
        f"Built {built.pages} pages in {time.perf_counter() - start:.2f} s: "
        f"{built.written} files written, {built.unchanged} unchanged, {built.removed} removed."
    )


class Builder:
    """Builds a site again and again, for a preview."""

    def __init__(self, places: Places) -> None:
        self._root = places.root

    def __call__(self, order: Order) -> generator.Built:
        """Build what is ordered. Raises `Faults`."""
        order.out.parent.mkdir(parents=True, exist_ok=True)
        return generator.build(
            self._root,
            order.out,
            drafts=order.drafts,
            today=order.today,
            waiting=_say_that_it_waits,
        )


def _say_that_it_waits() -> None:
    click.echo("Another build is at work in public/. Waiting for it; Ctrl-C stops.", err=True)


def _warn(built: generator.Built) -> None:
    for warning in built.warnings:
        click.echo(str(warning).replace("error:", "warning:", 1), err=True)
