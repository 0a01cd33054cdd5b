"""The audit can fail: it names each planted violation, and finds nothing on the honest site."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audit.browsers.chromium import Chromium, ChromiumVisitor
from audit.instance import Instance
from audit.journeys.local_routes import let_a_week_pass
from audit.journeys.routes import ROUTES
from audit.journeys.run import Options, make_journey
from audit.observations import Journey, Observed
from audit.rules.compare import compare
from audit.rules.findings import Finding
from audit.rules.kinds import KINDS
from audit.target import LocalSite
from tests.fixtures.first_site import ROOT
from tests.fixtures.patience import PATIENCE

from .hidden_violations import HIDDEN
from .planting import Violation
from .seeded_violations import VIOLATIONS, table
from .subtle_violations import SUBTLE

LATE_SECONDS = 0.08
ROUTE = {route.name: route for route in ROUTES}
ALL = (*VIOLATIONS, *HIDDEN, *SUBTLE)


class Loop:
    """An event loop in a thread of its own: other tests drive browsers in this one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=4 * PATIENCE)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def running(loop: Loop, headless_shell: str) -> Iterator[Chromium]:
    browser = loop.run(Chromium.launch(headless_shell))
    yield browser
    loop.run(browser.close())


@pytest.fixture
def findings(loop: Loop, running: Chromium, public: Path, tmp_path: Path):
    """What the audit finds with a violation planted."""

    def find(violation: Violation) -> tuple[Finding, ...]:
        honest = LocalSite.read(ROOT, public)
        site = replace(honest.site, register=violation.register(honest.site.register))
        target = replace(honest, wrap=violation.wrap, tamper=violation.tamper)
        options = Options(pages=violation.pages, idle_seconds=0.4)

        async def journeys() -> list[Journey]:
            gate = asyncio.Semaphore(4)
            made = (
                make_journey(ROUTE[name], running, target, options, tmp_path, gate)
                for name in violation.routes
            )
            return list(await asyncio.gather(*made))

        made = loop.run(journeys())
        pages = (*violation.pages, "/privacy/", "/cookies/")
        observed = Observed(
            "",
            tuple(made),
            pages=pages,
            published=honest.published(),
            personal=honest.personal(),
        )
        return compare(site, observed, complete=violation.complete)

    return find


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


def test_the_table_in_the_docs_is_that_of_the_violations() -> None:
    """docs/audit.md, made by `python -m tests.audit.seeded_violations` , `hidden_violations` and
    `subtle_violations`."""
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    assert table() in text
    assert table(HIDDEN) in text
    assert table(SUBTLE) in text
    assert len({violation.name for violation in VIOLATIONS}) >= 40
    assert {violation.rule for violation in ALL} <= KINDS.keys(), (
        "each kind is explained in the reports"
    )
