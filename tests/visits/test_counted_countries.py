"""Visits are counted by the country of their address, where the site has it on; and nothing keeps
the address."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from analytics import wsgi
from analytics.storage.gone_dimensions import WITH_FEATURES
from analytics.visits import countries
from analytics.visits.countries import OWN
from analytics.visits.model import LISTED, Dimension, Increment
from analytics.visits.store.base import CounterStore
from analytics.visits.store.query import NotKept, Query
from policy import Faults, read_site
from policy.country_codes import UNKNOWN
from policy.features import read_features
from policy.material_terms import material_terms
from tests.fixtures.counter_stores import EVERY
from tests.fixtures.small_site import Visitor
from tests.fixtures.whole_site import CASES, Served, ask, served, sign_in, whole_site
from tests.generator.test_build_faults import change, parts
from tests.visits.test_countries import KNOWN, NO_ADDRESSES, NOBODYS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DENMARK, DENMARK_6 = "130.226.211.98", "2001:878:1234:5678:9abc:def0:1234:5678"
"""Addresses that stand nowhere else, so that they can be looked for."""

ON = 'features = ["visits", "audiences", "forms", "staff", "search", "countries"]'
OFF = ON.replace(', "countries"', "")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    site = served(whole_site(tmp_path / "site"))
    yield site
    site.close()


def turn(root: Path, *, on: bool) -> None:
    policy = root / "site" / "policy.toml"
    text = policy.read_text("utf-8")
    policy.write_text(
        re.sub("^features = .*", ON if on else OFF, text, flags=re.MULTILINE), "utf-8"
    )


def visit(site: Served, address: str, *pages: str, **headers: str) -> list[TestResponse]:
    """Somebody who asks from there agrees, and opens pages; what each is answered."""
    client = site.app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    visitor = Visitor(client)
    version = site.app.extensions["plainsite"].site.register.version
    said = [visitor.view("", version=version, given=True, **headers)]
    return said + [visitor.view(page, version=version, **headers) for page in pages or ("/",)]


def counted(site: Served, dimension: str = "country") -> dict[str, tuple[int, int, int]]:
    rows = site.app.extensions["plainsite"].counters.totals(dimension, 0, 10**9, 300)
    return {row.cell: (row.visits, row.views, row.continued) for row in rows}


@pytest.mark.parametrize(("address", "country"), [*KNOWN.items(), (NOBODYS[0], UNKNOWN)])
def test_a_visit_is_of_the_country_of_its_address(site: Served, address: str, country: str) -> None:
    assert [answer.status_code for answer in visit(site, address, "/", "/ask/")] == [204] * 3
    assert counted(site) == {country: (1, 2, 1)}


@pytest.mark.parametrize("sent", [*NO_ADDRESSES[1:4], NOBODYS[0], "<script>", "' OR 1", "é" * 99])
def test_whatever_a_visitor_claims_is_not_believed(site: Served, sent: str, tmp_path: Path) -> None:
    """Without a proxy, the header says nothing; behind one, what that says counts, and what came to
    it from elsewhere does not."""
    claims = {"X_Forwarded_For": sent.encode().decode("latin-1")}
    assert visit(site, DENMARK, **claims)[-1].status_code == 204
    assert counted(site) == {"DK": (1, 1, 0)}
    behind = served(whole_site(tmp_path / "behind"), proxies=1)
    try:
        assert visit(behind, "127.0.0.1", **claims)[-1].status_code == 204
        assert counted(behind) == {UNKNOWN: (1, 1, 0)}
        claims["X_Forwarded_For"] += f", {DENMARK}"
        assert visit(behind, "127.0.0.1", **claims)[-1].status_code == 204
        assert counted(behind) == {UNKNOWN: (1, 1, 0), "DK": (1, 1, 0)}
    finally:
        behind.close()


@pytest.mark.promise("P1")
@pytest.mark.parametrize("address", [DENMARK, DENMARK_6, f"::ffff:{DENMARK}"])
def test_the_address_is_kept_nowhere(
    site: Served, address: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No row, no file, no line, no answer and no cookie has it, whole, in part or as a number; and
    the browser carries the same as one in a country that nobody knows."""
    caplog.set_level(logging.DEBUG)
    answers = visit(site, address, "/", "/ask/", "/nothing/")
    others = visit(site, NOBODYS[0], "/", "/ask/", "/nothing/")
    assert counted(site)["DK"] == (1, 2, 1)
    for answer, other in zip(answers, others, strict=True):
        assert answer.headers.get("Set-Cookie") == other.headers.get("Set-Cookie")
    said = "\n".join(
        f"{each.status} {each.headers} {each.get_data(as_text=True)}" for each in answers
    )
    said += caplog.text + "".join(capfd.readouterr())
    client = site.app.test_client()
    said += client.get("/healthz").get_data(as_text=True)
    site.close()
    held = b"\n".join(path.read_bytes() for path in sorted(site.root.rglob("*")) if path.is_file())
    for form in forms_of(address):
        assert form.decode("latin-1") not in said, form
        assert form not in held, form


