"""What pages say: what is published, and the same to everybody who gave the same answer."""

from __future__ import annotations

import pytest

from audit.observations import Journey, Observed, PageFacts, Snapshot
from audit.rules.compare import compare
from policy import read_site
from tests.fixtures.first_site import ROOT

SITE = read_site(ROOT)
WORDS = {"/about/": "aboutuswelcomeyouwhosearched"}


def journey(name: str, text: str, step: str = "open /about/", **more: frozenset[str]) -> Journey:
    facts = PageFacts(text=text, notice=True, links=("/cookies/",))
    agreed = more.get("agreed", frozenset())
    return Journey(name, "chromium", (Snapshot(step, "/about/", 0, agreed, facts=facts),))


def told(*journeys: Journey) -> list[str]:
    observed = Observed("", journeys, pages=("/about/",), words=WORDS)
    found = compare(SITE, observed, complete=False)
    return [each.message for each in found if each.rule == "said otherwise"]


def test_words_that_are_published_are_said_in_whatever_capitals_and_blanks() -> None:
    assert told(journey("reject", "ABOUT us\n\n  Welcome, ".replace(",", ""))) == []


def test_words_that_are_not_published_are_told() -> None:
    assert told(journey("reject", "About them")) == [
        "/about/ says what is not in the page that was published"
    ]


def test_what_is_shown_to_some_only_is_told_though_it_is_published() -> None:
    one, two = journey("reject", "About us"), journey("from elsewhere", "Welcome you who searched")
    assert told(one, two) == ["/about/ says something else to one visitor than to another"]


@pytest.mark.parametrize(
    "other",
    [
        journey("narrow window", "Welcome"),
        journey("reject", "Welcome", step="accept"),
        journey("reject", "Welcome", agreed=frozenset({"choice"})),
    ],
)
def test_another_window_answer_or_deed_may_show_another_part(other: Journey) -> None:
    assert told(journey("reject", "About us"), other) == []
