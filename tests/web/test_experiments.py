"""Which variant is served: what the clock says, to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from analytics.preview.seen_as import SeenAs
from analytics.web.page_server import CHOSEN
from policy.experiments import FILE
from tests.fixtures.experiment_site import DECLARED, at, drawn, experiment_site, served, slots
from tests.fixtures.small_site import CHROME, SmallSite

VARIANTS = {"plain": "We help schools.", "question": "Do you run a school?"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    made = served(experiment_site(tmp_path_factory.mktemp("experiment") / "site"))
    yield made
    made.service.close()


def shown(answer: TestResponse) -> str:
    (found,) = (name for name, words in VARIANTS.items() if words in answer.text)
    return found


def ask(site: SmallSite, page: str = "/", **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.app.test_client(use_cookies=False).get(page, headers=sent, buffered=True)


def as_teacher(site: SmallSite) -> str:
    values = {"version": 1, "audience": "teacher"}
    return f"__Host-audience={site.service.cookies.encode('audience', values)}"


@pytest.mark.parametrize("variant", VARIANTS)
def test_everybody_gets_the_same_in_a_slot(site: SmallSite, variant: str) -> None:
    """Whoever asks, with whatever browser, choice, address or cookie; and nothing is stored."""
    at(site, variant)
    visitors: list[dict[str, str]] = [
        {},
        {"User_Agent": CHROME},
        {"Sec_GPC": "1", "DNT": "1"},
        {"Cookie": "__Secure-visit=1; variant=plain"},
        {"X_Forwarded_For": "192.0.2.7"},
        {"Cookie": as_teacher(site)},
    ]
    for headers in visitors:
        answer = ask(site, **headers)
        assert shown(answer) == variant
        assert "Set-Cookie" not in answer.headers


def test_the_whole_order_is_served_as_it_was_declared(site: SmallSite) -> None:
    for slot in slots(site):
        for hour in (slot.first, slot.after - 1):
            site.clock.now = hour * 3600.0
            assert shown(ask(site)) == slot.variant


LATER = """
[[experiment]]
name = "later"
label = "How it ends"
page = "/"
variants = ["plain", "statement"]
goal = "asked"
slot_hours = 6
begins = 2026-04-01
ends = 2026-04-28
"""


def test_one_experiment_follows_another_without_a_build(tmp_path: Path) -> None:
    """Each slot of both has its own words; those of the one before may be gone from the page."""
    root = experiment_site(tmp_path / "site")
    (root / FILE).write_text(drawn(DECLARED + LATER))
    page = root / "content/index.md"
    page.write_text(page.read_text() + "\n/// variant | statement\nWe state it.\n///\n")
    words = {**VARIANTS, "statement": "We state it."}
    site = served(root)
    try:
        for each in site.service.build.experiments:
            for slot in each:
                site.clock.now = slot.first * 3600.0
                text = ask(site).text
                assert [name for name, said in words.items() if said in text] == [slot.variant]
    finally:
        site.service.close()


def test_before_and_after_it_is_the_first_variant(site: SmallSite) -> None:
    for hour in (slots(site).first_hour - 1, slots(site).after):
        site.clock.now = hour * 3600.0
        answer = ask(site)
        assert shown(answer) == "plain"
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_an_audience_has_its_own_words_in_each_variant(site: SmallSite) -> None:
    at(site, "question")
    assert "Or do you teach?" in ask(site, Cookie=as_teacher(site)).text
    assert "Or do you teach?" not in ask(site).text


def test_a_browser_that_has_one_variant_is_not_told_that_it_is_fresh_in_the_next(
    site: SmallSite,
) -> None:
    at(site, "plain")
    tag = ask(site).headers["ETag"]
    assert ask(site, If_None_Match=tag).status_code == 304
    at(site, "question")
    assert ask(site, If_None_Match=tag).status_code == 200


def test_caches_may_keep_it_until_its_slot_ends(tmp_path) -> None:
    """For five minutes at most, so that a correction is seen. Where audiences have their own words,
    a cache may not keep a page for others, with an experiment or without."""
    root = experiment_site(tmp_path / "site")
    page = root / "content/index.md"
    for_all = re.sub(r"/// audience[^/]*(/// otherwise[^/]*)?///\n", "", page.read_text())
    page.write_text(for_all)
    site = served(root)
    try:
        at(site, "question")
        assert ask(site).headers["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in ask(site).headers.get("Vary", "")
        slot = site.service.build.slot("/", int(site.clock.now // 3600))
        assert slot is not None
        site.clock.now = slot.after * 3600 - 299.5
        assert ask(site).headers["Cache-Control"] == "no-cache"
    finally:
        site.service.close()


def test_a_form_that_comes_back_shows_what_is_served_now(site: SmallSite) -> None:
    at(site, "question")
    assert "Do you run a school?" in site.service.pages.text("/")
    at(site, "plain")
    assert "We help schools." in site.service.pages.text("/")


@pytest.mark.parametrize("variant", VARIANTS)
def test_who_previews_sees_the_variant_that_is_asked_for(site: SmallSite, variant: str) -> None:
    """Whatever the clock says, and for each audience; no visitor can ask for one."""
    for now in VARIANTS:
        at(site, now)
        asked = {"QUERY_STRING": f"preview-variant={variant}"}
        seen = SeenAs.of(asked)
        assert seen.on("/about/") == f"/about/?preview-variant={variant}"
        environ = {CHOSEN: SeenAs(variant=seen.variant).variant}
        client = site.app.test_client(use_cookies=False)
        answer = client.get("/", environ_overrides=environ, buffered=True)
        assert shown(answer) == variant
        cookie = {"Cookie": as_teacher(site)}
        answer = client.get("/", headers=cookie, environ_overrides=environ, buffered=True)
        assert (shown(answer), "For teachers." in answer.text) == (variant, True)
        assert shown(ask(site, f"/?preview-variant={variant}")) == now
        assert shown(ask(site, Plainsite_Variant=variant)) == now
