"""`build.py explain`."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import click

from generator.asked import Asked
from generator.building import scan_of
from generator.explaining import explained, explained_key, found_page, known_keys
from generator.explaining_audience import explained_for
from generator.graph.memory import Memory
from generator.graph.state import State
from generator.prepare import prepare
from generator.since import EVERYTHING
from policy.faults import Fault, Faults, closest, nearest
from policy.manifest import Build, check_of, read_build
from policy.places import Places
from policy.site import AUDIENCES

__all__ = ["explain"]


@click.command()
@click.argument("page")
@click.argument("key", required=False)
@click.option("--audience", metavar="NAME", help="Say what of it is for one audience, and why.")
@click.pass_obj
def explain(places: Places, page: str, key: str | None, audience: str | None) -> None:
    """Say where the values of PAGE come from, what it is made of, and who links to it.

    PAGE is a file, as content/about.md, or an address, as /about/. With KEY, as title or layout,
    only that value, and which pages show it. What is published is that of the last build.
    """
    state = _state(places)
    found = found_page(state, page)
    if found is None:
        known = [*state.content.published, *state.content.pages]
        hint = f"{closest(page, known)}name a file in content/, or an address, as /about/"
        raise Faults([Fault("content", None, f"there is no page {page}", hint)])
    if audience is not None:
        known = list(state.site.audiences.names)
        if audience not in known:
            raise Faults([Fault(AUDIENCES, None, f'no audience is called "{audience}"',
                                nearest(audience, known))])  # fmt: skip
        parts = list(explained_for(state, found, audience, _build(places.public)))
    elif key is None:
        parts = list(explained(state, found, _build(places.public)))
    else:
        parts = list(explained_key(state, found, key))
        if not parts:
            hint = nearest(key, known_keys(state, found))
            raise Faults([Fault(found.path, None, f'a page has no key "{key}"', hint)])
    for part in parts:
        click.echo("\n".join([part.title, *(f"  {line}" for line in part.lines)]))


def _state(places: Places) -> State:
    """The site as it is now; where it has faults, as the last build knew it. Raises `Faults`."""
    memory = Memory(places.var / "build.cache", places.root, places.public)
    before = memory.state(check_of(places.public))
    now = datetime.datetime.now(tz=datetime.UTC)
    scan = scan_of(places.root)
    asked = Asked(places.root, places.public, False, now, time.time_ns(), scan)
    try:
        # Whether its files are still in public/ makes no difference here.
        return prepare(asked, before, lambda _outputs: None, EVERYTHING).state
    except Faults as error:
        if before is None:
            raise
        click.echo(f"The site has faults ({error.count}); this is the last build.", err=True)
        return before


def _build(public: Path) -> Build | None:
    try:
        return read_build(public)
    except Faults:
        click.echo("What is published is left out, as no build can be read: build.py", err=True)
        return None
