"""What visitors do on a page besides reading it: what is counted, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.visits.deeds import Told, told
from analytics.visits.model import Dimension
from analytics.visits.page_links import leads_away
from policy.events import Events
from policy.goals import Goals
from policy.manifest import BUILD_FILE, to_json
from tests.fixtures.counter_stores import held_of_two
from tests.fixtures.small_site import SmallSite, Visitor, put, small_site, write_build

LINK = "https://partner.example/a?b=c"
EVENTS = Events.model_validate({
    "event": [{"name": "played", "label": "Played", "properties": {"video": ("tour", "intro")}}]
})  # fmt: skip
GOALS = Goals.model_validate({
    "goal": [
        {"name": "asked", "label": "A", "form": "request-information"},
        {"name": "played", "label": "P", "event": "played"},
        {"name": "left", "label": "L", "outbound": "https://partner.example/*"},
        {"name": "file", "label": "F", "download": "/files/*"},
    ]
})  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    public = tmp_path / "public"
    build = write_build(public)
    page = put(public, "about/index.html", f'<a href="{LINK}">x</a><a href="/files/a.pdf">y</a>')
    files = {"/files/a.pdf": put(public, "files/a.pdf", "%PDF", "application/pdf")}
    files = {**build.files, "/about/": page, **files}
    pages = {**build.pages, "/": replace(build.pages["/"], form="request-information")}
    (public / BUILD_FILE).write_bytes(to_json(replace(build, files=files, pages=pages)))
    with small_site(tmp_path) as made:
        view: Any = made.app.view_functions["visits.count_view"]
        visits = view.__self__
        object.__setattr__(visits, "site", replace(visits.site, goals=GOALS, events=EVENTS))
        named: Any = made.service.cookies._named
        named["goals"], named["funnels"] = GOALS.names, GOALS.steps
        yield made


@pytest.fixture
def visitor(site: SmallSite) -> Visitor:
    visitor = site.visitor()
    visitor.view("/about/")
    return visitor


def act(visitor: Visitor, deed: str, what: str, page: str = "/about/") -> tuple[int, str]:
    answer = visitor.post("/visit/action", {"page": page, "deed": deed, "what": what})
    return answer.status_code, answer.headers.get("Plainsite-Refused", "")


@pytest.mark.parametrize(
    ("deed", "what", "cells", "goal"),
    [
        ("event", "played?video=tour", ["played", "played/video/tour"], "played"),
        ("event", "played", ["played"], "played"),
        ("outbound", LINK, [LINK], "left"),
        ("download", "/files/a.pdf", ["/files/a.pdf"], "file"),
    ],
)
def test_a_deed_is_counted_with_its_goal(  # noqa: PLR0917  (a case, and what it is tried on)
    deed: str, what: str, cells: list[str], goal: str, site: SmallSite, visitor: Visitor
) -> None:
    """Each time; the goal once a visit, and the rest of the visit as it was."""
    before = site.total("all"), site.total("page"), site.total("source")
    for _ in range(2):
        assert act(visitor, deed, what) == (204, "")
    assert site.total(deed) == {cell: {"times": 2} for cell in cells}
    assert site.total("goal") == {goal: {"visits": 1, "times": 2}}
    assert (site.total("all"), site.total("page"), site.total("source")) == before
    visitor.view("/", "/about/")
    assert site.total("all")[""]["continued"] == 1


def test_a_form_is_seen_and_sent(site: SmallSite, visitor: Visitor) -> None:
    """The page of thanks is no page that is counted."""
    visitor.view("/", "/about/")
    assert act(visitor, "form", "request-information", "") == (204, "")
    cells = {"request-information/seen": {"times": 1}, "request-information/sent": {"times": 1}}
    assert site.total("form") == cells
    assert site.total("goal") == {"asked": {"visits": 1, "times": 1}}
    assert site.total("all")[""]["views"] == 2


@pytest.mark.parametrize(
    ("deed", "what"),
    [
        ("event", "gone"),
        ("event", ""),
        ("event", "played?video=other"),
        ("event", "played?size=9"),
        ("event", "played?" + "&".join(f"a{n}=1" for n in range(99))),
        ("outbound", "https://partner.example/"),
        ("outbound", "javascript:alert(1)"),
        ("outbound", "/about/"),
        ("download", "/about/"),
        ("download", "/assets/main.1a2b3c4d.css"),
        ("download", "/files/../var/secret.key"),
        ("download", "/files/b.pdf"),
        ("form", "gone"),
        ("form", "\u202e'; DROP TABLE counters;--"),
    ],
)
def test_what_is_not_declared_is_refused(
    deed: str, what: str, site: SmallSite, visitor: Visitor
) -> None:
    cookie = visitor.cookie
    assert act(visitor, deed, what) == (404, "unknown-deed")
    assert visitor.cookie == cookie
    assert site.total(deed) == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"page": "/about/", "deed": "page", "what": "/about/"},
        {"page": "/about/", "deed": "event", "what": 5},
        {"page": "/about/", "deed": "event", "what": "played", "more": 1},
        {"page": "/about/", "deed": "event", "what": "a" * 2_001},
        [],
    ],
)
def test_what_no_page_sends_is_refused(body: object, site: SmallSite, visitor: Visitor) -> None:
    answer = visitor.post("/visit/action", body)
    assert answer.headers["Plainsite-Refused"] == "not-understood"


def test_a_deed_needs_a_visit_and_begins_none(site: SmallSite, visitor: Visitor) -> None:
    stranger = site.visitor()
    assert act(stranger, "event", "played") == (403, "no-cookie")
    stranger.consent()
    assert act(stranger, "event", "played") == (403, "no-cookie")
    assert act(visitor, "event", "played", "/gone/") == (404, "unknown-page")
    site.clock.forward(minutes=60)
    assert act(visitor, "event", "played") == (204, "")
    visitor.view("/about/")
    assert site.total("all")[""]["visits"] == 2


def tell(visitor: Visitor, **body: object) -> tuple[int, str]:
    sent = {"page": "/about/", "ms": 0, "renews": False, **body}
    answer = visitor.post("/visit/engaged", sent)
    return answer.status_code, answer.headers.get("Plainsite-Refused", "")


def test_reading_is_counted_once_a_view_in_each_quarter_and_band(
    site: SmallSite, visitor: Visitor
) -> None:
    assert tell(visitor, deep=[0, 0.6], ms=5_000)[0] == 204
    assert tell(visitor, deep=[0.6, 0.7], ms=26_000, before=5_000)[0] == 204
    assert tell(visitor, deep=[0.7, 3.0], ms=0, before=31_000)[0] == 204
    assert site.total("depth") == {f"{each} /about/": {"times": 1} for each in (25, 50, 75, 100)}
    assert site.total("attention") == {f"{each} /about/": {"times": 1} for each in (10, 30)}
    assert site.total("all")[""]["engaged_ms"] == 31_000


def test_speed_is_counted_in_the_bands_of_the_field(site: SmallSite, visitor: Visitor) -> None:
    assert tell(visitor, speed={"LCP": 2_500, "INP": 201, "CLS": 0.26})[0] == 204
    assert tell(visitor, speed={"LCP": 4_000.5})[0] == 204
    cells = ("LCP good", "LCP poor", "INP needs improvement", "CLS poor")
    assert site.total("speed") == {cell: {"times": 1} for cell in cells}


def test_the_steps_of_a_form_are_those_of_its_fields(site: SmallSite, visitor: Visitor) -> None:
    steps = ["started", "left/phone", "error/email", "error/email", "left/permission"]
    assert tell(visitor, forms=[f"request-information/{each}" for each in steps]) == (204, "")
    assert site.total("form") == {f"request-information/{each}": {"times": 1} for each in {*steps}}
    for wrong in (
        "gone/started",
        "request-information/left/secret",
        "request-information/sent",
        "",
    ):
        assert tell(visitor, forms=[wrong]) == (404, "unknown-deed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ms": -1},
        {"ms": 10**30},
        {"before": -1},
        {"deep": [0]},
        {"deep": [0, -1]},
        {"deep": [0, 1e9]},
        {"deep": ["0", "1"]},
        {"speed": {"TTFB": 1}},
        {"speed": {"LCP": -1}},
        {"speed": {"LCP": 1e300}},
        {"forms": ["a" * 101]},
        {"forms": ["a"] * 51},
        {"forms": "a"},
    ],
)
def test_numbers_that_no_page_has_are_refused(
    wrong: dict[str, object], site: SmallSite, visitor: Visitor
) -> None:
    assert tell(visitor, **wrong) == (400, "not-understood")


def test_a_message_of_nothing_adds_nothing() -> None:
    assert told("/", 0, Told()) == ()
    assert told("/", 0, Told(deep=(0.9, 0.1))) == ()


def test_links_that_lead_away_are_those_of_the_page() -> None:
    html = '<a href="https://a.example/?x=1&amp;y=2">a</a> <a href="/b/">b</a> <a>c</a>'
    assert leads_away(html) == {"https://a.example/?x=1&y=2"}


def test_where_phones_leave_a_form_can_be_asked(site: SmallSite, visitor: Visitor) -> None:
    """The steps of forms are kept beside what else is known of the visit, by month."""
    tell(visitor, forms=["request-information/left/phone"])
    held = held_of_two(site.service.counters, Dimension.DEVICE, Dimension.FORM)
    assert held == {("Desktop", "request-information/left/phone"): 1}
