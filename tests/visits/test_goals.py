"""Goals and funnels: what reaches them, what is wrong with them, and what is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.visits.model import Dimension, Increment
from policy.goals import Goals, goal_faults, matches
from tests.fixtures.small_site import SmallSite, small_site

DECLARED = Goals.model_validate({
    "goal": [
        {"name": "asked", "label": "Asked", "page": "/about/"},
        {"name": "read", "label": "Read", "page": "/solutions/*"},
        {"name": "sent", "label": "Sent", "form": "request-information"},
    ],
    "funnel": [{"name": "way", "label": "Way", "steps": ["/", "/solutions/", "asked"]}],
})  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("pattern", "what", "fits"),
    [
        ("/a/", "/a/", True),
        ("/a/", "/a/b/", False),
        ("/a/*", "/a/b/", True),
        ("/a/*", "/a/", False),
        ("/*", "/", False),
        ("https://x.org/*", "https://x.org/1", True),
        ("https://x.org/*", "https://x.org.evil/1", False),
    ],
)
def test_a_star_stands_for_what_is_below(pattern: str, what: str, fits: bool) -> None:
    assert matches(pattern, what) is fits


def test_a_deed_reaches_goals_and_steps() -> None:
    assert DECLARED.reached("page", "/about/").goals == {"asked"}
    assert DECLARED.reached("page", "/about/").steps == {("way", 3)}
    assert DECLARED.reached("page", "/").steps == {("way", 1)}
    assert DECLARED.reached("form", "request-information").goals == {"sent"}
    assert DECLARED.reached("event", "request-information").goals == set()
    assert DECLARED.steps == {"way:1", "way:2", "way:3"}


def test_names_fit_a_cookie_and_labels_are_one_line_of_anything_that_is_typed() -> None:
    Goals.model_validate({"goal": [{"name": "a", "label": "<b>~=&; \u00e9\u05d0", "page": "/"}]})
    for label in ("\u202e<b>", "two\nlines", " blanks ", "\u200b", ""):
        with pytest.raises(ValueError, match="label"):
            Goals.model_validate({"goal": [{"name": "a", "label": label, "page": "/"}]})
    for name in ("", "A", "a b", "a~b", "a:1", "1a", "a" * 25, "é", "a-"):
        with pytest.raises(ValueError, match="name"):
            Goals.model_validate({"goal": [{"name": name, "label": "x", "page": "/"}]})


def test_what_cannot_be_counted_is_told() -> None:
    declared = Goals.model_validate({
        "goal": [
            {"name": "a", "label": "A", "page": "about"},
            {"name": "a", "label": "A", "event": "gone", "form": "ask"},
            {"name": "b", "label": "B", "form": "gone"},
            {"name": "c", "label": "C", "outbound": "/about/"},
            {"name": "d", "label": "D"},
        ],
        "funnel": [
            {"name": "f", "label": "F", "steps": ["/", "gone"]},
            {"name": "f", "label": "F", "steps": ["a", "a"]},
        ],
    })  # fmt: skip
    told = [message for _, message, _ in goal_faults(declared, frozenset({"ask"}), frozenset())]
    assert told == [
        'goal "a": "about" is no address of this site',
        'label "A" is there already',
        'goal "a" is there already',
        'goal "a" is reached by 2 things',
        'goal "b": there is no form "gone"',
        'goal "c": "/about/" is no address of another site',
        'goal "d" is reached by 0 things',
        'funnel "f": "gone" is neither a page nor a goal',
        'label "F" is there already',
        'funnel "f" is there already',
        'funnel "f" has the step "a" twice, one after the other',
    ]


def with_goals(site: SmallSite, goals: Goals) -> None:
    """The service as it is after a deploy with these."""
    view: Any = site.app.view_functions["visits.count_view"]
    visits = view.__self__
    object.__setattr__(visits, "site", replace(visits.site, goals=goals))
    named: Any = site.service.cookies._named
    named["goals"], named["funnels"] = goals.names, goals.steps


def test_goals_and_steps_are_counted_once_a_visit(site: SmallSite) -> None:
    with_goals(site, DECLARED)
    visitor = site.visitor()
    for page, before in (("/", ""), ("/about/", "/"), ("/solutions/", "/"), ("/about/", "*")):
        assert visitor.view(page, before).status_code == 204
    assert site.total("goal") == {"asked": {"visits": 1, "times": 2}}
    steps = {"way:1": {"visits": 1}, "way:2": {"visits": 1}, "way:3": {"visits": 1}}
    assert site.total("funnel") == steps
    assert visitor.cookie is not None
    assert "&goals=asked&funnels=way:3." in visitor.cookie


def test_a_goal_that_is_gone_ends_the_visits_that_reached_it(site: SmallSite) -> None:
    """As a page that is gone does: the cookie names something that is not there."""
    with_goals(site, DECLARED)
    reached, other = site.visitor(), site.visitor()
    reached.view("/about/")
    other.view("/")
    with_goals(site, Goals())
    for visitor in (reached, other):
        visitor.cookie = (visitor.cookie or "").strip()
    assert reached.view("/", "/about/").status_code == 204
    assert site.total("all")[""]["visits"] == 3
    assert site.total("goal") == {"asked": {"visits": 1, "times": 1}}


def test_a_page_reaches_a_goal_in_any_language(site: SmallSite) -> None:
    plain = site.service.site.plain
    assert plain("/es/solutions/one-place/") == "/solutions/one-place/"
    assert plain("/solutions/") == "/solutions/"
    assert plain("/es/") == "/"
    assert plain("/espresso/") == "/espresso/"


def test_a_cookie_that_is_sent_again_reaches_no_goal_twice(site: SmallSite) -> None:
    """As it was before the goal: by a program, or by two tabs that had it at one time."""
    with_goals(site, DECLARED)
    visitor, other = site.visitor(), site.visitor()
    visitor.view("/")
    other.view("/about/")
    before = visitor.cookie
    assert before is not None
    for _ in range(6):
        visitor.cookie = before
        assert visitor.view("/about/", "/").status_code == 204
    assert site.total("all")[""]["visits"] == 2
    assert site.total("goal")["asked"] == {"visits": 2, "times": 7}
    assert all(step["visits"] <= 2 for step in site.total("funnel").values())


def test_a_goal_adds_nothing_to_a_day_that_is_closed(site: SmallSite) -> None:
    """How often it was reached is of the hour of the deed; a visit of days ago is over."""
    hour = int(site.clock() // 3_600)
    reached = [Increment(Dimension.GOAL, "asked", visits=1, times=1)]
    begun = [Increment(Dimension.ALL, "", visits=1, views=1)]
    for ago, visits in ((20, 1), (60, 1)):
        site.service.counters.add(hour - ago, begun)
        site.service.counters.add(hour, reached, began=hour - ago)
        assert site.total("goal")["asked"]["visits"] == visits
    assert site.total("goal")["asked"]["times"] == 2
