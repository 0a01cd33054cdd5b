"""/staff/experiments/: nothing but the end before it is over, then a sentence with its bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client

from analytics.visits.model import Dimension, Increment
from analytics.visits.store.trials import Tried
from tests.fixtures.experiment_site import KEY, experiment_site, served, slots
from tests.fixtures.small_site import SmallSite
from tests.fixtures.staff import add, signed_in

PAGE = "/staff/experiments/"
SEEN = (3, 5, 4, 6, 5, 4, 5, 3, 6, 5)
"""By so many in a hundred the second variant is better, in each part."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    made = served(experiment_site(tmp_path_factory.mktemp("experiments") / "site"))
    add(made, rita="reports", carl="contacts")
    yield made
    made.service.close()


def text(page: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def count(site: SmallSite, better: tuple[int, ...], visits: int = 300, first: int = 10) -> None:
    """Count so many visits of each part and variant, in the place of what was counted."""
    over = datetime.fromtimestamp(slots(site).told_from * 3600, UTC).date()
    store = site.service.counters
    store.write(lambda connection: connection.exec_driver_sql("DELETE FROM experiments"))
    for part, points in enumerate(better):
        for variant, share in (("plain", first), ("question", first + points)):
            reached = visits * share // 100
            store.add(0, (), tried=(Tried(KEY, part, variant, over, visits, reached),))


def after(site: SmallSite) -> Client:
    """A browser of staff, once the experiment is over."""
    site.clock.now = slots(site).told_from * 3600.0
    return signed_in(site, "rita")


def test_while_it_is_on_the_page_names_only_its_end(site: SmallSite) -> None:
    """Whatever was counted until then."""
    count(site, SEEN)
    site.clock.now = slots(site).told_from * 3600.0 - 1
    said = text(signed_in(site, "rita").get(PAGE).text)
    assert "It is on What it shows is told from Mar 30, 2026, 12 pm on" in said
    assert "better" not in said.partition("How it is worked out")[0]
    assert "question" not in said
    site.clock.now = slots(site).first_hour * 3600.0 - 1
    assert "It has not begun" in text(signed_in(site, "rita").get(PAGE).text)


def begun(site: SmallSite, a_day: int, goals: int) -> None:
    """So many more visits that began on the page on each of the 28 days before, and how many of
    them reached the goal."""
    for day in range(28):
        hour = slots(site).first_hour - 24 * day - 6
        both = [Increment(dimension, cell, visits=a_day) for dimension, cell in BEGAN]
        site.service.counters.add(hour, [*both, Increment(Dimension.GOAL, "asked", visits=goals)])


BEGAN = ((Dimension.ALL, ""), (Dimension.ENTRY, "/"))


def test_what_it_could_show_is_said_beforehand_by_the_visits_before_it(site: SmallSite) -> None:
    """And stays what it was, whatever comes while it is on."""
    site.clock.now = slots(site).first_hour * 3600.0
    rita = signed_in(site, "rita")
    assert "No visit began here in the 28 days before" in text(rita.get(PAGE).text)
    begun(site, 20, 1)
    said = text(rita.get(PAGE).text)
    assert "In the 28 days before, 560 visits began here, and 5.0 % of all visits reached" in said
    assert "too few visits would reach the goal to tell the wordings apart" in said
    begun(site, 380, 23)
    said = text(rita.get(PAGE).text)
    assert "11,200 visits began here, and 6.0 % of all visits reached the goal" in said
    assert "no difference under 1.8 points would be found in four of five trials" in said
    site.clock.now = slots(site).told_from * 3600.0 - 1
    both = [Increment(dimension, cell, visits=900) for dimension, cell in BEGAN]
    site.service.counters.add(slots(site).first_hour + 50, both)
    assert "11,200 visits began here" in text(signed_in(site, "rita").get(PAGE).text)
    assert "What it could show" not in text(after(site).get(PAGE).text)


def test_a_difference_is_told_with_its_bounds(site: SmallSite) -> None:
    count(site, SEEN)
    said = text(after(site).get(PAGE).text)
    found = re.search(r"“question” is better than “plain” by ([\d.]+) to ([\d.]+) points\.", said)
    assert found
    assert float(found[1]) < 4.6 < float(found[2])
    assert "plain 3,000 300 10.0 % –" in said
    assert "question 3,000 438 14.6 % +4.6 (between +" in said


def test_the_first_variant_may_be_the_better_one(site: SmallSite) -> None:
    count(site, tuple(-each for each in SEEN))
    assert "“plain” is better than “question” by" in text(after(site).get(PAGE).text)


def test_no_difference_says_what_it_would_have_shown(site: SmallSite) -> None:
    count(site, (3, -3, 2, -2, 1, -1, 4, -4, 2, -2))
    said = text(after(site).get(PAGE).text)
    assert re.search(
        r"No difference between “plain” and “question” that this could show: one of [\d.]+ points"
        r" would have been found in four of five trials\.",
        said,
    )


@pytest.mark.parametrize("share", [0, 100])
def test_where_none_or_all_reach_the_goal_nothing_is_said_of_a_difference(
    site: SmallSite, share: int
) -> None:
    """The parts do not differ then: that is no proof."""
    count(site, (0,) * 10, first=share)
    said = text(after(site).get(PAGE).text)
    assert "Nothing can be said of “question” and “plain”: of each, 10 visits at least" in said
    assert "difference between" not in said.partition("How it is worked out")[0]


def test_bounds_that_are_the_same_are_said_once(site: SmallSite) -> None:
    count(site, (5,) * 10)
    assert "“question” is better than “plain” by about 5.0 points." in text(
        after(site).get(PAGE).text
    )


def test_no_difference_under_that_of_one_visit_would_have_been_found(site: SmallSite) -> None:
    """All parts are the same: 3,000 visits of each, and so a thirtieth of a point."""
    count(site, (0,) * 10)
    assert "one of 0.03 points would have been found" in text(after(site).get(PAGE).text)


def test_too_few_visits_tell_nothing(site: SmallSite) -> None:
    """Of the whole experiment: one part with 9 visits of a variant is enough."""
    count(site, SEEN, visits=9)
    said = text(after(site).get(PAGE).text)
    assert "Too few visits" in said
    assert "question" not in said
    count(site, SEEN[:9])
    assert "Too few visits" in text(after(site).get(PAGE).text)


def test_only_who_may_read_counters_sees_it(site: SmallSite) -> None:
    assert signed_in(site, "carl").get(PAGE).status_code == 403


def test_it_is_marked_in_the_report(site: SmallSite) -> None:
    site.clock.now = slots(site).first_hour * 3600.0
    site.visitor().view("/ask/", given=True)
    client = after(site)
    said = text(client.get("/staff/reports/?from=2026-03-01&to=2026-03-30").text)
    assert "Experiment “How the home page greets” begins" in said
    assert "Experiment “How the home page greets” ends" in said
