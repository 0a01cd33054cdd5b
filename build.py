"""The command line: build a site, serve it, check it, and manage who may read its reports."""

from __future__ import annotations

import datetime
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

import generator
from policy import Faults, Register, read_site
from policy.command import policy
from policy.places import Places

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROOT = Path(__file__).parent


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="The site's folder, with content/, templates/ and site/. This one, unless you say so.",
)
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """Build a site from Markdown, and serve it with its own counting, forms and reports.

    Without a command, the site is built into public/.

    \b
    Examples:
      python build.py                   build the site
      python build.py serve             preview it; pages reload when you save
      python build.py check             look for faults, write nothing
      python build.py audit             let real browsers prove the register
      python build.py policy release    keep the register as a version of its own
      python build.py staff add anna --role reports
    """
    context.obj = Places.of(root)
    if context.invoked_subcommand is None:
        context.invoke(build)


@main.command()
@click.option("--drafts", is_flag=True, help="Build drafts and pages with a later date too.")
@click.pass_obj
def build(places: Places, drafts: bool) -> None:
    """Build the site into public/. On a fault, public/ stays as it was."""
    if not _build(places, drafts=drafts):
        sys.exit(1)


@main.command()
@click.pass_obj
def check(places: Places) -> None:
    """Look for faults in the site, and write nothing."""
    try:
        report = generator.check(places.root)
    except Faults as faults:
        click.echo(faults, err=True)
        sys.exit(1)
    _warn(report)
    click.echo(f"No faults in {report.pages} pages.")


