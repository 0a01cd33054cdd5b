"""`build.py data move`: a database from one address to another."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from analytics.commands.kept import keeping
from analytics.storage.addresses import address_of
from analytics.storage.database import Name
from analytics.storage.in_use import unused
from analytics.storage.moving import as_it_was
from analytics.storage.moving import move as move_rows
from analytics.storage.opening import database_at
from analytics.storage.unusable import DatabaseUnavailable, shown
from policy import Faults
from policy.failures import Refusal
from policy.places import Places

__all__ = ["move"]


@click.command("move")
@click.argument("name", type=click.Choice(["counters", "records"]))
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.pass_obj
def move(places: Places, name: Name, source: str, target: str) -> None:
    """Copy a database from one address to another, such as sqlite:////srv/counters.sqlite3 and
    postgresql://user@host/database.

    All of it, or nothing: what was stopped is done again. The service must be stopped; what was
    there stays as it was. Then say TO in PLAINSITE_COUNTERS or PLAINSITE_RECORDS, and start it.
    An address that ends in ?site= is what a server kept before the site was called anything.
    """
    site = keeping(places)
    given = (("FROM", source), ("TO", target))
    at = [address_of(name, each, variable, site.settings) for variable, each in given]
    if at[0] == at[1]:
        raise Refusal("FROM and TO are the same place: nothing was moved", "name two")
    if isinstance(at[0], Path) and not at[0].is_file():
        raise Refusal(f"there is no {at[0]}", "say where the database is now, in FROM")
    with ExitStack() as stack:
        stack.enter_context(unused(places.var))
        source_at = (
            stack.enter_context(as_it_was(at[0], name)) if isinstance(at[0], Path) else at[0]
        )
        old, new = (database_at(name, each, site.register) for each in (source_at, at[1]))
        stack.enter_context(closing(old))
        stack.enter_context(closing(new))
        if faults := old.check():
            raise Faults(faults)
        try:
            new.take_up()
            moved = move_rows(old, new)
        except DatabaseUnavailable:
            raise
        except SQLAlchemyError as error:
            if faults := (*old.check(), *new.check()):
                raise Faults(faults) from None
            raise Refusal(f"nothing was moved: {shown(error)}", "try it again") from None
    rows = sum(number for number, *_ in moved.values())
    click.echo(f"{rows:,} rows of the {name} are there, each as it was.")
