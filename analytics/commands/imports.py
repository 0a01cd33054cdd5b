"""`build.py data import`, `imports` and `import-remove`: what another tool had counted before."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from analytics.commands.counted import OpenCounters, opened
from analytics.imports.naming import Names
from analytics.imports.taking import Taken, Window, take
from analytics.imports.tools import TOOLS
from analytics.visits.store.imported import Import, Imported, ImportRefused
from analytics.web.clock import Clock
from policy.durations import Duration
from policy.failures import Refusal
from policy.manifest import read_build
from policy.places import Places
from policy.typed import as_typed

__all__ = ["import_", "imports", "remove"]

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DAY = timedelta(days=1)
DAY_TYPE = click.DateTime(["%Y-%m-%d"])


@click.command("import")
@click.argument("tool", type=click.Choice(list(TOOLS)))
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--name",
    default="",
    metavar="NAME",
    help="What to call it; the tool's own name, unless you say so.",
)
@click.option(
    "--from", "first", type=DAY_TYPE, metavar="DAY", help="Leave out the days before this one."
)
@click.option(
    "--to", "last", type=DAY_TYPE, metavar="DAY", help="Leave out the days after this one."
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and keep nothing.")
@click.pass_obj
def import_(  # noqa: PLR0913  (each is an option of the command)
    places: Places,
    *,
    tool: str,
    files: tuple[Path, ...],
    name: str,
    first: datetime | None,
    last: datetime | None,
    dry_run: bool,
) -> None:
    """Show in the reports what another tool had counted, from FILEs that it exported.

    Of each day the visits and views are kept, and how often each page, source, browser, system and
    device was counted: never two of these together, and nothing of a visitor. Days that were
    counted here are left out. All of it is kept, or nothing. The service may run meanwhile.
    """
    name = name or tool
    if not NAME.fullmatch(name):
        message = f'"{name}" is no name'
        raise Refusal(message, "write small letters, digits and hyphens: plausible-2025")
    with opened(places) as found:
        window = _window(found, first, last)
        names = Names(found.site.sources, read_build(places.public))
        taken = take(tool, files, names, window, found.clock.zone)
        _say(tool, taken, found.clock)
        if not taken.days:
            raise Refusal("nothing is left to be taken", "the lines above say what was left out")
        if dry_run:
            click.echo("Nothing was kept: this was a trial (--dry-run).")
            return
        _keep(found, Import(name, TOOLS[tool].title, min(taken.days), max(taken.days)), taken)
    said = f'Kept as "{name}". Take all of it out again: build.py data import-remove {name}'
    click.echo(as_typed(said, places.root))


def _keep(found: OpenCounters, made: Import, taken: Taken) -> None:
    least = found.site.register.table("counters", "imported_cells").least or 1
    cells = taken.kept_cells(least)
    try:
        Imported(found.counters).add(made, taken.kept_days(), cells, found.clock.zone)
    except ImportRefused as refused:
        raise Refusal(refused.message, refused.hint) from None


def _window(found: OpenCounters, first: datetime | None, last: datetime | None) -> Window:
    today, keep = found.clock.today(), found.site.register.table("counters", "imported_days").keep
    kept_from = date.min
    if isinstance(keep, Duration):
        kept_from = keep.before(found.clock.moment()).date() + DAY
    own = Imported(found.counters).own_days(kept_from, today, found.clock.zone)
    begin, end = (first.date() if first else date.min), (last.date() if last else date.max)
    return Window(begin, end, kept_from, today, own)


def _say(tool: str, taken: Taken, clock: Clock) -> None:
    title = TOOLS[tool].title
    for file, what in taken.files:
        click.echo(f"{file}: {what}")
    for why, days in taken.left_days.items():
        click.echo(f"Left out: {_days(days)} {why}.")
    for what, times in taken.left.items():
        click.echo(f"Left out: {times:,} {what}.")
    if taken.days:
        visits, views = (sum(each) for each in zip(*taken.days.values(), strict=True))
        click.echo(
            f"Taken: {_days(taken.days)}, with {visits:,} visits and {views:,} views as {title}"
            " counts them."
        )
        said = f"A day is one of the time zone that {title} was set to; here it is {clock.zone}."
        if TOOLS[tool].moments:
            said = f"{title} tells moments: a day is one of the time zone here, {clock.zone}."
        click.echo(said)


def _days(days: set[date] | dict[date, tuple[int, int]]) -> str:
    if len(days) == 1:
        return f"1 day ({min(days)})"
    return f"{len(days):,} days ({min(days)} to {max(days)})"


@click.command("imports")
@click.pass_obj
def imports(places: Places) -> None:
    """List what was imported of other tools, and of which days."""
    with opened(places) as found:
        made = Imported(found.counters).all()
    width = max((len(each.name) for each in made), default=0)
    for each in made:
        click.echo(f"{each.name:{width}}  {each.first} to {each.last}  {each.tool}")
    if not made:
        said = "Nothing was imported. Begin with: build.py data import --help"
        click.echo(as_typed(said, places.root))


@click.command("import-remove")
@click.argument("name")
@click.pass_obj
def remove(places: Places, name: str) -> None:
    """Delete all that was imported under NAME. Our own counters stay as they are."""
    with opened(places) as found:
        known = [each.name for each in Imported(found.counters).all()]
        if name not in known:
            there = ", ".join(known) or "nothing"
            raise Refusal(f'there is no import "{name}"', f"imported is: {there}")
        days = Imported(found.counters).remove(name)
    click.echo(f'Deleted the import "{name}": {days:,} days.')
