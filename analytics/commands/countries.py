"""`build.py data countries`: the table by which countries are told, made of a public one."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from analytics.visits.countries import OWN, Countries, UnusableTable
from analytics.visits.country_table import BadRow, made_of
from policy.failures import Refusal
from policy.places import Places
from policy.typed import as_typed

__all__ = ["countries"]


@click.command("countries")
@click.argument("ipv4", type=click.Path(path_type=Path))
@click.argument("ipv6", type=click.Path(path_type=Path))
@click.option("--told", default="", help="What the table is, as it is shown: name and version.")
@click.option("--to", type=click.Path(path_type=Path), help="Write it elsewhere.")
@click.pass_obj
def countries(places: Places, ipv4: Path, ipv6: Path, told: str, to: Path | None) -> None:
    """Make the table of countries from two public files, IPV4 and IPV6.

    Each row of them has the first and the last address of a range and its country (CSV, without a
    heading; addresses may be numbers). The service takes the table up when it is reloaded, in the
    place of the one that comes with the engine. To go back to that, delete the file.
    """
    if told and not told.isprintable():
        raise Refusal("--told cannot be shown", "write it in one line")
    packed = _made(ipv4, ipv6, told)
    target = to or places.var / OWN
    target.parent.mkdir(parents=True, exist_ok=True)
    waiting = target.with_name(f".{target.name}.new")
    waiting.write_bytes(packed)
    try:
        table = Countries.read(waiting)
    except UnusableTable as error:
        waiting.unlink()
        raise Refusal(f"the table that was made {error}", "make it again") from None
    waiting.replace(target)
    networks = len(table.ipv4.starts) + len(table.ipv6.starts)
    click.echo(
        f"{target}: {len(table.listed) - 1} countries, {networks} lines, {len(packed)} bytes"
    )
    if to is None:
        click.echo(as_typed("It holds from the next reload of the service on.", places.root))


def _made(ipv4: Path, ipv6: Path, told: str) -> bytes:
    try:
        return made_of(ipv4, ipv6, told)
    except BadRow as error:
        message = f"{error.path}:{error.number}: no range of addresses with its country"
        raise Refusal(
            message, "write first address, last address, country: docs/countries.md"
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise Refusal(
            "one of the two files is no CSV", "name CSV files: docs/countries.md"
        ) from None
