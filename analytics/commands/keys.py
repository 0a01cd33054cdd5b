"""`build.py data receipt` and `rotate-secret`: what the keys signed, and new keys."""

from __future__ import annotations

import json
import sys
from typing import IO

import click

from analytics.commands.kept import keeping
from analytics.storage.secret import days_read, read_keys, rotate
from analytics.visits.receipts import is_ours
from analytics.web.clock import machine_clock
from policy import Faults
from policy.places import Places

__all__ = ["receipt", "rotate_secret"]


@click.command("receipt")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_obj
def receipt(places: Places, file: IO[str]) -> None:
    """Check a consent receipt that somebody shows us. Ends with status 1 where it is not ours."""
    try:
        given = json.load(file)
        # Any key that there still is: a receipt is proof for as long as it can be checked.
        keys = tuple(key.secret for key in read_keys(places.var))
        ours = isinstance(given, dict) and is_ours(given, keys)
    except Faults as faults:
        faults.status = 2  # 1 says that it is not ours.
        raise
    except (ValueError, OSError):
        ours = False
    if not ours:
        click.echo("This receipt is not ours, or it was changed.", err=True)
        sys.exit(1)
    version = given["dpv:hasRecordOfActivity"]["dct:hasVersion"]
    click.echo(f"Ours: on {given['dct:created']} that browser held consent to version {version}.")


@click.command("rotate-secret")
@click.option(
    "--copied",
    is_flag=True,
    help="Somebody else may have a key: forget all there are, now. What they signed is void.",
)
@click.pass_obj
def rotate_secret(places: Places, *, copied: bool) -> None:
    """Make a new key to sign cookies, links and receipts with; reload the service afterwards.

    What the old key signed is still read, for as long as the register keeps anything. After a lost
    key nothing needs to be done: the next start makes one.
    """
    today = machine_clock().today()
    register = keeping(places).register
    keys = rotate(places.var, register, today, copied=copied)
    click.echo("A new key signs from the next start or reload of the service on.")
    if copied:
        click.echo("Void from then on: visitors are asked again, links in emails lead nowhere, and")
        click.echo("receipts that were given out cannot be checked any more.")
    else:
        click.echo(f"{len(keys) - 1} older are read for {days_read(register)} days each.")
