"""`build.py data backup`, `check`, `accept-loss`, `retention` and `restore`: the databases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import URL

from analytics.commands.kept import NOTHING_KEPT, keeping
from analytics.databases import open_databases
from analytics.storage.addresses import Addresses
from analytics.storage.backups import BackupError, back_up
from analytics.storage.backups import restore as put_back
from analytics.storage.database import Name
from analytics.storage.deletion_limits import LAST_RUN, LastRun
from analytics.storage.health import storage_health
from analytics.storage.known_tables import KnownTables
from analytics.storage.opening import database_at
from analytics.storage.retention import purge, what_is_due
from analytics.storage.server import Server
from analytics.storage.store import LookedAfter
from analytics.web.clock import machine_clock
from analytics.web.log import ServiceLog
from policy import Faults, Site, read_site
from policy.failures import Refusal
from policy.places import Places

__all__ = ["accept_loss", "backup", "check", "restore", "retention"]


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--confirm", is_flag=True, help="The clock is right: delete what it says is over.")
@click.pass_obj
def backup(places: Places, folder: Path, confirm: bool) -> None:
    """Write one file with the databases and the signing key to FOLDER.

    The service may run meanwhile. Older backups in FOLDER are deleted once the register's
    [backup] keeps them no longer. Keep FOLDER on another machine, and private.
    """
    now = machine_clock().moment()
    site = keeping(places)
    register = site.register
    if register.backup is None:
        raise BackupError("the register has no [backup], so no copy may be kept")
    with _servers(places, site) as servers:
        made = back_up(
            places.var,
            folder,
            register.backup.keep,
            now,
            databases=register.databases,
            servers=servers,
            confirmed=confirm,
            owner=site.settings.url,
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


@click.command("check")
@click.pass_obj
def check(places: Places) -> None:
    """Say what would keep this version from using the databases. Changes nothing.

    Ends with status 1 where there is something, so that a reload can be refused before it.
    """
    site = read_site(places.root)
    found = [database.check() for database in _databases(places, site)]
    if any(found):
        raise Faults([fault for faults in found for fault in faults])
    match site.register.databases:
        case ():
            click.echo(f"{NOTHING_KEPT[0].upper()}{NOTHING_KEPT[1:]}.")
        case (name,):
            click.echo(f"The {name} can be used.")
        case _:
            click.echo("Both databases can be used.")


@click.command("accept-loss")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def accept_loss(places: Places, names: tuple[str, ...]) -> None:
    """Begin anew what a database has lost: each NAME is a table, a column or a database.

    What was there and is missing is never made anew by itself, since it was lost with all that it
    held. Put it back from a backup if you can; `data check` says what is missing. After this the
    service makes it, empty, within seconds.
    """
    databases = _databases(places, keeping(places))
    missing = {name: database for database in databases for name in database.lost()}
    for name in names:
        if name not in missing:
            if not missing and (faults := [fault for of in databases for fault in of.check()]):
                raise Faults(faults)  # What is wrong is another thing.
            known = ", ".join(missing) or "nothing"
            raise Refusal(f'"{name}" is not missing', f"missing is: {known}")
    for name in names:
        database = missing[name]
        table, _, column = name.partition(".")
        database.known.forget("" if name == database.name else table, column)
        click.echo(f"The service begins {name} anew, empty.")


def _databases(places: Places, site: Site, *, anew: bool = False) -> list[LookedAfter]:
    """Those of the site, with what they are known to hold, but for those that begin `anew`; nothing
    is opened yet."""
    addresses = Addresses.of_site(site.settings, places.var)
    wanted: tuple[tuple[Name, Path | URL], ...] = (
        ("records", addresses.records),
        ("counters", addresses.counters),
    )
    return [
        database_at(name, address, site.register, KnownTables(name, None if anew else places.var))
        for name, address in wanted
        if name in site.register.databases
    ]


@contextmanager
def _servers(places: Places, site: Site, *, anew: bool = False) -> Iterator[list[LookedAfter]]:
    """Those of the site that a server keeps, as `_databases` has them."""
    found = [each for each in _databases(places, site, anew=anew) if isinstance(each, Server)]
    try:
        yield [*found]
    finally:
        for each in found:
            each.close()


@click.command("retention")
@click.option("--confirm", is_flag=True, help="The clock is right: delete what is over now.")
@click.pass_obj
def retention(places: Places, confirm: bool) -> None:
    """Show what is over by this machine's clock; with --confirm, delete it.

    The service does so by itself once an hour, unless the clock jumped or most of a table would
    go at once: then it waits for this command. The service may run meanwhile.
    """
    site = keeping(places)
    clock = machine_clock(site.settings.timezone)
    now = clock.moment()
    stores, _ = open_databases(site, places.var, clock, ServiceLog(site.register))
    with closing(stores):
        states = storage_health(stores).databases
        if faults := [fault for state in states for fault in state.faults]:
            raise Faults(faults)
        kept = (site.register, stores.records.engine, stores.counters)
        if not confirm:
            for due in what_is_due(*kept, now):
                click.echo(f"{due.table}: {due.over} of {due.rows} rows are over.")
            return
        purged = purge(*kept, now)
        if not purged:
            click.echo("Nothing is over.")
        for each in purged:
            rows = "row" if each.rows == 1 else "rows"
            click.echo(f"Deleted {each.rows} {rows} of {each.table}.")
        LastRun(places.var / LAST_RUN).write(now.date())


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--of", "of", metavar="URL", help="The site that it is of, if not of this one.")
@click.option(
    "--only",
    type=click.Choice(["counters", "records"]),
    help="Put one database back, and leave the other and the key as they are.",
)
@click.pass_obj
def restore(places: Places, file: Path, of: str | None, only: Name | None) -> None:
    """Put back what a backup holds. The service must be stopped, and its databases moved away.

    A backup that is of another site is refused, unless --of says that it is meant.
    """
    site = keeping(places)
    with _servers(places, site, anew=True) as servers:
        owners = (*site.settings.owners, *([of] if of else []))
        restored = put_back(
            file,
            places.var,
            [only] if only else site.register.databases,
            [each for each in servers if only in (None, each.name)],
            owners=owners,
            with_key=only is None,
        )
    click.echo(f"Restored {places.var} as it was on {restored.made:%Y-%m-%d at %H:%M:%S} UTC.")
    for name in () if only else restored.left:
        click.echo(f"Left in {file}: the {name}, as no feature that is on keeps any.")
    for name in restored.missing:
        click.echo(f"{file} holds no {name}: the next start makes them empty.")
    click.echo("Whoever was erased or withdrew a permission after that must be so once more.")
