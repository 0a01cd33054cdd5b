"""`build.py data`: its commands."""

from __future__ import annotations

import click

from analytics.commands import databases, imports, keys
from analytics.commands.countries import countries
from analytics.commands.exporting import export
from analytics.commands.moving import move
from analytics.commands.strike import strike

__all__ = ["data"]


@click.group(
    commands=[
        keys.receipt,
        keys.rotate_secret,
        databases.backup,
        databases.check,
        databases.accept_loss,
        databases.retention,
        databases.restore,
        move,
        strike,
        countries,
        export,
        imports.import_,
        imports.imports,
        imports.remove,
    ]
)
def data() -> None:
    """Look after what visitors gave, and what they were given."""
