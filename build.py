"""The command line: build a site, serve it, check it, and manage who may read its reports."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path

import click

import generator
from policy import Faults
from policy.command import policy
from policy.places import Places

ROOT = Path(__file__).parent


class _Lazy(click.Group):
    """A group some of whose commands need the service, which a build does without."""

    of_the_service = ("data", "staff")

    def list_commands(self, context: click.Context) -> list[str]:
        """All names, in their order."""
        return sorted({*super().list_commands(context), *self.of_the_service})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name in self.of_the_service:
            found: click.Command = getattr(import_module("analytics.commands"), name)
            return found
        return super().get_command(context, name)


@click.group(
    cls=_Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
    if _build(places, drafts=drafts):
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

    if _build(places, drafts=drafts):
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
        click.echo(f"error: the audit needs the package {error.name}", err=True)
        click.echo("hint: pip install -r requirements-test.lock", err=True)
        sys.exit(2)
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
        click.echo("error: what would be audited is in no commit, and the page names one", err=True)
        click.echo("hint: commit it first; a site at an address cannot be published here", err=True)
        sys.exit(2)
    except Faults as faults:
        click.echo(faults, err=True)
        sys.exit(2)
    sys.exit(outcome)


main.add_command(policy)


@main.command()
@click.pass_obj
def openapi(places: Places) -> None:
    """Print what the service answers, as OpenAPI 3.1. The site must have been built."""
    from analytics.app import create_app  # noqa: PLC0415
    from analytics.web.openapi import describe  # noqa: PLC0415

    try:
        app = create_app(places.root, places.public, places.var)
    except (Faults, FileNotFoundError) as error:
        click.echo(error, err=True)
        sys.exit(1)
    click.echo(json.dumps(describe(app), ensure_ascii=False, indent=2))
    app.extensions["plainsite"].close()


def _build(places: Places, *, drafts: bool) -> str:
    """Build and say what was done; the faults, where any stopped it."""
    start = time.perf_counter()
    try:
        built = generator.build(places.root, places.public, drafts=drafts)
    except Faults as faults:
        click.echo(faults, err=True)
        click.echo("Nothing was published: public/ is as it was.", err=True)
        return str(faults)
    _warn(built)
    click.echo(
        f"Built {built.pages} pages in {time.perf_counter() - start:.2f} s: "
        f"{built.written} files written, {built.unchanged} unchanged, {built.removed} removed."
    )
    return ""


def _warn(built: generator.Built) -> None:
    for warning in built.warnings:
        click.echo(str(warning).replace("error:", "warning:", 1), err=True)


def _say_where(address: str) -> None:
    click.echo(
        f"""
Plainsite is at {address}

  {address}/                     the site; accept or reject the cookies
  {address}/cookies/             your choices, and your own cookies in words
  {address}/request-information/ a form; check the second box, then look at the home page again
  {address}/privacy/             the policy, with tables made from the register
  {address}/staff/               reports and contacts; first, in another terminal:
      .venv/bin/python build.py staff add anna --role reports --role contacts --role admin

Pages are built again when you save. Ctrl-C stops."""
    )


if __name__ == "__main__":
    main()
