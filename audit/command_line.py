"""`build.py audit`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policy import Faults
from policy.failures import Refusal
from policy.places import Places

__all__ = ["audit"]


class Unable(Refusal):
    """The audit cannot tell anything."""

    status = 2


@click.command()
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
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the site's register, where it is not the one given before `audit`.",
)
@click.pass_obj
def audit(  # noqa: PLR0913, PLR0917  (one for each option)
    places: Places,
    root: Path | None,
    url: str | None,
    browsers: tuple[str, ...],
    idle: float,
    output: Path | None,
    publishes: bool,
) -> None:
    """Compare what real browsers see with what the register declares, both ways.

    Without URL the site is built and served for it. With one, the site there is held to the
    register in --root; nothing is sent with its forms. Ends with status 0 where nothing differs,
    1 where anything does, and 2 where it could not be told.
    """
    try:
        from audit.command import Uncommitted, run  # noqa: PLC0415  (needs packages no build does)
    except ModuleNotFoundError as error:
        hint = "pip install -r requirements-test.lock"
        raise Unable(f"the audit needs the package {error.name}", hint) from None
    places = Places.of(root) if root else places
    try:
        outcome = run(
            places.root,
            output or places.var / "audit",
            url=url,
            browsers=browsers or ("chromium", "firefox"),
            idle_seconds=idle,
            publishes=publishes,
        )
    except Uncommitted:
        hint = "commit it first; a site at an address cannot be published here"
        message = "what would be audited is in no commit, and the page names one"
        raise Unable(message, hint) from None
    except Faults as faults:
        faults.status = Unable.status
        raise
    sys.exit(outcome)
