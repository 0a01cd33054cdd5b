"""`build.py import`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from generator.moving.by_hand import ByHand
from generator.moving.hugo import read_hugo
from generator.moving.jekyll import read_jekyll
from generator.moving.site import HOME_HIDDEN, LIST, move
from generator.moving.source import Unread
from policy.failures import Refusal
from policy.faults import Faults
from policy.typed import as_typed

__all__ = ["import_site"]

READERS = {"hugo": read_hugo, "jekyll": read_jekyll}
MOST_CAUSES = 12


@click.command("import")
@click.argument("system", type=click.Choice(sorted(READERS)))
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the new site goes: an empty folder, or one that is not there yet.",
)
@click.option(
    "--hugo",
    "binary",
    metavar="PROGRAM",
    help="Hugo, which says what the old site's own shortcodes show: it runs them in a copy.",
)
def import_site(system: str, path: Path, into: Path, binary: str | None) -> None:
    """Move in from Hugo or Jekyll: a new site of the pages and pictures in PATH.

    PATH is only read. The new site passes check at once; what a person must do is listed in its
    TO-DO.md, by cause, with file and line of the old site.
    """
    by_hand = ByHand()
    try:
        if binary:
            if system != "hugo" or shutil.which(binary) is None:
                hint = "name the program of Hugo, for a site of Hugo"
                raise Refusal(f"{binary} cannot be asked", hint)
            old = read_hugo(path, by_hand, binary)
        else:
            old = READERS[system](path, by_hand)
    except Unread as error:
        message = f"{path} is no site of {system.capitalize()}: {error}"
        raise Refusal(message, "name the folder with its configuration") from None
    try:
        moved = move(old, path, into, by_hand, lambda text: click.echo(text, err=True))
    except Faults:  # Their lines are shown as they stand in the new site.
        click.get_current_context().find_root().params["root"] = into
        raise
    click.echo(f"Moved {moved.pages} pages and {moved.files} files into {into}.")
    if moved.drafts:
        click.echo(f"{moved.drafts} of them wait as drafts: a person must look at them first.")
    causes = [each for each in by_hand.causes if not each[0].startswith("mended: ")]
    # Whoever reads no further sees what became of the home page.
    causes.sort(key=lambda each: each[0] != HOME_HIDDEN)
    if causes:
        click.echo(f"To be done by hand ({into / LIST} has each place):")
    for cause, number in causes[:MOST_CAUSES]:
        click.echo(f"  {number:5}  {cause}")
    if len(causes) > MOST_CAUSES:
        click.echo(f"         and {len(causes) - MOST_CAUSES} more causes")
    click.echo(as_typed("Next: build.py serve", into))