def forms_of(address: str) -> list[bytes]:
    """An address as it may be written, whole or without its end."""
    found = ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    mark = "." if found.version == 4 else ":"
    parts = str(found).split(mark)
    written = [
        str(found),
        mark.join(parts[:3]),
        str(int(found)),
        found.packed.hex(),
        found.exploded,
    ]
    return [each.encode() for each in written] + [found.packed]


def test_each_hit_is_of_the_country_that_it_comes_from(site: Served) -> None:
    """As of another browser within a visit: it is counted there with the views alone."""
    client = site.app.test_client()
    visitor = Visitor(client)
    for address, page in ((DENMARK, ""), (DENMARK, "/"), ("8.8.8.8", "/ask/")):
        client.environ_base["REMOTE_ADDR"] = address
        assert visitor.view(page, given=not page).status_code == 204
    assert {cell: row[:2] for cell, row in counted(site).items()} == {"DK": (1, 1), "US": (0, 1)}
    assert all(continued <= visits for visits, _, continued in counted(site).values())


def test_where_it_is_off_there_is_none(tmp_path: Path) -> None:
    root = whole_site(tmp_path / "site")
    turn(root, on=False)
    site = served(root)
    try:
        assert visit(site, DENMARK)[-1].status_code == 204
        assert counted(site) == {}
        service = site.app.extensions["plainsite"]
        assert service.countries is None
        assert "countries" not in {part.name for part in service.parts()}
        assert "country" not in repr(service.site.register).lower()
    finally:
        site.close()


def test_a_damaged_table_is_told_and_all_else_goes_on(tmp_path: Path) -> None:
    root = whole_site(tmp_path / "site")
    (root / "var").mkdir()
    (root / "var" / OWN).write_bytes(b"\xfd7zXZ\0 and no more")
    site = served(root)
    try:
        assert visit(site, DENMARK)[-1].status_code == 204
        assert counted(site) == {UNKNOWN: (1, 1, 0)}
        client = site.app.test_client()
        assert ask(client, "/") == 200
        health = client.get("/healthz")
        assert health.status_code == 503
        told = {"works": False, "why": f"the table {OWN} is damaged"}
        assert health.get_json()["parts"]["countries"] == told
        assert sign_in(site) == []
    finally:
        site.close()


def test_a_reload_turns_it_on_and_off_and_on(tmp_path: Path) -> None:
    """Counting goes on; what was counted by country goes with the feature, and all else stays."""
    root = whole_site(tmp_path / "site")
    once, twice = {"DK": (1, 1, 0)}, {"DK": (2, 2, 0)}
    reloads = ((False, {}), (True, once), (True, twice), (False, {}), (True, once))
    for views, (on, wanted) in enumerate(reloads, start=1):
        turn(root, on=on)
        site = served(root)
        try:
            assert visit(site, DENMARK)[-1].status_code == 204
            assert counted(site) == wanted
            assert counted(site, "page")["/"][1] == views
            assert ask(site.app.test_client(), "/healthz") == 200
        finally:
            site.close()


def test_it_is_a_material_change(tmp_path: Path) -> None:
    """Each visitor is asked again, as more is looked at than they were told."""
    root = whole_site(tmp_path / "site")
    with_it = read_site(root).register
    turn(root, on=False)
    without = read_site(root).register
    assert material_terms(with_it) != material_terms(without)
    assert "country" in with_it.notice.text
    assert "country" not in without.notice.text


def test_what_goes_with_a_feature_is_what_features_say() -> None:
    conditional = set()
    for feature in read_features().values():
        for table in feature.entries.get("table", ()):
            if table["name"] == "names":
                for column in table["columns"]:
                    conditional |= {*column.get("values_if_on", {})}
    assert set(WITH_FEATURES) == conditional
    assert {each: LISTED[Dimension(each)].number for each in conditional} == WITH_FEATURES


