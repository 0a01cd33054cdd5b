"""`build.py data strike`: an hour that programs filled is left out of the reports."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import click

from analytics.commands.counted import usable
from analytics.commands.kept import keeping
from analytics.databases import open_databases
from analytics.visits.hours import NoSuchHour, hour_of, start_of
from analytics.visits.model import Dimension
from analytics.visits.store.base import CounterStore
from analytics.visits.store.daily import Daily, Struck
from analytics.web.clock import Clock, machine_clock
from analytics.web.log import ServiceLog
from policy import Register
from policy.durations import Duration
from policy.failures import Refusal
from policy.names import one_line
from policy.places import Places
from policy.typed import as_typed

__all__ = ["strike"]

MOST_CHARACTERS = 200


@click.command("strike")
@click.argument("hour", metavar="HOUR")
@click.option("--note", help="Why, for staff who read the reports.")
@click.option("--undo", is_flag=True, help="Put the hour back into the reports.")
@click.pass_obj
def strike(places: Places, hour: str, note: str | None, undo: bool) -> None:
    """Leave HOUR (as in 2026-11-26T14, at the site's home) out of all reports, with a note.

    Nothing is deleted: --undo shows the hour again. Staff see at /staff/coverage/ which hours are
    out, why and since when, and how each hour is written. The service may run meanwhile.
    """
    site = keeping(places)
    if not site.register.has("visits"):
        raise Refusal("this site counts no visits", "there is no hour to leave out")
    clock = machine_clock(site.settings.timezone)
    try:
        number = hour_of(hour, clock.zone)
    except NoSuchHour as error:
        raise Refusal(error.message, error.hint) from None
    why = "" if undo else _note(hour, note)
    stores, found = open_databases(site, places.var, clock, ServiceLog(site.register))
    with closing(stores):
        counters = usable(stores, found)
        daily = Daily(counters)
        if undo:
            if not daily.put_back(number):
                raise Refusal(f"{hour} is not struck", "/staff/coverage/ lists the hours that are")
            click.echo(f"{hour} is in the reports again.")
            return
        if number not in {each.hour for each in daily.struck()}:
            _check_counted(hour, number, counters, site.register, clock)
        daily.strike(Struck(number, clock.today(), why))
    said = f"{hour} is left out of the reports. Undo: build.py data strike {hour} --undo"
    click.echo(as_typed(said, places.root))


def _note(hour: str, note: str | None) -> str:
    """The note as it is kept. Raises Refusal."""
    text = (note or "").strip()
    if not text:
        raise Refusal("a note is missing", f'say why: data strike {hour} --note "a broken monitor"')
    if len(text) > MOST_CHARACTERS:
        message = f"the note has {len(text)} characters"
        raise Refusal(message, f"shorten it to {MOST_CHARACTERS} or fewer")
    try:
        # Bytes that are no UTF-8 come from the command line as halves of characters.
        return one_line(text)
    except ValueError as error:
        raise Refusal("the note cannot be shown", str(error)) from None


def _check_counted(
    hour: str, number: int, counters: CounterStore, register: Register, clock: Clock
) -> None:
    """Raise Refusal where there is nothing to leave out, and say why there is not."""
    now = datetime.fromtimestamp(clock(), UTC)
    if start_of(number, UTC) > now:
        raise Refusal(f"{hour} is still to come", "name an hour that was counted")
    keep = register.table("counters", "totals").keep
    if isinstance(keep, Duration) and start_of(number, UTC) < keep.before(now):
        raise Refusal(f"{hour} is longer ago than counts are kept", f"they are for {keep}")
    if not any(counters.totals(each, number, number, 1) for each in Dimension):
        raise Refusal(f"nothing was counted in {hour}", "/staff/reports/ shows the hours of a day")
