"""The audit can fail: it names each planted violation, and finds nothing on the honest site."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audit.browsers.chromium import Chromium, ChromiumVisitor
from audit.instance import Instance
from audit.journeys.local_routes import let_a_week_pass
from audit.journeys.run import Options, make_journey
from audit.rules.kinds import KINDS
from audit.target import LocalSite
from tests.fixtures.first_site import ROOT

from .hidden_violations import HIDDEN
from .planting import Violation
from .seeded_violations import OF_COUNTRIES, VIOLATIONS, table
from .seeding import ROUTE, Findings, Loop, found_with
from .subtle_violations import SUBTLE

LATE_SECONDS = 0.08
ALL = (*VIOLATIONS, *HIDDEN, *SUBTLE)


@pytest.fixture
def findings(loop: Loop, running: Chromium, public: Path, tmp_path: Path) -> Findings:
    """What the audit finds with a violation planted."""
    honest = LocalSite.read(ROOT, public)
    return partial(found_with, loop, running, honest, tmp_path)


@pytest.mark.parametrize("violation", ALL, ids=lambda violation: violation.name.replace(" ", "-"))
def test_a_violation_is_named(findings, violation: Violation) -> None:
    """By its rule, with a promise and a way to mend it."""
    found = findings(violation)
    assert violation.rule in {finding.rule for finding in found}, found
    for finding in found:
        assert finding.promise.startswith("P")
        assert finding.mend


@pytest.mark.parametrize("routes", sorted({violation.routes for violation in ALL}), ids="-".join)
def test_the_same_journeys_find_nothing_on_the_honest_site(findings, routes) -> None:
    """So that it was the violation that was found, and nothing else."""
    pages = tuple(
        dict.fromkeys(p for violation in ALL if violation.routes == routes for p in violation.pages)
    )
    assert findings(Violation("none", "", routes, pages)) == ()


def test_a_browser_may_tell_late_what_the_visitor_wrote(findings, monkeypatch) -> None:
    """An older answer is put into the storage by the journey itself, and is no finding."""
    told = ChromiumVisitor._stored

    def late(visitor: ChromiumVisitor, event: dict[str, Any]) -> None:
        asyncio.get_running_loop().call_later(LATE_SECONDS, told, visitor, event)

    monkeypatch.setattr(ChromiumVisitor, "_stored", late)
    assert findings(Violation("none", "", ("outdated register",))) == ()


def test_figures_by_mail_are_read(
    loop: Loop, running: Chromium, public: Path, tmp_path: Path
) -> None:
    """The service distrusts a clock that jumps, and that of the audit does."""
    target, gate = LocalSite.read(ROOT, public), asyncio.Semaphore(1)
    options = Options(pages=("/",), idle_seconds=0)
    made = loop.run(make_journey(ROUTE["staff"], running, target, options, tmp_path, gate))
    letters = [letter for snapshot in made.snapshots for letter in snapshot.letters]
    assert len(letters) == 2  # The first asks whether the address is theirs.
    assert made.missed == ()


def test_figures_that_do_not_come_are_told_as_missed(loop: Loop) -> None:
    run = SimpleNamespace(missed=[], instance=Instance(""))
    loop.run(let_a_week_pass(run))  # type: ignore[arg-type]  # all that it takes of one
    assert run.missed == ["the figures that were asked for were not mailed"]


def test_a_letter_that_waits_already_is_not_taken_for_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("audit.instance.PUT_SECONDS", 0.2)
    instance = Instance("")
    rounds = iter([False, True])  # At first the service's own thread is sending it.
    sender = SimpleNamespace(
        outbox=SimpleNamespace(counts=lambda: {"waiting": 1}), round=lambda: next(rounds)
    )
    instance.service = SimpleNamespace(  # type: ignore[assignment]  # all that it asks of one
        digests=SimpleNamespace(call=lambda: None), staff_sender=sender
    )
    assert not instance.mail_figures()
    assert [*rounds] == []


def test_the_table_in_the_docs_is_that_of_the_violations() -> None:
    """docs/audit.md, made by `python -m tests.audit.seeded_violations` , `hidden_violations` and
    `subtle_violations`."""
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    assert table() in text
    assert table(HIDDEN) in text
    assert table(SUBTLE) in text
    assert table(OF_COUNTRIES) in text
    assert len({violation.name for violation in VIOLATIONS}) >= 40
    assert {violation.rule for violation in ALL} <= KINDS.keys(), (
        "each kind is explained in the reports"
    )
