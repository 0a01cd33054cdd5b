"""Each report says where the register declares what a finding differs from: the feature's file, or
the site's own."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from audit.observations import Journey, KeptCookie, KeptItem, Observed, PageFacts, Snapshot
from audit.reports.formats import as_html, as_json, as_text
from audit.reports.junit import as_junit
from audit.reports.result import Result
from audit.reports.sarif import as_sarif
from audit.rules.compare import compare
from audit.rules.findings import Finding
from audit.stored import Stored
from audit.stored import Table as StoredTable
from policy import Site, read_site
from policy.features import FOLDER
from policy.privacy_pages import where
from tests.fixtures.whole_site import whole_site

VISIT = KeptCookie("__Secure-visit", "?", "localhost", "/", True, True, "Strict", None)
AUDIENCE = KeptCookie("__Host-audience", "?", "localhost", "/", True, True, "Lax", 10**9)
STRANGER = KeptCookie("id", "1", "localhost", "/", True, True, "Lax", None)
ANSWER = KeptItem("localStorage", "choice", "yes")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return read_site(whole_site(tmp_path_factory.mktemp("whole") / "site"))


@pytest.fixture(scope="module")
def result(site: Site) -> Result:
    """Of a browser that keeps things it was not told of, and of a server that does so for too
    long."""
    facts = PageFacts(text="nothing", notice=False)
    snapshots = (
        Snapshot("open", "/", 0, frozenset(), (VISIT, AUDIENCE, STRANGER), (ANSWER,)),
        Snapshot("read", "/privacy/", 0, frozenset({"usage"}), facts=facts),
        Snapshot("read", where(site, "stored"), 0, frozenset({"usage"}), facts=facts),
    )
    old = StoredTable("records", "access_log", (("day", 1),), 1, "2000-01-01")
    journey = Journey(
        "first visit", "chromium", snapshots, Stored((old,), now=2e9), origin="http://x"
    )
    observed = Observed("", (journey,), (("chromium", "156"),))
    at = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    return Result(site, observed, compare(site, observed), at)


def line_of(finding: Finding, site: Site) -> str:
    """The line of the file that the finding's origin names."""
    assert finding.origin is not None
    own = finding.origin.path.startswith("site/")
    path = site.root / finding.origin.path if own else FOLDER / Path(finding.origin.path).name
    return path.read_text(encoding="utf-8").splitlines()[finding.origin.line - 1]


@pytest.mark.parametrize(
    ("rule", "subject", "declared"),
    [
        ("cookie without consent", "__Secure-visit", 'visits: purpose = "usage"'),
        ("cookie otherwise", "__Host-audience", 'site: cookie.audience.lifetime = "30 days"'),
        ("storage otherwise", "choice", "visits: [[storage]]"),
        ("storage without consent", "choice", 'visits: purpose = "choice"'),
        ("kept too long", "access_log", 'staff: keep = "'),
        ("question", "the notice", "visits: [notice]"),
        ("privacy page", "To answer you", 'site: purpose.answer.text = "To answer you"'),
        ("privacy page", "Fax", "site: fax = { category"),
        ("privacy page", "Role", "site: role = { category"),
        ("declared, never seen", "sessions", "staff: [[table]]"),
        ("declared, never seen", "access_log.username", 'staff:   { name = "username"'),
    ],
)
def test_a_finding_knows_where_its_entry_is_declared(
    result: Result, site: Site, rule: str, subject: str, declared: str
) -> None:
    """In a feature's file or in the site's own, whichever has the value that it differs from."""
    found = next(each for each in result.findings if (each.rule, each.subject) == (rule, subject))
    where, _, line = declared.partition(": ")
    assert found.origin is not None
    path = "site/policy.toml" if where == "site" else f"policy/features/{where}.toml"
    assert found.origin.path == path
    assert line_of(found, site).startswith(line)


def test_every_report_says_it(result: Result) -> None:
    late = next(each for each in result.findings if each.rule == "kept too long")
    place = str(late.origin)
    told = json.loads(as_json(result))["findings"]
    declared = [each["declared"] for each in told if each["rule"] == "kept too long"]
    assert [f"{each['path']}:{each['line']}" for each in declared] == [place]
    assert f"declared: {place}" in as_text(result)
    assert f"Declared in <code>{place}</code>" in as_html(result)
    failures = ElementTree.fromstring(as_junit(result)).iter("failure")
    assert any(f"declared in {place}" in (each.text or "") for each in failures)
    (run,) = json.loads(as_sarif(result))["runs"]
    (shown,) = [each for each in run["results"] if each["ruleId"] == "kept-too-long"]
    physical = shown["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "policy/features/staff.toml"
    assert f"policy/features/staff.toml:{physical['region']['startLine']}" == place


def test_what_nothing_declares_has_no_line(result: Result) -> None:
    stranger = next(each for each in result.findings if each.rule == "undeclared cookie")
    assert stranger.origin is None
    (run,) = json.loads(as_sarif(result))["runs"]
    (shown,) = [each for each in run["results"] if each["ruleId"] == "undeclared-cookie"]
    assert shown["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "site/policy.toml", "uriBaseId": "SRCROOT"}
    }
