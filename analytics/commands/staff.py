"""`build.py staff`: who may sign in at /staff/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

import click
from sqlalchemy import Engine

from analytics.staff.accounts import (
    add_staff,
    change_password,
    change_roles,
    list_staff,
    remove_staff,
)
from analytics.storage.addresses import Addresses
from analytics.storage.database import open_records
from analytics.storage.known_tables import KnownTables
from analytics.web.clock import machine_clock
from policy import Register, read_site
from policy.failures import Refusal
from policy.places import Places
from policy.register import Role

__all__ = ["staff"]


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
    today = machine_clock().today()
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


@contextmanager
def _records(places: Places) -> Iterator[tuple[Engine, Register]]:
    """The records database, where staff can sign in. Raises Refusal, Faults."""
    register = read_site(places.root).register
    if not register.has("staff"):
        message = 'the feature "staff" is off, so nobody can sign in'
        raise Refusal(message, 'add "staff" to features in site/policy.toml')
    places.var.mkdir(mode=0o700, exist_ok=True)
    engine = open_records(
        Addresses.of(places.var).records, register, KnownTables("records", places.var)
    )
    try:
        yield engine, register
    finally:
        engine.dispose()