@pytest.mark.parametrize("engine", EVERY)
def test_what_was_counted_goes_with_its_feature(engine: str, tmp_path: Path) -> None:
    """Of each engine, by hour as of days and months that ended; the rest stays."""
    root = whole_site(tmp_path / "site")
    with_it = read_site(root).register
    turn(root, on=False)
    without = read_site(root).register
    for register, before in ((with_it, 0), (without, 30), (without, 60), (with_it, 90)):
        store = EVERY[engine](tmp_path, register, ZoneInfo("UTC"))
        try:
            assert store.database.state.usable, store.database.state.faults
            countries = store.totals("country", 0, 10**6, 10)
            assert countries == [], register.features
            assert sum(row.visits for row in store.totals("source", 0, 10**6, 10)) == before
            has_it = "countries" in register.features
            for _ in range(30):
                store.add(HOUR, VISIT if has_it else VISIT[:-1])
            found = {row.cell: row.visits for row in store.totals("country", 0, 10**6, 10)}
            assert found == ({"DK": 30} if has_it else {})
            while store.coarsen(HOUR + 60):
                pass
            found = {row.cell: row.visits for row in store.totals("country", 0, 10**6, 10)}
            assert found == ({"DK": 30} if has_it else {})
        finally:
            store.close()


@pytest.mark.parametrize("gone", [Dimension.AUDIENCE, Dimension.FORM])
def test_so_does_what_was_counted_of_forms_and_audiences(gone: Dimension, tmp_path: Path) -> None:
    root = whole_site(tmp_path / "site")
    with_it = read_site(root).register
    (case,) = (each for each in CASES if each.stem == f"{gone}s")
    for what, text in parts(case):
        change(root, what, text)
    without = read_site(root).register
    counted = ((*VISIT, Increment(gone, "x", views=1, times=1)), VISIT)
    for register, hit, views in zip((with_it, without), counted, (0, 1), strict=True):
        store = EVERY["sqlite"](tmp_path, register, ZoneInfo("UTC"))
        try:
            assert store.database.state.usable, store.database.state.faults
            assert store.totals(gone, 0, 10**6, 10) == []
            assert sum(row.views for row in store.totals("source", 0, 10**6, 10)) == views
            store.add(HOUR, hit)
            assert bool(store.totals(gone, 0, 10**6, 10)) == (register is with_it)
        finally:
            store.close()


HOUR = 20_000 * 24 + 8
VISIT = (
    Increment(Dimension.ALL, "", visits=1, views=1),
    Increment(Dimension.SOURCE, "Google", visits=1, views=1),
    Increment(Dimension.BROWSER, "Chrome", visits=1, views=1),
    Increment(Dimension.COUNTRY, "DK", visits=1, views=1),
)


def test_with_a_filter_it_is_not_kept(site: Served) -> None:
    counters: CounterStore = site.app.extensions["plainsite"].counters
    query = Query(
        first=0, last=1, dimension=Dimension.COUNTRY, filters=((Dimension.SOURCE, "Google"),)
    )
    assert isinstance(counters.rows(query), NotKept)


def test_a_country_is_a_condition_of_segments(tmp_path: Path) -> None:
    """So what is asked of one country is counted, though it is not paired with anything."""
    root = whole_site(tmp_path / "site")
    when = '[[segment]]\nname = "danes"\nlabel = "Danes"\nwhen = {{ country = ["{}"] }}\n'
    segments = root / "site" / "segments.toml"
    segments.write_text(when.format("Denmark"), encoding="utf-8")
    with pytest.raises(Faults, match="is no country") as refused:
        read_site(root)
    assert "its code of ISO 3166-1" in str(refused.value)
    segments.write_text(when.format("DK"), encoding="utf-8")
    site = served(root)
    try:
        for address in (DENMARK, "8.8.8.8", NOBODYS[0]):
            assert visit(site, address, "/", "/ask/")[-1].status_code == 204
        assert counted(site, "segment") == {"danes": (1, 2, 1)}
    finally:
        site.close()


def test_a_missing_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(countries, "EMBEDDED", tmp_path / "nothing.xz")
    site = served(whole_site(tmp_path / "site"))
    try:
        assert visit(site, DENMARK)[-1].status_code == 204
        assert counted(site) == {UNKNOWN: (1, 1, 0)}
        (told,) = (part for part in site.app.extensions["plainsite"].parts() if not part.works)
        assert told.name == "countries"
        assert told.why == "the table nothing.xz cannot be read: No such file or directory"
    finally:
        site.close()


def test_a_service_with_a_damaged_table_follows_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reload leaves the one that runs, with its table in memory; a first start serves all."""
    root = whole_site(tmp_path / "site")
    served(root).close()
    monkeypatch.setenv("PLAINSITE_ROOT", str(root))
    monkeypatch.setenv("GUNICORN_PID", "1")
    close(wsgi.make_app())
    (root / "var" / OWN).write_bytes(b"no table")
    with pytest.raises(Faults, match=f"the table {OWN} is damaged"):
        wsgi.make_app()
    monkeypatch.delenv("GUNICORN_PID")
    close(wsgi.make_app())


def close(app: WSGIApplication) -> None:
    assert isinstance(app, Flask)
    app.extensions["plainsite"].close()
