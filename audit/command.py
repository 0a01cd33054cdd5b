"""`build.py audit`: build, make the journeys, compare, report."""

from __future__ import annotations

import datetime
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import click

import generator
from audit.journeys.run import Options
from audit.journeys.run import audit as make_journeys
from audit.reports.formats import Result, as_text, write_reports
from audit.reports.publish import publish
from audit.rules.compare import compare
from audit.target import LocalSite, RemoteSite
from policy import read_site

DIRTY = "-dirty"


class Uncommitted(Exception):
    """What is audited is in no commit, so nobody could say later what it was."""


def run(  # noqa: PLR0913  (one for each option)
    root: Path,
    output: Path,
    *,
    url: str | None,
    browsers: tuple[str, ...],
    idle_seconds: float,
    publishes: bool = False,
) -> bool:
    """Audit the site in `root`, or the one at `url` against its register; write reports.

    Returns whether nothing differs. Where the site `publishes` it, that is kept in `site/audit/`.
    Raises Faults for a site with mistakes, Uncommitted where it cannot be said what is audited.
    """
    commit = "" if url else _commit(root)
    if publishes and (not commit or commit.endswith(DIRTY)):
        raise Uncommitted
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="plainsite-audit-") as folder:
        target = _target(root, Path(folder) / "public", url)
        options = Options(
            browsers=browsers, idle_seconds=idle_seconds, pictures=output, told=click.echo
        )
        observed = make_journeys(target, options)
    result = Result(
        site=target.site,
        observed=observed,
        findings=compare(target.site, observed, complete=bool(observed.browsers)),
        at=datetime.datetime.now(tz=datetime.UTC),
        commit=commit,
    )
    write_reports(result, output)
    if publishes:
        publish(result, output, root)
    click.echo(f"\n{as_text(result)}\nThe report: {output / 'report.html'}")
    return bool(observed.browsers) and not result.findings


def _target(root: Path, public: Path, url: str | None) -> LocalSite | RemoteSite:
    if url is None:
        generator.build(root, public)
        return LocalSite.read(root, public)
    parts = urlsplit(url)
    return RemoteSite(f"{parts.scheme}://{parts.netloc}", read_site(root))


def _commit(root: Path) -> str:
    """The commit of the sources, where git knows it."""
    words = ("git", "-C", str(root), "describe", "--always", "--dirty")
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
