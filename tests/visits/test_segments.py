"""Segments, and the finite lists that their conditions and the versions of browsers come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.visits.user_agents import BROWSERS, DEVICES, SYSTEMS
from analytics.visits.versions import (
    LANGUAGES,
    NO_WIDTH,
    OTHER,
    SCREENS,
    WIDEST,
    browser_version,
    language_of,
    screen_of,
    system_version,
)
from policy.segments import KNOWN, Segments, segment_faults
from tests.fixtures.simulated_visits import SAFARI
from tests.fixtures.small_site import CHROME, SmallSite, small_site

DECLARED = Segments.model_validate({
    "segment": [
        {
            "name": "phones",
            "label": "Newsletter on phones",
            "when": {"device": ("Phone",), "campaign": ("Newsletter",)},
        },
        {"name": "about", "label": "About", "when": {"entry": ("/about/*", "/about/")}},
    ]
})  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as made:
        view: Any = made.app.view_functions["visits.count_view"]
        visits = view.__self__
        object.__setattr__(visits, "site", replace(visits.site, segments=DECLARED))
        yield made


def test_a_segment_has_the_visits_for_which_all_conditions_hold(site: SmallSite) -> None:
    """With all measures of theirs; a visit may be of several."""
    newsletter = {"source": "newsletter", "medium": "email"}
    for agent, page, utm in (
        (SAFARI, "/about/", newsletter),
        (SAFARI, "/", {}),
        (CHROME, "/", newsletter),
    ):
        visitor = site.visitor()
        visitor.headers["User-Agent"] = agent
        visitor.view(page, utm=utm)
        visitor.view("/solutions/", page)
        visitor.engaged("/solutions/", 1_000)
    whole = {"visits": 1, "views": 2, "continued": 1, "engaged_ms": 1_000}
    assert site.total("segment") == {"phones": whole, "about": whole}


def test_the_names_of_conditions_are_those_that_are_counted() -> None:
    assert KNOWN["browser"] == BROWSERS
    assert KNOWN["system"] == SYSTEMS
    assert KNOWN["device"] == DEVICES
    assert KNOWN["screen"] == {NO_WIDTH, WIDEST, *(name for _, name in SCREENS)}
    assert KNOWN["language"] == {OTHER, *LANGUAGES.values()}


def test_a_segment_that_no_visit_can_be_of_is_told() -> None:
    declared = Segments.model_validate({
        "segment": [
            {"name": "a", "label": "A", "when": {"device": ("phone",), "campaign": ("Gone",)}},
            {"name": "a", "label": "A", "when": {"entry": ("/x/",)}},
        ]
    })  # fmt: skip
    told = [each[1] for each in segment_faults(declared, {"campaign": ("None",)})]
    assert told == [
        'segment "a": "phone" is no device',
        'segment "a": "Gone" is no campaign',
        'segment "a" is there already',
    ]


@pytest.mark.parametrize(
    ("browser", "header", "name"),
    [
        ("Chrome", CHROME, "Chrome 140"),
        ("Safari", SAFARI, "Safari 18"),
        ("Chrome", "Chrome/9999.0", "Chrome newer"),
        ("Chrome", "Chrome/49.0", "Chrome older"),
        ("Chrome", "", "Chrome"),
        ("Firefox", "Firefox/140.0", "Firefox 140"),
        ("Quark", "Quark/9.9", "Quark"),
        (OTHER, "Chrome/140", OTHER),
    ],
)
def test_a_browser_has_a_version_of_a_finite_list(browser: str, header: str, name: str) -> None:
    assert browser_version(browser, header) == name


@pytest.mark.parametrize(
    ("system", "header", "name"),
    [
        ("iOS", SAFARI, "iOS 18"),
        ("iOS", "CPU OS 9_1 like", "iOS older"),
        ("iOS", "CPU OS 999_1 like", "iOS newer"),
        ("Windows", CHROME, "Windows 10 or 11"),
        ("Windows", "(Windows NT 6.1)", "Windows older"),
        ("macOS", "Mac OS X 10_15_7", "macOS"),
        ("Android", "Android 10; K", "Android"),
    ],
)
def test_a_system_has_a_version_where_its_header_says_it(
    system: str, header: str, name: str
) -> None:
    assert system_version(system, header) == name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("en-US,en;q=0.9", "English"),
        ("es", "Spanish"),
        ("zh-Hant-TW;q=1", "Chinese"),
        ("*", OTHER),
        ("", OTHER),
        ("x" * 10_000, OTHER),
        ("\u202een", OTHER),
    ],
)
def test_a_language_is_one_of_a_finite_list(header: str, name: str) -> None:
    assert language_of(header) == name


@pytest.mark.parametrize(
    ("width", "name"),
    [
        (0, NO_WIDTH),
        (360, "Small (under 576 px)"),
        (576, "Medium (576 to 991 px)"),
        (1_439.5, "Large (992 to 1439 px)"),
        (99_999, WIDEST),
    ],
)
def test_a_screen_is_of_one_of_four_classes(width: float, name: str) -> None:
    assert screen_of(width) == name


def test_what_a_visit_is_told_of_is_counted_with_it(site: SmallSite) -> None:
    """Each of these adds up to the whole; one page leads to the next."""
    visitor = site.visitor()
    visitor.headers["Accept-Language"] = "de-DE,de;q=0.8"
    body = {"page": "/solutions/", "from": "", "utm": {}, "version": 1, "given": False}
    assert visitor.post("/visit/view", body | {"width": 400}).status_code == 204
    visitor.view("/about/", "/solutions/")
    whole = {"visits": 1, "views": 2, "continued": 1}
    assert site.total("language") == {"German": whole}
    assert site.total("page_language") == {"en": whole}
    assert site.total("browser_version") == {"Chrome 140": whole}
    assert site.total("audience") == {"everyone": whole}
    assert set(site.total("screen")) == {"Small (under 576 px)", NO_WIDTH}
    assert site.total("flow") == {"/solutions/ /about/": {"times": 1}}
