"""That a visit goes on, and what it reaches, is counted where it began: also in the language and
for the audience of its first page, whatever those of a later page are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.visits.beginnings import as_begun
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.query import NotKept, Query
from tests.fixtures.small_site import PAGES, PERSONAL, SmallSite, Visitor, small_site, write_build

VISITS = 12
FORM = {"page": "", "deed": "form", "what": "request-information"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    write_build(tmp_path / "public", pages=(*PAGES, "/es/"))
    with small_site(tmp_path) as made:
        yield made


def visits(site: SmallSite, *pages: str, audience: str = "") -> Iterator[Visitor]:
    """As many visits of some pages, one after the other."""
    for _ in range(VISITS):
        visitor = site.visitor()
        if audience:
            values = {"version": 1, "audience": audience}
            cookie = site.service.cookies.encode("audience", values)
            visitor.client.set_cookie("__Host-audience", cookie, secure=True)
        before = ""
        for page in pages:
            assert visitor.view(page, before).status_code == 204
            before = page
        yield visitor


def by_goal(site: SmallSite, dimension: Dimension) -> dict[str, int]:
    last = int(site.clock.now // 3_600)
    goal = ((Dimension.GOAL, "asked"),)
    found = site.service.counters.rows(
        Query(first=last - 24, last=last, dimension=dimension, filters=goal)
    )
    assert not isinstance(found, NotKept)
    return {row.cell: row.visits for row in found.rows}


def test_a_visit_goes_on_in_the_language_in_which_it_began(site: SmallSite) -> None:
    list(visits(site, "/es/", "/about/", "/"))
    list(visits(site, "/about/"))
    assert site.total("page_language") == {
        "es": {"visits": VISITS, "views": VISITS, "continued": VISITS},
        "en": {"visits": VISITS, "views": 3 * VISITS},
    }
    assert site.total("entry")["/es/"] == {
        "visits": VISITS, "views": 3 * VISITS, "continued": VISITS,
    }  # fmt: skip
    assert site.total("all")[""]["continued"] == VISITS


def test_a_goal_is_reached_in_the_language_in_which_its_visit_began(site: SmallSite) -> None:
    """The page of thanks after a form says of no language."""
    for visitor in visits(site, "/es/", "/about/"):
        assert visitor.post("/visit/action", FORM).status_code == 204
    for visitor in visits(site, "/about/"):
        assert visitor.post("/visit/action", FORM).status_code == 204
    assert site.total("goal") == {"asked": {"visits": 2 * VISITS, "times": 2 * VISITS}}
    assert by_goal(site, Dimension.PAGE_LANGUAGE) == {"es": VISITS, "en": VISITS}
    assert by_goal(site, Dimension.ENTRY) == {"/es/": VISITS, "/about/": VISITS}


def test_a_visit_goes_on_for_the_audience_for_which_it_began(site: SmallSite) -> None:
    """The next page is the same for all."""
    list(visits(site, PERSONAL, "/about/", audience="teacher"))
    assert site.total("audience") == {
        "teacher": {"visits": VISITS, "views": VISITS, "continued": VISITS},
        "everyone": {"views": VISITS},
    }


def test_what_is_alike_stays_one() -> None:
    hit = (
        Increment(Dimension.ALL, "", views=1, continued=1),
        Increment(Dimension.PAGE_LANGUAGE, "en", views=1, continued=1),
    )
    assert as_begun(hit, lambda: {Dimension.PAGE_LANGUAGE: "en"}) == hit
    parts = as_begun(hit, lambda: {Dimension.PAGE_LANGUAGE: "es"})
    assert {(each.cell, each.views, each.continued) for each in parts} == {
        ("", 1, 0), ("en", 1, 0), ("", 0, 1), ("es", 0, 1),
    }  # fmt: skip
    read = (Increment(Dimension.PAGE_LANGUAGE, "en", engaged_ms=9),)
    assert as_begun(read, lambda: pytest.fail("nobody needs to know")) == read


def test_who_says_what_they_are_in_the_midst_of_a_visit_began_as_everybody(site: SmallSite) -> None:
    """The form makes the audience known, and its page of thanks reaches the goal: the visit, all
    of it, is of those for whom its first page was made."""
    values = {"version": 1, "audience": "teacher"}
    cookie = site.service.cookies.encode("audience", values)
    for visitor in visits(site, PERSONAL):
        visitor.client.set_cookie("__Host-audience", cookie, secure=True)
        assert visitor.post("/visit/action", FORM).status_code == 204
        assert visitor.view("/about/", PERSONAL).status_code == 204
    everyone = site.service.site.audiences.default
    assert site.total("audience") == {
        everyone: {"visits": VISITS, "views": 2 * VISITS, "continued": VISITS},
    }
    assert by_goal(site, Dimension.AUDIENCE) == {everyone: VISITS}
