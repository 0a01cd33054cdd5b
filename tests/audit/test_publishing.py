"""The audit as a command: of a site at an address, and published beside the policy."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

import audit.command
import build
import generator
from analytics.app import create_app
from audit.journeys.routes import ROUTES
from audit.journeys.run import Options
from audit.observations import Journey, Observed, Snapshot, Stop, Untold
from audit.reports.formats import as_html
from audit.reports.publish import publish
from audit.reports.result import Result
from audit.rules.findings import Finding, Place
from policy import Faults, read_site
from tests.fixtures.first_site import ROOT
from tests.fixtures.serving import serving

from .planting import App, header, script

QUICK = ("first visit", "reject", "accept")
VIOLATION = Finding(
    "undeclared cookie", "id", "a browser keeps id", "P4", "remove it", (Place("x", "y"),)
)


@contextmanager
def somewhere(public: Path, var: Path, wrap: Callable[[App], App]) -> Iterator[str]:
    """A site that is served by somebody else, at an address."""
    app = create_app(ROOT, public, var)
    try:
        with serving(wrap(app)) as address:
            yield address
    finally:
        app.extensions["plainsite"].close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, chromium: str) -> None:
    """A few journeys over a few pages."""
    routes = tuple(route for route in ROUTES if route.name in QUICK)
    options = partial(Options, routes=routes, pages=("/", "/about/", "/privacy/", "/cookies/"))
    monkeypatch.setattr(audit.command, "Options", options)


def run_audit(*words: str | Path):
    command = ["audit", "--browser", "chromium", "--idle", "0", *map(str, words)]
    return invoke(command)


def invoke(words: list[str]) -> Any:
    """In a thread of its own: other tests drive browsers, with an event loop, in this one."""
    with ThreadPoolExecutor(1) as pool:
        run = partial(CliRunner().invoke, build.main, words, catch_exceptions=False)
        return pool.submit(run).result()


def test_a_site_at_an_address_is_held_to_its_register(quick, public, tmp_path):
    """By its address alone; nothing behind it is looked at, and no form is sent."""
    output = tmp_path / "reports"
    with somewhere(public, tmp_path / "var", lambda app: app) as address:
        told = run_audit(address, "--output", output)
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert [journey["name"] for journey in report["journeys"]] == list(QUICK)
    assert not any(journey["stopped"] for journey in report["journeys"])
    # The audience cookie comes with a form, and forms are not sent to others: nobody missed it.
    assert report["findings"] == []
    assert told.exit_code == 0


def test_violations_at_an_address_are_named(quick, public, tmp_path):
    """In every report."""
    cookie = header("Set-Cookie", "id=4711; Path=/")
    other = header("Server-Timing", "visitor;desc=4711")
    early = script('fetch("/visit/view", {method: "POST"});')
    output = tmp_path / "reports"
    with somewhere(public, tmp_path / "var", lambda app: cookie(other(early(app)))) as address:
        told = run_audit(address, "--output", output)
    assert told.exit_code == 1
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    named = {finding["rule"] for finding in report["findings"]}
    assert {"undeclared cookie", "undeclared header", "request without consent"} <= named
    assert "undeclared-header" in (output / "report.sarif").read_text(encoding="utf-8")
    assert "<failure" in (output / "report.xml").read_text(encoding="utf-8")
    assert (output / "report.html").stat().st_size > 2_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The first site, in a folder of its own, with no audit."""
    for part in ("content", "templates", "site"):
        shutil.copytree(ROOT / part, tmp_path / "root" / part)
    shutil.rmtree(tmp_path / "root/site/audit", ignore_errors=True)
    return tmp_path / "root"


def result(root: Path, pictures: Path, *findings: Finding) -> Result:
    pictures.mkdir(exist_ok=True)
    snapshots = []
    for name, color in (("one", "red"), ("two", "blue"), ("same", "blue")):
        Image.new("RGB", (8, 8), color).save(pictures / f"{name}.jpg")
        snapshots.append(Snapshot(f"see {name}", "/", 0, frozenset(), picture=f"{name}.jpg"))
    journeys = (
        Journey("accept", "chromium", tuple(snapshots)),
        Journey("accept", "firefox", (snapshots[0],)),
        Journey("scripts off", "chromium", tuple(snapshots)),
        Journey("scripts off", "firefox", stop=Stop("it cannot", unable=True)),
    )
    browsers = (("chromium", "156.0"), ("firefox", "153.0"))
    observed = Observed("", journeys, browsers)
    at = datetime.datetime(2026, 11, 24, 21, 5, tzinfo=datetime.UTC)
    return Result(read_site(root), observed, findings, at, commit="1a2b3c4")


def test_what_is_published_is_a_page_with_its_date_and_commit(root, tmp_path):
    """With one picture of each state; the privacy page leads to it."""
    publish(result(root, tmp_path / "pictures"), tmp_path / "pictures", root)
    generator.build(root, tmp_path / "public")
    page = (tmp_path / "public/privacy/audit/index.html").read_text(encoding="utf-8")
    for words in (
        "Nothing differs from the register: 2 journeys, 7 snapshots, Chromium 156.0",
        '<time datetime="2026-11-24">November 24, 2026</time>, 21:05 UTC',
        "Commit <code>1a2b3c4</code>",
        "Firefox, scripts off: it cannot.",
        "Accept: see one",
    ):
        assert words in page
    assert page.count("<figure>") == 2
    assert sorted(path.name for path in (root / "site/audit").iterdir()) == [
        "audit.json",
        "one.jpg",
        "two.jpg",
    ]
    policy = (tmp_path / "public/privacy/index.html").read_text(encoding="utf-8")
    assert '<a href="/privacy/audit/">Read the audit</a>' in policy
    assert "/privacy/audit/" in (tmp_path / "public/sitemap.xml").read_text(encoding="utf-8")


