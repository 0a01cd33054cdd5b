"""`build.py openapi`: what the service answers."""

from __future__ import annotations

import json

import click

from analytics.app import create_app
from analytics.staff.api.asked import QUERIES
from analytics.visits.bodies import BODIES
from analytics.web.openapi import describe
from policy.places import Places

__all__ = ["openapi"]


@click.command()
@click.pass_obj
def openapi(places: Places) -> None:
    """Print what the service answers, as OpenAPI 3.1. The site must have been built."""
    app = create_app(places.root, places.public, places.var)
    service = app.extensions["plainsite"]
    told = describe(app, service.site, service.build, BODIES, QUERIES)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    service.close()