@main.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True, help="0 takes a free one.")
@click.option("--drafts", is_flag=True, help="Show drafts and pages with a later date too.")
@click.option(
    "--as-published", is_flag=True, help="Add no reload script: pages exactly as visitors get them."
)
@click.pass_obj
def serve(places: Places, port: int, drafts: bool, as_published: bool) -> None:
    """Build, serve, and build again on every save. Ctrl-C stops."""
    from analytics.preview import serve as run  # noqa: PLC0415  (a build needs no service)

    if not _build(places, drafts=drafts):
        sys.exit(1)
    try:
        run(
            places.root,
            places.public,
            places.var,
            port=port,
            reload=not as_published,
            rebuild=lambda: _build(places, drafts=drafts),
            ready=_say_where,
        )
    except OSError as error:
        click.echo(f"error: cannot serve on port {port}: {error.strerror}", err=True)
        click.echo("hint: choose another, as in: PORT=8001 make run", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo()
    click.echo("Stopped.")


@main.command()
@click.argument("url", required=False)
@click.option(
    "--browser",
    "browsers",
    multiple=True,
    type=click.Choice(["chromium", "firefox"]),
    help="Only this one. Both, unless you say so.",
)
@click.option(
    "--idle", default=10.0, show_default=True, help="Seconds for which each page is left open."
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the reports and pictures go. var/audit, unless you say so.",
)
@click.option(
    "--publish", "publishes", is_flag=True, help="Keep it in site/audit/: the next build shows it."
)
@click.pass_obj
def audit(  # noqa: PLR0913, PLR0917  (one for each option)
    places: Places,
    url: str | None,
    browsers: tuple[str, ...],
    idle: float,
    output: Path | None,
    publishes: bool,
) -> None:
    """Compare what real browsers see with what the register declares, both ways.

    Without URL the site is built and served for it. With one, the site there is held to the
    register in --root; nothing is sent with its forms. Ends with status 1 where anything differs.
    """
    try:
        from audit.command import Uncommitted, run  # noqa: PLC0415  (needs packages no build does)
    except ModuleNotFoundError as error:
        click.echo(f"error: the audit needs the package {error.name}", err=True)
        click.echo("hint: pip install -r requirements-test.lock", err=True)
        sys.exit(2)
    try:
        sound = run(
            places.root,
            output or places.var / "audit",
            url=url,
            browsers=browsers or ("chromium", "firefox"),
            idle_seconds=idle,
            publishes=publishes,
        )
    except Uncommitted:
        click.echo("error: what would be audited is in no commit, and the page names one", err=True)
        click.echo("hint: commit it first; a site at an address cannot be published here", err=True)
        sys.exit(2)
    except Faults as faults:
        click.echo(faults, err=True)
        sys.exit(2)
    sys.exit(0 if sound else 1)


main.add_command(policy)


@main.command()
@click.pass_obj
def openapi(places: Places) -> None:
    """Print what the service answers, as OpenAPI 3.1. The site must have been built."""
    from analytics import create_app  # noqa: PLC0415
    from analytics.description import describe  # noqa: PLC0415

    try:
        app = create_app(places.root, places.public, places.var)
    except (Faults, FileNotFoundError) as error:
        click.echo(error, err=True)
        sys.exit(1)
    click.echo(json.dumps(describe(app), ensure_ascii=False, indent=2))
    app.extensions["plainsite"].close()


@main.group()
def data() -> None:
    """Look after what visitors gave, and what they were given."""


@data.command("receipt")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_obj
def data_receipt(places: Places, file: IO[str]) -> None:
    """Check a consent receipt that somebody shows us. Ends with status 1 where it is not ours."""
    from analytics.receipts import is_ours  # noqa: PLC0415
    from analytics.secret import read_secret  # noqa: PLC0415

    try:
        given = json.load(file)
        ours = isinstance(given, dict) and is_ours(given, read_secret(places.var))
    except (ValueError, OSError):
        ours = False
    if not ours:
        click.echo("This receipt is not ours, or it was changed.", err=True)
        sys.exit(1)
    version = given["dpv:hasRecordOfActivity"]["dct:hasVersion"]
    click.echo(f"Ours: on {given['dct:created']} that browser held consent to version {version}.")


@data.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def data_backup(places: Places, folder: Path) -> None:
    """Write one file with both databases and the signing key to FOLDER.

    The service may run meanwhile. Older backups in FOLDER are deleted once the register's
    [backup] keeps them no longer. Keep FOLDER on another machine, and private.
    """
    from analytics.backups import BackupError, back_up  # noqa: PLC0415

    now = datetime.datetime.now(tz=datetime.UTC)
    try:
        register = read_site(places.root).register
        if register.backup is None:
            raise BackupError("site/policy.toml has no [backup], so no copy may be kept: add one")
        made = back_up(places.var, folder, register.backup.keep, now)
    except (Faults, BackupError) as error:
        click.echo(f"error: {error}" if isinstance(error, BackupError) else error, err=True)
        sys.exit(1)
    click.echo(f"Wrote {made.path} ({made.path.stat().st_size:,} bytes).")
    for path in made.removed:
        click.echo(f"Deleted {path}, as it is older than {register.backup.keep}.")


@data.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def data_restore(places: Places, file: Path) -> None:
    """Put back what a backup holds. The service must be stopped, and its databases moved away."""
    from analytics.backups import BackupError, restore  # noqa: PLC0415

    try:
        made = restore(file, places.var)
    except BackupError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    click.echo(f"Restored {places.var} as it was on {made:%Y-%m-%d at %H:%M:%S} UTC.")
    click.echo("Whoever was erased or withdrew a permission after that must be so once more.")


@main.group()
def staff() -> None:
    """Manage who may sign in at /staff/."""


_role_option = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(["reports", "contacts", "admin"]),
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
    from analytics.staff.accounts import add_staff  # noqa: PLC0415

    today = datetime.datetime.now(tz=datetime.UTC).date()
    with _records(places) as (engine, register):
        add_staff(engine, register, username, password, roles, today)
    click.echo(f"{username} can sign in at /staff/ and see: {', '.join(roles)}.")


@staff.command("list")
@click.pass_obj
def staff_list(places: Places) -> None:
    """List the accounts and their roles."""
    from analytics.staff.accounts import list_staff  # noqa: PLC0415

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
    from analytics.staff.accounts import change_roles  # noqa: PLC0415

    with _records(places) as (engine, register):
        change_roles(engine, register, username, roles)
    click.echo(f"{username} can now see: {', '.join(roles)}.")


@staff.command("password")
@click.argument("username")
@_password_option
@click.pass_obj
def staff_password(places: Places, username: str, password: str) -> None:
    """Give an account another password. Whoever is signed in with it is signed out."""
    from analytics.staff.accounts import change_password  # noqa: PLC0415

    with _records(places) as (engine, register):
        change_password(engine, register, username, password)
    click.echo(f"{username} has a new password, and is signed out everywhere.")


@staff.command("remove")
@click.argument("username")
@click.pass_obj
def staff_remove(places: Places, username: str) -> None:
    """Remove an account. Whoever is signed in with it is signed out."""
    from analytics.staff.accounts import remove_staff  # noqa: PLC0415

    with _records(places) as (engine, register):
        remove_staff(engine, register, username)
    click.echo(f"{username} is removed, and signed out everywhere.")


@contextmanager
def _records(places: Places) -> Iterator[tuple[Engine, Register]]:
    """The records database; a mistake that can be mended is said, and ends the command."""
    from analytics.records import open_records  # noqa: PLC0415
    from analytics.staff.accounts import AccountError  # noqa: PLC0415

    try:
        register = read_site(places.root).register
        places.var.mkdir(mode=0o700, exist_ok=True)
        engine = open_records(places.var / "records.sqlite3", register)
        try:
            yield engine, register
        finally:
            engine.dispose()
    except (Faults, AccountError) as error:
        click.echo(error, err=True)
        sys.exit(1)


def _build(places: Places, *, drafts: bool) -> bool:
    """Build and say what was done; False where a fault stopped it."""
    start = time.perf_counter()
    try:
        built = generator.build(places.root, places.public, drafts=drafts)
    except Faults as faults:
        click.echo(faults, err=True)
        click.echo("Nothing was published: public/ is as it was.", err=True)
        return False
    _warn(built)
    click.echo(
        f"Built {built.pages} pages in {time.perf_counter() - start:.2f} s: "
        f"{built.written} files written, {built.unchanged} unchanged, {built.removed} removed."
    )
    return True


def _warn(built: generator.Built) -> None:
    for warning in built.warnings:
        click.echo(str(warning).replace("error:", "warning:", 1), err=True)


def _say_where(address: str) -> None:
    click.echo(
        f"""
Plainsite is at {address}

  {address}/                     the site; accept or reject the cookies
  {address}/cookies/             your choices, and your own cookies in words
  {address}/request-information/ a form; tick the second box, then look at the home page again
  {address}/privacy/             the policy, with tables made from the register
  {address}/staff/               reports and contacts; first, in another terminal:
      .venv/bin/python build.py staff add anna --role reports --role contacts --role admin

Pages are built again when you save. Ctrl-C stops."""
    )


if __name__ == "__main__":
    main()
