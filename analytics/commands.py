"""`build.py staff`, `data` and `openapi`: who may sign in, receipts, backups, what is answered."""

from __future__ import annotations

import datetime
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, get_args
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine

from analytics.app import create_app
from analytics.staff.accounts import (
    add_staff,
    change_password,
    change_roles,
    list_staff,
    remove_staff,
)
from analytics.storage.addresses import Addresses
from analytics.storage.backups import BackupError, back_up, restore
from analytics.storage.database import Database, Name, open_records
from analytics.storage.deletion_limits import LAST_RUN, LastRun
from analytics.storage.health import storage_health
from analytics.storage.retention import purge, what_is_due
from analytics.storage.secret import days_read, read_keys, rotate
from analytics.storage.stores import open_stores
from analytics.visits.bodies import BODIES
from analytics.visits.receipts import is_ours
from analytics.web.clock import Clock
from analytics.web.log import ServiceLog
from analytics.web.openapi import describe
from policy import Faults, Register, read_site
from policy.failures import Refusal
from policy.places import Places
from policy.register import Role

__all__ = ["data", "openapi", "staff"]

NOTHING_KEPT = "this site has no database: no feature that is on keeps anything"


@click.command()
@click.pass_obj
def openapi(places: Places) -> None:
    """Print what the service answers, as OpenAPI 3.1. The site must have been built."""
    app = create_app(places.root, places.public, places.var)
    click.echo(json.dumps(describe(app, BODIES), ensure_ascii=False, indent=2))
    app.extensions["plainsite"].close()


@click.group()
def data() -> None:
    """Look after what visitors gave, and what they were given."""


@data.command("receipt")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_obj
def data_receipt(places: Places, file: IO[str]) -> None:
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


@data.command("rotate-secret")
@click.option(
    "--copied",
    is_flag=True,
    help="Somebody else may have a key: forget all there are, now. What they signed is void.",
)
@click.pass_obj
def data_rotate_secret(places: Places, *, copied: bool) -> None:
    """Make a new key to sign cookies, links and receipts with; reload the service afterwards.

    What the old key signed is still read, for as long as the register keeps anything. After a lost
    key nothing needs to be done: the next start makes one.
    """
    today = datetime.datetime.now(tz=datetime.UTC).date()
    register = _keeping(places)
    keys = rotate(places.var, register, today, copied=copied)
    click.echo("A new key signs from the next start or reload of the service on.")
    if copied:
        click.echo("Void from then on: visitors are asked again, links in emails lead nowhere, and")
        click.echo("receipts that were given out cannot be checked any more.")
    else:
        click.echo(f"{len(keys) - 1} older are read for {days_read(register)} days each.")


@data.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--confirm", is_flag=True, help="The clock is right: delete what it says is over.")
@click.pass_obj
def data_backup(places: Places, folder: Path, confirm: bool) -> None:
    """Write one file with the databases and the signing key to FOLDER.

    The service may run meanwhile. Older backups in FOLDER are deleted once the register's
    [backup] keeps them no longer. Keep FOLDER on another machine, and private.
    """
    now = datetime.datetime.now(tz=datetime.UTC)
    register = _keeping(places)
    if register.backup is None:
        raise BackupError("the register has no [backup], so no copy may be kept")
    made = back_up(
        places.var,
        folder,
        register.backup.keep,
        now,
        databases=register.databases,
        confirmed=confirm,
    )
    click.echo(f"Wrote {made.path} ({made.path.stat().st_size:,} bytes).")
    for path in made.removed:
        click.echo(f"Deleted {path}, as it is older than {register.backup.keep}.")
    if made.refused:
        click.echo(
            f"error: {len(made.refused)} backups are older than {register.backup.keep} by this"
            f" machine's clock, {now:%Y-%m-%d}, and by nothing else: none was deleted.\n"
            "hint: set the clock; or, if it is right, say --confirm",
            err=True,
        )
        sys.exit(1)


@data.command("check")
@click.pass_obj
def data_check(places: Places) -> None:
    """Say what would keep this version from using the databases. Changes nothing.

    Ends with status 1 where there is something, so that a reload can be refused before it.
    """
    register = read_site(places.root).register
    addresses = Addresses.of(places.var)
    files: tuple[tuple[Name, Path], ...] = (
        ("records", addresses.records),
        ("counters", addresses.counters),
    )
    found = [
        Database(name, path, register).check() for name, path in files if name in register.databases
    ]
    if any(found):
        raise Faults([fault for faults in found for fault in faults])
    match register.databases:
        case ():
            click.echo(f"{NOTHING_KEPT[0].upper()}{NOTHING_KEPT[1:]}.")
        case (name,):
            click.echo(f"The {name} can be used.")
        case _:
            click.echo("Both databases can be used.")


