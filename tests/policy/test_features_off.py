"""A site that turns a feature off has none of its cookies, scripts, pages, tables or addresses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from policy.features import FEATURES, read_features
from tests.fixtures.whole_site import CASES, Served, ask, served, sign_in, use, whole_site
from tests.generator.test_build_faults import change, parts

WORDS = {
    "visits": ("choice.js", "visit.js", "data-choose", "/visit/view", "__Secure-visit", "consents"),
    "audiences": ("__Host-audience", "/audience/", "recognized"),
    "forms": ("/form/", "form.js", "/own/", "/permission/", "outbox", "/your-data/", "contacts"),
    "staff": ("/staff/", "__Secure-session", "access_log", "access log", "report.js"),
    "search": ("/search/", "search.js", "pagefind"),
    "drafts": ("/unpublished/",),
    "countries": ("country", "countries"),
}
"""What nothing that is published says where the feature is off."""

ADDRESSES = {
    "visits": ("/visit/view", "/visit/engaged", "/visit/withdraw"),
    "audiences": ("/audience/forget",),
    "forms": ("/form/ask", "/own/ask", "/permission/stop/x/", "/your-data/", "/email/"),
    "staff": ("/staff/", "/staff/sign-in/"),
    "search": ("/search/", "/assets/search/pagefind.js"),
    "drafts": ("/unpublished/x/",),
    "countries": (),
}


@pytest.fixture(params=[*CASES, None], ids=lambda case: f"no {case.stem}" if case else "whole")
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    root = whole_site(tmp_path / "site")
    for what, text in parts(request.param) if request.param else ():
        change(root, what, text)
    site = served(root)
    yield site
    site.close()


def off(site: Served) -> list[str]:
    register = site.app.extensions["plainsite"].site.register
    return [name for name in FEATURES if not register.has(name)]


def test_it_works(site: Served) -> None:
    """Each page and address answers, a visit is counted, a form taken, staff see all they may."""
    assert use(site) == []
    assert off(site) == list(FEATURES) or not (site.public / "var").exists()
    if "staff" not in off(site):
        assert sign_in(site) == []


def test_nothing_is_there_of_a_feature_that_is_off(site: Served) -> None:
    client = site.app.test_client()
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(site.public.rglob("*"))
        if path.suffix in (".html", ".js", ".json", ".txt", ".xml") and "schema" not in path.name
    )
    for name in off(site):
        assert [word for word in WORDS[name] if word in said] == []
        for address in ADDRESSES[name]:
            for method in ("GET", "POST"):
                assert ask(client, address, method) in (404, 405), address
    if "visits" in off(site) and "audiences" in off(site):
        assert ask(client, "/cookies/") == 404
        assert ask(client, "/visit/cookies") == 404


def test_the_databases_have_no_table_of_it(site: Served) -> None:
    """A plain site has no database at all, not even a folder for one."""
    declared = {
        (entry["database"], entry["name"]): name
        for name, feature in read_features().items()
        for entry in feature.entries.get("table", ())
    }
    if off(site) == list(FEATURES):
        assert not site.var.exists()
    for database in ("counters", "records"):
        path = site.var / f"{database}.sqlite3"
        if path.exists():
            with closing(sqlite3.connect(path)) as connection:
                query = "SELECT name FROM sqlite_master WHERE type = 'table'"
                tables = [name for (name,) in connection.execute(query)]
            assert not {declared.get((database, name)) for name in tables} & set(off(site))
        else:
            assert off(site)