def test_an_audit_of_other_terms_is_not_said_to_be_of_these(root, tmp_path):
    """A version that was not published yet may be released again, with other terms."""
    publish(result(root, tmp_path / "pictures"), tmp_path / "pictures", root)
    file = root / "site/audit/audit.json"
    hashed = re.sub(r'("register_hash": ")\w+', rf"\g<1>{'0' * 64}", file.read_text())
    file.write_text(hashed, encoding="utf-8")
    generator.build(root, tmp_path / "public")
    said = {
        name: (tmp_path / "public/privacy" / name / "index.html").read_text(encoding="utf-8")
        for name in ("", "versions", "audit")
    }
    assert "Real browsers checked the terms as they were on" in said[""]
    assert "Checked by real browsers" not in said[""]
    assert "The terms in use now are not yet audited" in said["versions"]
    assert "as it was then. The terms in use now are not yet audited" in said["audit"]


def test_what_differs_is_published_too(root, tmp_path):
    publish(result(root, tmp_path / "pictures", VIOLATION), tmp_path / "pictures", root)
    generator.build(root, tmp_path / "public")
    page = (tmp_path / "public/privacy/audit/index.html").read_text(encoding="utf-8")
    assert "1 thing differs from the register" in page
    assert "A browser keeps id" in page
    assert "Promise 4. To mend it: remove it." in page


def test_what_could_not_be_told_is_published_by_browser(root, tmp_path):
    """Each reason once, with what it kept each browser from; also one that never started."""
    made = result(root, tmp_path / "pictures")
    journeys = (
        *made.observed.journeys,
        Journey("reject", "firefox", stop=Stop("it stopped answering")),
        Journey(
            "withdraw",
            "firefox",
            made.observed.journeys[1].snapshots,
            stop=Stop("it stopped answering"),
        ),
        Journey("reject", "webkit", stop=Stop("it does not start")),
    )
    missed = (Untold("it is not installed", "safari"), Untold("/robots.txt does not open"))
    observed = replace(made.observed, journeys=journeys, missed=missed)
    publish(replace(made, observed=observed), tmp_path / "pictures", root)
    generator.build(root, tmp_path / "public")
    page = (tmp_path / "public/privacy/audit/index.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Not everything could be looked at" in text
    assert text.count("It could not be told whether anything differs") == 1
    assert "It stopped answering Firefox Reject, withdraw" in text
    assert "It is not installed Safari All of it" in text
    assert "/robots.txt does not open It stopped answering" in text
    assert "Journey Chromium Firefox Webkit" in text
    assert "Withdraw Not made 1 snapshot, then stopped Not made" in text
    assert "Reject Not made Not looked at Not looked at" in text
    assert 'class="note unsure"' in page


def test_the_last_audit_takes_the_place_of_the_one_before(root, tmp_path):
    """Nothing of the old one stays."""
    first, second = tmp_path / "first", tmp_path / "second"
    publish(result(root, first, VIOLATION), first, root)
    (root / "site/audit/left.jpg").write_bytes(b"")
    publish(result(root, second), second, root)
    assert not (root / "site/audit/left.jpg").exists()
    assert read_site(root).audit.differences == ()
    assert [path.name for path in (root / "site").glob(".audit*")] == []


def test_a_picture_that_is_missing_is_a_fault(root, tmp_path):
    publish(result(root, tmp_path / "pictures"), tmp_path / "pictures", root)
    (root / "site/audit/one.jpg").unlink()
    with pytest.raises(Faults, match=r'the picture "one\.jpg" is missing'):
        read_site(root)


def test_a_site_without_an_audit_has_no_page_of_one(root, tmp_path):
    generator.build(root, tmp_path / "public")
    assert not (tmp_path / "public/privacy/audit").exists()
    assert "Read the audit" not in (tmp_path / "public/privacy/index.html").read_text()


def test_only_what_is_committed_can_be_published(root, quick):
    """The page names a commit; what is in none could be anything."""
    told = run_audit_of(root)
    assert (told.exit_code, "is in no commit" in told.output) == (2, True)
    git = ("git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "All")):
        subprocess.run([*git, *words], check=True)
    (root / "content/new.md").write_text("---\ntitle: New\n---\n")
    subprocess.run([*git, "add", "-A"], check=True)
    told = run_audit_of(root)
    assert (told.exit_code, "is in no commit" in told.output) == (2, True)
    assert not (root / "site/audit").exists()


def run_audit_of(root: Path) -> Any:
    words = ["--root", str(root), "audit", "--browser", "chromium", "--idle", "0", "--publish"]
    return invoke(words)


def test_the_report_says_by_browser_what_could_not_be_told(root, tmp_path):
    """With each reason once."""
    made = result(root, tmp_path / "pictures")
    stopped = tuple(
        Journey(name, "firefox", stop=Stop("it stopped answering")) for name in ("reject", "DNT")
    )
    missed = (Untold("it is not installed", "safari"),)
    journeys = (*made.observed.journeys, *stopped)
    page = as_html(replace(made, observed=replace(made.observed, journeys=journeys, missed=missed)))
    assert page.count("It stopped answering") == 1
    assert "Firefox: reject, DNT</p>" in page
    assert "Safari: all of it</p>" in page
