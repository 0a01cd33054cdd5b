"""`build.py data strike`: an hour that programs filled is left out of the reports."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, tzinfo

import click

from analytics.commands.kept import keeping
from analytics.databases import open_databases
from analytics.visits.store.daily import Daily, Struck
from analytics.web.clock import machine_clock
from analytics.web.log import ServiceLog
from policy import read_site
from policy.failures import Refusal
from policy.places import Places

__all__ = ["strike"]

MOST_CHARACTERS = 200
FORM = "%Y-%m-%dT%H"


@click.command("strike")
@click.argument("hour", metavar="HOUR")
@click.option("--note", help="Why, for staff who read the reports.")
@click.option("--undo", is_flag=True, help="Put the hour back into the reports.")
@click.pass_obj
def strike(places: Places, hour: str, note: str | None, undo: bool) -> None:
    """Leave HOUR (as in 2026-11-26T14, at the site's home) out of all reports, with a note.

    Nothing is deleted: --undo shows the hour again. Staff see at /staff/coverage/ which hours are
    out, why and since when. The service may run meanwhile.
    """
    keeping(places)
    site = read_site(places.root)
    if not site.register.has("visits"):
        raise Refusal("this site counts no visits", "there is no hour to leave out")
    clock = machine_clock(site.settings.timezone)
    number = _hour(hour, clock.zone)
    if number > clock() // 3600:
        raise Refusal(f"{hour} is still to come", "name an hour that was counted")
    if not undo and not (note and note.strip()):
        raise Refusal("a note is missing", f'say why: data strike {hour} --note "a broken monitor"')
    stores, counters = open_databases(site, places.var, clock, ServiceLog(site.register))
    with closing(stores):
        daily = Daily(counters) if counters else None
        if daily is None:
            raise Refusal("there are no counters", "build.py data check says why")
        if undo:
            if not daily.put_back(number):
                raise Refusal(f"{hour} is not struck", "/staff/coverage/ lists the hours that are")
            click.echo(f"{hour} is in the reports again.")
            return
        daily.strike(Struck(number, clock.today(), str(note).strip()[:MOST_CHARACTERS]))
    click.echo(f"{hour} is left out of the reports. Undo: build.py data strike {hour} --undo")


def _hour(text: str, zone: tzinfo) -> int:
    """Hours since 1970. Raises Refusal."""
    try:
        start = datetime.strptime(text, FORM).replace(tzinfo=zone)
    except ValueError:
        raise Refusal(f'"{text}" is no hour', "write it so: 2026-11-26T14") from None
    return int(start.astimezone(UTC).timestamp() // 3600)
