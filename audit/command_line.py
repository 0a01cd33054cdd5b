"""`build.py audit`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from policy import Faults
from policy.failures import Refusal
from policy.places import Places

__all__ = ["audit"]


class Unable(Refusal):
    """The audit cannot tell anything."""

    status = 2


COMMAND_LINE = click.core.ParameterSource.COMMANDLINE
UNUSED: Mapping[str, tuple[str, ...]] = {
    "": ("pages", "headers", "basic_auth", "storage_state"),
    "--draft": ("idle", "output", "baseline", "evidence", "publishes", "root"),
    "--register": ("idle", "publishes"),
}
"""What does nothing, by the option that says what is asked for."""


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
    "--register",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A register of its own for the site: where it is, or where --draft writes it.",
)
@click.option(
    "--draft", "drafts", is_flag=True, help="Write a register of what is seen at URL. Needs none."
)
@click.option(
    "--pages",
    default="10",
    show_default=True,
    help="How many pages are visited, or which: /,/about/",
)
@click.option("--header", "headers", multiple=True, help="Sent to the site only, as “Name: value”.")
@click.option("--basic-auth", metavar="NAME:PASSWORD", help="Where the site asks for them.")
@click.option(
    "--storage-state",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What browsers keep from before, as Playwright writes it.",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The report.json of an earlier audit: only what it has not fails.",
)
@click.option(
    "--evidence",
    is_flag=True,
    help="Keep what was sent and got, and when each cookie came, with digests.",
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
    register: Path | None,
    drafts: bool,
    pages: str,
    headers: tuple[str, ...],
    basic_auth: str | None,
    storage_state: Path | None,
    baseline: Path | None,
    evidence: bool,
    root: Path | None,
    url: str | None,
    browsers: tuple[str, ...],
    idle: float,
    output: Path | None,
    publishes: bool,
) -> None:
    """Compare what real browsers see with what the register declares, both ways.

    Without URL the site is built and served for it. With one, the site there is held to the
    register in --root, or to the file --register, which --draft writes of any site; nothing is sent
    with its forms. Ends with status 0 where nothing differs,
    1 where anything does, and 2 where it could not be told.
    """
    try:
        from audit.command import Uncommitted, run  # noqa: PLC0415  (needs packages no build does)
    except ModuleNotFoundError as error:
        hint = "pip install -r requirements-test.lock"
        raise Unable(f"the audit needs the package {error.name}", hint) from None
    _refuse_unused("--draft" if drafts else "--register" if register else "")
    places = Places.of(root) if root else places
    if publishes and baseline:
        raise Unable("what is published says all that differs", "leave out --baseline")
    known = _known(baseline)
    if drafts or register:
        from audit.any_site.options import Options  # noqa: PLC0415  (as above)

        options = Options(
            url=url,
            register=register,
            pages=pages,
            headers=headers,
            basic_auth=basic_auth,
            storage_state=storage_state,
            browsers=browsers,
            output=output,
            baseline=known,
            evidence=evidence,
        )
        sys.exit(options.draft() if drafts else options.hold(places))
    try:
        outcome = run(
            places.root,
            output or places.var / "audit",
            url=url,
            browsers=browsers or ("chromium", "firefox"),
            idle_seconds=idle,
            publishes=publishes,
            baseline=known,
            evidence=evidence,
        )
    except Uncommitted:
        hint = "commit it first; a site at an address cannot be published here"
        message = "what would be audited is in no commit, and the page names one"
        raise Unable(message, hint) from None
    except Faults as faults:
        faults.status = Unable.status
        raise
    sys.exit(outcome)


def _refuse_unused(mode: str) -> None:
    """Raise Unable where an option was given that would do nothing."""
    context = click.get_current_context()
    for option in context.command.params:
        name = option.name or ""
        if name in UNUSED[mode] and context.get_parameter_source(name) is COMMAND_LINE:
            beside = f"with {mode}" if mode else "without --draft or --register"
            raise Unable(f"{option.opts[0]} does nothing {beside}", "leave it out")


def _known(baseline: Path | None) -> frozenset[str]:
    from audit.reports.baseline import NoBaseline, read_baseline  # noqa: PLC0415  (as above)

    if baseline is None:
        return frozenset()
    try:
        return read_baseline(baseline)
    except NoBaseline as error:
        raise Unable(str(error), "keep report.json of an audit, and name that") from None