@data.command("retention")
@click.option("--confirm", is_flag=True, help="The clock is right: delete what is over now.")
@click.pass_obj
def data_retention(places: Places, confirm: bool) -> None:
    """Show what is over by this machine's clock; with --confirm, delete it.

    The service does so by itself once an hour, unless the clock jumped or most of a table would
    go at once: then it waits for this command. The service may run meanwhile.
    """
    _keeping(places)
    site = read_site(places.root)
    clock = Clock(time.time, ZoneInfo(site.settings.timezone))
    now = clock.moment()
    with closing(open_stores(site, places.var, clock, ServiceLog(site.register))) as stores:
        states = storage_health(stores).databases
        if faults := [fault for state in states for fault in state.faults]:
            raise Faults(faults)
        kept = (site.register, stores.records.engine, stores.counters)
        if not confirm:
            for due in what_is_due(*kept, now):
                click.echo(f"{due.table}: {due.over} of {due.rows} rows are over.")
            return
        for each in purge(*kept, now):
            rows = "row" if each.rows == 1 else "rows"
            click.echo(f"Deleted {each.rows} {rows} of {each.table}.")
        LastRun(places.var / LAST_RUN).write(now.date())


@data.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def data_restore(places: Places, file: Path) -> None:
    """Put back what a backup holds. The service must be stopped, and its databases moved away."""
    restored = restore(file, places.var, _keeping(places).databases)
    click.echo(f"Restored {places.var} as it was on {restored.made:%Y-%m-%d at %H:%M:%S} UTC.")
    for name in restored.left:
        click.echo(f"Left in {file}: the {name}, as no feature that is on keeps any.")
    for name in restored.missing:
        click.echo(f"{file} holds no {name}: the next start makes them empty.")
    click.echo("Whoever was erased or withdrew a permission after that must be so once more.")


@click.group()
def staff() -> None:
    """Manage who may sign in at /staff/."""


_role_option = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(get_args(Role)),
    help="What the account may see. Give it again for more roles.",
)
_password_option = click.password_option(
    help="Asked for when it is left out, which keeps it out of your history."
)


@staff.command("add")
@click.argument("username")
@_role_option
@_password_option
@click.pass_obj
def staff_add(places: Places, username: str, roles: tuple[str, ...], password: str) -> None:
    """Add an account for a member of staff."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    with _records(places) as (engine, register):
        add_staff(engine, register, username, password, roles, today)
    click.echo(f"{username} can sign in at /staff/ and see: {', '.join(roles)}.")


@staff.command("list")
@click.pass_obj
def staff_list(places: Places) -> None:
    """List the accounts and their roles."""
    with _records(places) as (engine, register):
        accounts = list_staff(engine, register)
    width = max((len(account.username) for account in accounts), default=0)
    for account in accounts:
        click.echo(f"{account.username:{width}}  {', '.join(account.roles)}")
    if not accounts:
        click.echo("There is no account yet. Add one with: build.py staff add NAME --role ROLE")


@staff.command("roles")
@click.argument("username")
@_role_option
@click.pass_obj
def staff_roles(places: Places, username: str, roles: tuple[str, ...]) -> None:
    """Give an account these roles instead of those it has."""
    with _records(places) as (engine, register):
        change_roles(engine, register, username, roles)
    click.echo(f"{username} can now see: {', '.join(roles)}.")


@staff.command("password")
@click.argument("username")
@_password_option
@click.pass_obj
def staff_password(places: Places, username: str, password: str) -> None:
    """Give an account another password. Whoever is signed in with it is signed out."""
    with _records(places) as (engine, register):
        change_password(engine, register, username, password)
    click.echo(f"{username} has a new password, and is signed out everywhere.")


@staff.command("remove")
@click.argument("username")
@click.pass_obj
def staff_remove(places: Places, username: str) -> None:
    """Remove an account. Whoever is signed in with it is signed out."""
    with _records(places) as (engine, register):
        remove_staff(engine, register, username)
    click.echo(f"{username} is removed, and signed out everywhere.")


def _keeping(places: Places) -> Register:
    """The register, where it has a database. Raises Refusal."""
    register = read_site(places.root).register
    if not register.databases:
        raise Refusal(NOTHING_KEPT, "turn on a feature that keeps something: docs/register.md")
    return register


@contextmanager
def _records(places: Places) -> Iterator[tuple[Engine, Register]]:
    """The records database, where staff can sign in. Raises Refusal, Faults."""
    register = read_site(places.root).register
    if not register.has("staff"):
        message = 'the feature "staff" is off, so nobody can sign in'
        raise Refusal(message, 'add "staff" to features in site/policy.toml')
    places.var.mkdir(mode=0o700, exist_ok=True)
    engine = open_records(Addresses.of(places.var).records, register)
    try:
        yield engine, register
    finally:
        engine.dispose()
