"""What a pipeline reads: the baseline, SARIF, JUnit, the evidence."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

import audit.any_site.options
from audit.any_site.journeys import JOURNEYS
from audit.any_site.run import Plan
from audit.observations import (
    Act,
    Journey,
    KeptCookie,
    KeptItem,
    Observed,
    SetCookie,
    Snapshot,
    Stop,
    Untold,
)
from audit.reports.baseline import NoBaseline, fingerprint, read_baseline
from audit.reports.evidence import timeline
from audit.reports.formats import as_html, as_json, as_text
from audit.reports.junit import as_junit
from audit.reports.result import Result
from audit.reports.sarif import as_sarif
from audit.rules.findings import Finding, Place
from audit.rules.outcome import Outcome
from policy import Site, read_site
from policy.origins import Origin
from tests.fixtures.whole_site import whole_site

from . import any_sites
from .test_publishing import invoke

AT = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
HERE = Place("chromium", "accept", "open /", "/")
OLD = Finding("undeclared cookie", "old", "the browser keeps a cookie old", "P4", "no", (HERE,))
NEW = replace(OLD, subject="new", message="the browser keeps a cookie new")
LONG = Finding(
    "cookie otherwise", "a", "it lives 364.9 days, not 30", "P4", "no", (HERE,),
    Origin("site/with space.toml", 7),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return read_site(whole_site(tmp_path_factory.mktemp("whole") / "site"))


def result(site: Site, *findings: Finding, known: frozenset[str] = frozenset()) -> Result:
    seen = Observed(
        "",
        (
            Journey("accept", "chromium", (Snapshot("open /", "/", 0, frozenset()),), seconds=2.5),
            Journey("reject", "chromium", stop=Stop("it vanished"), seconds=1.25),
        ),
    )
    return Result(site, seen, findings, AT, "c0ffee", known)


def told(site: Site, *findings: Finding, known: frozenset[str] = frozenset()) -> Result:
    """The same, of which all could be told."""
    made = result(site, *findings, known=known)
    return replace(made, observed=replace(made.observed, journeys=made.observed.journeys[:1]))


def test_a_fingerprint_is_of_the_difference_and_not_of_its_measure() -> None:
    shorter = replace(LONG, message="it lives 364.1 days, not 30", places=())
    assert fingerprint(shorter) == fingerprint(LONG)
    assert len({fingerprint(each) for each in (OLD, NEW, LONG)}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the browser keeps a cookie uid1", "the browser keeps a cookie uid2"),
        ("asks cdn-1.example.org", "asks cdn-2.example.org"),
        ("it lives 31 days, not 30", "it lives 4000 days, not 30"),
        ("GET /a/1 is answered with 404", "GET /a/2 is answered with 404"),
    ],
)
def test_a_number_in_a_name_or_far_from_before_is_another_difference(one: str, other: str) -> None:
    assert fingerprint(replace(OLD, message=one)) != fingerprint(replace(OLD, message=other))


def test_what_is_another_each_time_is_the_same_difference() -> None:
    one, other = (replace(OLD, message=f"asks /t/{number}") for number in (8_123_456, 12_345))
    assert fingerprint(one) == fingerprint(other)


def test_what_the_baseline_has_is_said_and_fails_nothing(site: Site, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(as_json(told(site, OLD, LONG)), encoding="utf-8")
    known = read_baseline(report)
    again = told(site, OLD, known=known)
    assert again.outcome is Outcome.NOTHING_DIFFERS
    assert again.verdict.startswith("Nothing else differs from the register")
    assert "1 difference is known from the baseline, 1 of it seen no more." in again.verdict
    worse = told(site, OLD, NEW, known=known)
    assert worse.outcome is Outcome.DIFFERS
    assert worse.verdict.startswith("1 thing differs")
    assert "known: P4: the browser keeps a cookie old" in as_text(worse)
    assert "a cookie old (known)" in as_html(worse)
    assert "a cookie new (known)" not in as_html(worse)
    # What could not be told stays so.
    assert result(site, OLD, known=known).outcome is Outcome.COULD_NOT_TELL
    (run,) = json.loads(as_sarif(worse))["runs"]
    states = {each["message"]["text"][:30]: each["baselineState"] for each in run["results"]}
    assert sorted(states.values()) == ["new", "unchanged"]
    assert run["invocations"][0]["exitCode"] == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [{}]}', '{"findings": 3}'])
def test_a_baseline_that_is_none_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NoBaseline, match="is no report"):
        read_baseline(path)
    ended = invoke(["audit", "--baseline", str(path)])
    assert ended.exit_code == 2
    assert "is no report.json of an audit" in ended.output


def test_a_published_audit_knows_no_baseline(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('{"findings": []}', encoding="utf-8")
    ended = invoke(["audit", "--publish", "--baseline", str(path)])
    assert ended.exit_code == 2
    assert "says all that differs" in ended.output


def test_junit_has_one_failure_a_case_and_times(site: Site) -> None:
    suite = ElementTree.fromstring(as_junit(result(site, OLD, NEW, LONG)))
    for case in suite.iter("testcase"):
        assert len(case.findall("failure")) + len(case.findall("error")) <= 1
        assert float(case.attrib["time"]) >= 0
    by_name = {case.attrib["name"]: case for case in suite.iter("testcase")}
    failure = by_name["accept"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "the browser keeps a cookie old, and 2 more"
    assert "a cookie new" in (failure.text or "")
    assert "declared in site/with space.toml:7" in (failure.text or "")
    assert by_name["accept"].attrib["time"] == "2.500"
    assert by_name["reject: what could not be told"].find("error") is not None
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "1")
    assert suite.attrib["time"] == "3.750"
    known = frozenset(map(fingerprint, (OLD, NEW, LONG)))
    passed = ElementTree.fromstring(as_junit(told(site, OLD, NEW, LONG, known=known)))
    assert passed.attrib["failures"] == "0"
    assert "known: the browser keeps a cookie old" in "".join(passed.itertext())


def test_sarif_has_lines_fingerprints_and_rules_in_full(site: Site) -> None:
    (run,) = json.loads(as_sarif(result(site, OLD, LONG)))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(
        {"id", "name", "shortDescription", "fullDescription", "help"} <= rule.keys()
        for rule in rules
    )
    assert all(
        rule["name"].isalnum() and rule["fullDescription"]["text"].endswith(".") for rule in rules
    )
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert list(each["partialFingerprints"].values()) != []
        assert each["message"]["text"].endswith(".")
    (long,) = [each for each in run["results"] if each["ruleId"] == "cookie-otherwise"]
    assert long["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "site/with%20space.toml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 7},
    }
    assert "SRCROOT" in run["originalUriBaseIds"]


def test_the_timeline_says_who_set_what_and_by_which_act() -> None:
    def kept(value: str) -> KeptCookie:
        return KeptCookie("a", value, "x.org", "/", False, False, "Lax", None)

    wrote = Act("document.cookie", "a=2; path=/", "https://x.org/a.js:3:1")
    stored = Act("Storage.setItem", "localStorage k v", "https://x.org/b.js:9:9")
    steps = (
        Snapshot(
            "open /",
            "/",
            0,
            frozenset(),
            (kept("1"),),
            set_cookies=(SetCookie("a=1", "/", "https://x.org"),),
        ),
        Snapshot(
            "accept",
            "/",
            1,
            frozenset(),
            (kept("2"),),
            (KeptItem("localStorage", "k", "v"),),
            acts=(wrote, stored),
        ),
        Snapshot("withdraw", "/", 2, frozenset()),
    )
    seen = timeline(Observed("", (Journey("j", "firefox", steps),), missed=(Untold("x"),)))
    assert [(each.act, each.what, each.name, each.change, each.by) for each in seen] == [
        ("open /", "cookie", "a", "appeared", "answer https://x.org/"),
        ("accept", "cookie", "a", "changed", "script https://x.org/a.js:3:1"),
        ("accept", "localStorage", "k", "appeared", "script https://x.org/b.js:9:9"),
        ("withdraw", "cookie", "a", "disappeared", ""),
        ("withdraw", "localStorage", "k", "disappeared", ""),
    ]
    assert seen[1].at == "1970-01-01T00:00:01.000+00:00"


def test_the_evidence_is_whole(
    tmp_path: Path, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = tuple(each for each in JOURNEYS if each.name == "accept")
    monkeypatch.setattr(audit.any_site.options, "Plan", partial(Plan, journeys=accept))
    output, register = tmp_path / "out", tmp_path / "site.toml"
    with any_sites.with_banner().served() as made:
        register.write_text(f'url = "{made.origin}"\n[consent]\n', encoding="utf-8")
        words = ["--register", str(register), "--browser", "chromium", "--pages", "/"]
        ended = invoke(["audit", *words, "--evidence", "--output", str(output)])
        assert ended.exit_code == 1, ended.output
        assert "a cookie _ga, which is not declared" in ended.output
        har = json.loads((output / "evidence" / "chromium-accept.har").read_text("utf-8"))
        asked = {each["request"]["url"] for each in har["log"]["entries"]}
        assert f"{made.counter}/tag.js" in asked
        moments = json.loads((output / "evidence" / "timeline.json").read_text("utf-8"))
        (came,) = [each for each in moments if each["name"] == "_ga"]
        assert (came["act"], came["change"]) == ("accept", "appeared")
        assert came["by"].startswith(f"script {made.counter}/tag.js:")
    for line in (output / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((output / name).read_bytes()).hexdigest() == digest
    named = (output / "SHA256SUMS").read_text("utf-8")
    assert "report.sarif" in named
    assert ".jpg" in named
    # Nothing of an earlier audit is taken for the next one's.
    ended = invoke(["audit", *words, "--output", str(output)])
    assert not (output / "evidence").exists()
    assert not (output / "SHA256SUMS").exists()
