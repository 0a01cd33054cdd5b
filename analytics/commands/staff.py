"""`build.py staff`: who may sign in at /staff/, and what programs may read figures with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import get_args

import click
from sqlalchemy import Engine

from analytics.staff.accounts import (
    add_staff,
    change_password,
    change_roles,
    list_staff,
    remove_staff,
    same_name,
)
from analytics.staff.by_mail.addresses import Addresses as MailAddresses
from analytics.staff.by_mail.model import WORDS
from analytics.staff.grants import LONGEST_DAYS
from analytics.staff.tokens import Tokens
from analytics.storage.addresses import Addresses
from analytics.storage.known_tables import KnownTables
from analytics.storage.opening import database_at
from analytics.web.clock import machine_clock
from policy import Register, read_site
from policy.failures import Refusal
from policy.places import Places
from policy.register import Role
from policy.typed import as_typed

__all__ = ["staff"]


@click.group()
def staff() -> None:
    """Manage who may sign in at /staff/."""


BY_COMMAND = "the command line"

_role_option = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(get_args(Role)),
    help="What the account may see. Give it again for more roles.",
)
VARIABLE = "PLAINSITE_PASSWORD"


def _asked(_context: click.Context, _option: click.Parameter, given: str | None) -> str:
    """The password that was given, or is typed now. Raises Refusal where nobody can type."""
    if given is not None:
        return given
    try:
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        hint = (
            f"put it into the variable {VARIABLE}, which keeps it out of your history; or type it,"
            " twice, on a terminal"
        )
        raise Refusal("no password was given, and nobody is here to type one", hint) from None
    return typed


_password_option = click.option(
    "--password",
    envvar=VARIABLE,
    callback=_asked,
    help="Asked for when it is left out, which keeps it out of your history, or taken from"
    f" {VARIABLE}.",
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
        said = "There is no account yet. Add one with: build.py staff add NAME --role ROLE"
        click.echo(as_typed(said, places.root))


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


@staff.group("token")
def token() -> None:
    """Manage the tokens with which programs read figures."""


@token.command("make")
@click.argument("name")
@_role_option
@click.option(
    "--days", default=90, show_default=True, help=f"When it ends: {LONGEST_DAYS} at most."
)
@click.pass_obj
def token_make(places: Places, name: str, roles: tuple[str, ...], days: int) -> None:
    """Make a token, and print it: this once."""
    today = machine_clock().today()
    with _records(places) as (engine, register), engine.begin() as connection:
        tokens = _tokens(engine, register)
        made, secret = tokens.make(connection, name, roles, BY_COMMAND, today, days)
    click.echo(f"{made.name} is good until {made.ends_on} for: {', '.join(roles)}.", err=True)
    click.echo(secret)


@token.command("list")
@click.pass_obj
def token_list(places: Places) -> None:
    """List the tokens, what may be read with each, and when it ends."""
    with _records(places) as (engine, register):
        found = _tokens(engine, register).all()
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        click.echo(f"{each.name:{width}}  {each.ends_on}  {', '.join(each.roles)}")
    if not found:
        said = "There is no token. Make one with: build.py staff token make NAME --role reports"
        click.echo(as_typed(said, places.root))


@token.command("revoke")
@click.argument("name")
@click.pass_obj
def token_revoke(places: Places, name: str) -> None:
    """Revoke a token: nothing can be read with it any more."""
    with _records(places) as (engine, register), engine.begin() as connection:
        gone = _tokens(engine, register).revoke(connection, name)
    click.echo(f"Nothing can be read with {gone.name} any more.")


@staff.group("mail")
def mail() -> None:
    """Manage to whom figures are mailed. Each asks for it on /staff/reports/mail/."""


@mail.command("list")
@click.pass_obj
def mail_list(places: Places) -> None:
    """List who is mailed figures, where, and which."""
    with _records(places) as (engine, register):
        found = _addresses(engine, register).all()
    width = max((len(each.username) for each in found), default=0)
    for each in found:
        wishes = ", ".join(WORDS[wish] for wish in each.wishes)
        click.echo(f"{each.username:{width}}  {each.email}  {wishes}")
    if not found:
        click.echo("No figures are mailed to anybody.")


@mail.command("stop")
@click.argument("username")
@click.pass_obj
def mail_stop(places: Places, username: str) -> None:
    """Mail no more figures to an account, and forget its address."""
    with _records(places) as (engine, register):
        addresses = _addresses(engine, register)
        found = addresses.named(same_name(username))
        with engine.begin() as connection:
            addresses.stop(connection, found.id)
    click.echo(f"No more figures are mailed to {found.username}, and the address is forgotten.")


def _addresses(engine: Engine, register: Register) -> MailAddresses:
    found = MailAddresses.of(engine, register)
    if found is None:
        message = 'the feature "visits" is off, so there are no figures to mail'
        raise Refusal(message, 'add "visits" to features in site/policy.toml')
    return found


def _tokens(engine: Engine, register: Register) -> Tokens:
    found = Tokens.of(engine, register)
    if found is None:
        message = 'the feature "visits" is off, so there are no figures to read'
        raise Refusal(message, 'add "visits" to features in site/policy.toml')
    return found


@contextmanager
def _records(places: Places) -> Iterator[tuple[Engine, Register]]:
    """The records database, where staff can sign in. Raises Refusal, DatabaseUnavailable."""
    site = read_site(places.root)
    register = site.register
    if not register.has("staff"):
        message = 'the feature "staff" is off, so nobody can sign in'
        raise Refusal(message, 'add "staff" to features in site/policy.toml')
    places.var.mkdir(mode=0o700, exist_ok=True)
    address = Addresses.of_site(site.settings, places.var).records
    known = KnownTables("records", places.var)
    with closing(database_at("records", address, register, known)) as records:
        records.take_up()
        yield records.engine, register
