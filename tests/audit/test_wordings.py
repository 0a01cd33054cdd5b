"""The audit of a page in several wordings: whoever asks gets that of the slot."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

import generator
from audit.journeys.routes import ROUTES
from audit.journeys.run import Options, audit
from audit.observations import Answer, Journey, Observed, Snapshot
from audit.rules import experiments
from audit.rules.compare import compare
from audit.rules.declared import Declared
from audit.rules.findings import Finding
from audit.target import LocalSite
from policy.experiments import FILE
from tests.fixtures.experiment_site import DECLARED, drawn, experiment_site

from .planting import App

TRIED = ("wordings", "reject", "Sec-GPC")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose experiment is to begin tomorrow."""
    made = experiment_site(tmp_path_factory.mktemp("audit") / "site")
    today = datetime.datetime.now(tz=datetime.UTC).date()
    days = {"2026-03-02": 1, "2026-03-29": 28}
    text = DECLARED
    for written, ahead in days.items():
        text = text.replace(written, str(today + datetime.timedelta(days=ahead)))
    (made / FILE).write_text(drawn(text))
    generator.build(made, made / "public")
    return made


def seen(root: Path, wrap: Callable[[App], App] | None = None) -> list[Finding]:
    """What differs, by the journeys that come by the page."""
    site = LocalSite(root, root / "public", LocalSite.read(root, root / "public").site, wrap)
    routes = tuple(route for route in ROUTES if route.name in TRIED)
    options = Options(browsers=("chromium",), routes=routes, idle_seconds=0, pages=("/",))
    # In a thread of its own: other tests drive browsers, with an event loop, in this one.
    with ThreadPoolExecutor(1) as pool:
        observed = pool.submit(audit, site, options).result()
    return [*compare(site.site, observed, complete=False)]


def test_nothing_differs_where_the_clock_chooses(root: Path, chromium: str) -> None:
    assert seen(root) == []


def by_the_browser(app: App) -> App:
    """Who asks not to be tracked gets another wording than everybody."""

    def wrapped(environ: dict[str, Any], start: Any) -> Any:
        if Request(environ).headers.get("Sec-GPC") == "1":
            environ["plainsite.variant"] = "question"
        return app(environ, start)

    return wrapped


def by_a_cookie(app: App) -> App:
    """Everybody is put into a group, by a cookie that the browser keeps."""

    def wrapped(environ: dict[str, Any], start: Any) -> Any:
        environ["HTTP_ACCEPT_ENCODING"] = "identity"
        environ["plainsite.variant"] = "question"
        response = Response.from_app(app, environ)
        response.set_cookie("group", "b")
        return response(environ, start)

    return wrapped


def test_a_wording_that_depends_on_the_visitor_is_found(root: Path, chromium: str) -> None:
    assert {found.rule for found in seen(root, by_the_browser)} == {"wording by visitor"}


def test_a_group_that_a_cookie_keeps_is_found(root: Path, chromium: str) -> None:
    rules = {found.rule for found in seen(root, by_a_cookie)}
    assert {"wording by visitor", "undeclared cookie"} <= rules


def answered(root: Path, hour: float, variant: str) -> list[Finding]:
    """What is said of one answer at an hour since 1970 that has the bytes of a variant."""
    site = LocalSite.read(root, root / "public")
    known = site.variants()
    digest = next(digest for (_, digest), names in known.items() if names == {variant})
    answer = Answer("GET", "/", 200, (), digest, hour * 3600)
    journey = Journey("x", "chromium", (Snapshot("x", "/", 0, frozenset(), answers=(answer,)),))
    observed = Observed("", (journey,), variants=known)
    return [*experiments.findings(Declared.of(site.site, ("/",)), observed)]


def test_wordings_that_are_one_file_are_found(root: Path) -> None:
    """Every answer is what its slot has then."""
    site = LocalSite.read(root, root / "public")
    (declared,) = site.site.experiments.experiments
    hour = declared.slots(site.site.settings.zone).first_hour
    for same in (True, False):
        known = {("/", "a"): frozenset(declared.variants), ("/", "b"): frozenset({"plain"})}
        if same:
            known["/", "b"] = frozenset(declared.variants)
        answer = Answer("GET", "/", 200, (), "a", hour * 3600 + 60.0)
        journey = Journey("x", "chromium", (Snapshot("x", "/", 0, frozenset(), answers=(answer,)),))
        observed = Observed("", (journey,), variants=known)
        found = [*experiments.findings(Declared.of(site.site, ("/",)), observed)]
        assert [each.rule for each in found] == ["wording by visitor"] * same


def test_each_slot_has_its_own_and_one_second_more(root: Path) -> None:
    site = LocalSite.read(root, root / "public").site
    (declared,) = site.experiments.experiments
    slots = declared.slots(site.settings.zone)
    for slot in slots:
        other = next(name for name in slots.variants if name != slot.variant)
        assert answered(root, slot.first + 0.5, slot.variant) == []
        (found,) = answered(root, slot.first + 0.5, other)
        assert found.rule == "wording by visitor"
        break
    assert answered(root, slots.first_hour - 1, "plain") == []
    assert answered(root, slots.first_hour - 1, "question") != []
