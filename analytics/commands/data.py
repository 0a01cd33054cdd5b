"""`build.py data`: its commands."""

from __future__ import annotations

import click

from analytics.commands import databases, keys
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
        strike,
    ]
)
def data() -> None:
    """Look after what visitors gave, and what they were given."""
