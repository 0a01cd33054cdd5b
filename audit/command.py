"""`build.py audit`: build, make the journeys, compare, report."""

from __future__ import annotations

import datetime
import subprocess
import tempfile
from pathlib import Path

import click

import generator
from audit.journeys.run import Options
from audit.journeys.run import audit as make_journeys
from audit.journeys.site_pages import Unreachable, site_origin
from audit.observations import Observed, Untold
from audit.reports.evidence import write_evidence
from audit.reports.formats import as_text, forget_reports, write_reports
from audit.reports.publish import publish
from audit.reports.result import Result
from audit.rules.compare import compare
from audit.rules.outcome import Outcome
from audit.target import LocalSite, RemoteSite
from policy import Site, read_site

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
    baseline: frozenset[str] = frozenset(),
    evidence: bool = False,
) -> Outcome:
    """Audit the site in `root`, or the one at `url` against its register; write reports.

    Where the site `publishes` it, the result is kept in `site/audit/`. Raises Faults for a site
    with mistakes, Uncommitted where it cannot be said what is audited.
    """
    commit = commit_of(root)
    if publishes and (url or not commit or commit.endswith(DIRTY)):
        raise Uncommitted
    output.mkdir(parents=True, exist_ok=True)
    forget_reports(output)
    options = Options(
        browsers=browsers,
        idle_seconds=idle_seconds,
        pictures=output,
        evidence=evidence,
        told=click.echo,
    )
    site, observed = _remote(root, url, options) if url else _local(root, options)
    at = datetime.datetime.now(tz=datetime.UTC)
    result = Result(site, observed, compare(site, observed), at, commit, baseline)
    write_reports(result, output)
    if evidence:
        write_evidence(observed, output)
    if publishes:
        publish(result, output, root)
    click.echo(f"\n{as_text(result)}\nThe report: {output / 'report.html'}")
    return result.outcome


def _local(root: Path, options: Options) -> tuple[Site, Observed]:
    with tempfile.TemporaryDirectory(prefix="plainsite-audit-") as folder:
        public = Path(folder) / "public"
        generator.build(root, public)
        target = LocalSite.read(root, public)
        return target.site, make_journeys(target, options)


def _remote(root: Path, url: str, options: Options) -> tuple[Site, Observed]:
    site = read_site(root)
    try:
        target = RemoteSite(site_origin(url), site)
    except Unreachable as error:
        return site, Observed(url, (), local=False, missed=(Untold(str(error)),))
    return site, make_journeys(target, options)


def commit_of(root: Path) -> str:
    """The commit of the sources, where git knows it."""
    words = ("git", "-C", str(root), "describe", "--always", "--dirty")
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603  (git)
    except (OSError, subprocess.CalledProcessError):
        return ""
