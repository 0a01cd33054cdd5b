"""An alert: one mail at most of a day that ended, which says what was far from its usual."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from werkzeug.test import Client

from analytics.staff.by_mail.alert import Judging
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.daily import Daily, Struck
from tests.fixtures.digest_mail import carrier, confirmed, parts, rounds
from tests.fixtures.form_site import rows
from tests.fixtures.small_site import SmallSite
from tests.fixtures.staff import signed_in
from tests.staff.test_digest_mail import EMAIL, WAITING, ZONE, at, post, site

__all__ = ["post", "site"]

MONDAY = date(2026, 3, 9)


@pytest.fixture
def rita(site: SmallSite) -> Client:
    """Nine weeks of the same Mondays and Tuesdays lie behind her site."""
    for weeks in range(10):
        count(site, MONDAY - timedelta(weeks=weeks))
    at(site, "2026-03-09 09:00")
    return signed_in(site, "rita")


def count(site: SmallSite, day: date, visits: int = 100, **more: int) -> None:
    """A day as usual; each other number is `more` than that."""
    hour = int(datetime(day.year, day.month, day.day, 12, tzinfo=ZONE).timestamp()) // 3_600
    about, asked = 40 + more.get("about", 0), 20 + more.get("asked", 0)
    made = [
        Increment(Dimension.ALL, "", visits=visits, views=visits),
        Increment(Dimension.PAGE, "/about/", views=about),
        Increment(Dimension.PAGE, "/", views=60),
        Increment(Dimension.GOAL, "asked", visits=asked, times=asked),
        Increment(Dimension.MISSING, "/", views=12 + more.get("missing", 0)),
    ]
    site.service.counters.add(hour, made)
    refused = {(day, "bot"): 50 + more.get("bot", 0)}
    Daily(site.service.counters).add({}, refused)


def told(site: SmallSite, day: date) -> dict[str, str]:
    findings = Judging(rounds(site).counted, day).findings()
    return {each.what: each.words for each in findings}


def test_a_day_as_usual_is_not_mailed(site, rita, post):
    confirmed(site, rita, post, EMAIL, "unusual")
    count(site, MONDAY + timedelta(days=7))
    at(site, "2026-03-17 09:00")
    rounds(site).step()
    assert rows(site, WAITING) == []
    assert rows(site, "SELECT day_judged FROM digest_addresses") == [("2026-03-16",)]


def test_what_is_far_is_mailed_once_and_says_how_far(site, rita, post):
    confirmed(site, rita, post, EMAIL, "unusual", "week")
    day = MONDAY + timedelta(days=7)
    count(site, day, about=300, asked=80, missing=70, bot=900)
    at(site, "2026-03-17 06:59")
    rounds(site).step()
    assert "far above" not in str(rows(site, WAITING))
    at(site, "2026-03-17 07:00")
    rounds(site).step()
    rounds(site).step()
    carrier(site, post).round()
    (message,) = [each for each in post.taken if "far above the usual" in each["Subject"]]
    name = site.service.site.settings.name
    assert message["Subject"] == (
        f"{name}: Refused: Only people's browsers are counted far above the usual, and 3 more"
    )
    said = parts(message)
    for words in (
        "Refused: Only people's browsers are counted\n  950 times, usually about 50",
        "Pages that are not there, from “Home”\n  82 times, usually about 12",
        "Goal “Asked for information”\n  100 visits, usually about 20",
        "Page “About”\n  340 views, usually about 40",
    ):
        assert words in said["text/plain"]
    assert "whole site" not in said["text/plain"]
    assert "340 views, usually about 40" in said["text/html"]
    client = signed_in(site, "rita")
    ways = re.findall(
        r"https?://[^/\s]+(/staff/(?:reports|coverage|definitions)/\S*)", said["text/plain"]
    )
    assert len(ways) == 6
    assert [client.get(way).status_code for way in ways] == [200] * 6
    assert "340" in client.get(ways[3]).text


def test_where_the_whole_site_is_its_pages_went_with_it(site, rita):
    day = MONDAY + timedelta(days=7)
    count(site, day, visits=900, about=300)
    assert told(site, day) == {"The whole site": "900 visits, usually about 100"}


def test_a_site_that_is_away_is_far_below(site, rita):
    day = MONDAY + timedelta(days=7)
    assert told(site, day) == {"The whole site": "0 visits, usually about 100"}


def test_a_goal_that_fails_while_visits_come_is_told(site, rita):
    """What was rare on a day is told apart no more: it was fewer than that."""
    for weeks in range(8):
        count(site, MONDAY - timedelta(weeks=weeks), visits=0, asked=60)
    day = MONDAY + timedelta(days=7)
    count(site, day, asked=-20)
    assert (
        told(site, day)["Goal “Asked for information”"] == "fewer than 10 visits, usually about 100"
    )


def test_a_day_that_was_struck_is_not_judged(site, rita):
    day = MONDAY + timedelta(days=7)
    count(site, day, visits=900)
    hour = int(datetime(2026, 3, 16, 3, tzinfo=ZONE).timestamp()) // 3_600
    Daily(site.service.counters).strike(Struck(hour, day, "An attack"))
    assert told(site, day) == {}


def test_what_an_email_left_out_is_told_on_the_next_day(site, rita, post):
    """The page that the whole site hid on Monday, and the pages for which Tuesday had no room."""
    count_pages(site, MONDAY - timedelta(weeks=8), days=64, views=40)
    monday = MONDAY + timedelta(days=7)
    count(site, monday, visits=900, about=300)
    at(site, "2026-03-17 09:00")
    assert list(told(site, monday)) == ["The whole site"]
    for days in (1, 2, 3):
        count(site, monday + timedelta(days=days))
        count_pages(site, monday + timedelta(days=days), days=1, views=400)
    tuesday, wednesday, thursday = (monday + timedelta(days=days) for days in (1, 2, 3))
    assert list(told(site, tuesday)) == [f"Page “/p{number}/”" for number in range(5)]
    assert Judging(rounds(site).counted, tuesday).more() == 3
    assert list(told(site, wednesday)) == [f"Page “/p{number}/”" for number in range(5, 8)]
    assert told(site, thursday) == {}

    at(site, "2026-03-17 09:00")
    confirmed(site, signed_in(site, "rita"), post, EMAIL, "unusual")
    at(site, "2026-03-18 09:00")
    rounds(site).step()
    carrier(site, post).round()
    message = post.taken.pop()
    assert message["Subject"].endswith("and 7 more")
    for said in parts(message).values():
        assert "8 numbers are far" in said
        assert "And 3 other pages, goals or places" in said


def count_pages(site: SmallSite, first: date, days: int, views: int) -> None:
    """Eight pages on each day, beside a hundred visits where there are none yet."""
    for number in range(days):
        day = first + timedelta(days=number)
        hour = int(datetime(day.year, day.month, day.day, 13, tzinfo=ZONE).timestamp()) // 3_600
        made = [Increment(Dimension.PAGE, f"/p{each}/", views=views) for each in range(8)]
        if days > 1 and day.weekday():
            made.append(Increment(Dimension.ALL, "", visits=100, views=100))
        site.service.counters.add(hour, made)


def test_days_that_nobody_judged_are_judged_later(site, rita, post):
    """No service looked on the morning after."""
    confirmed(site, rita, post, EMAIL, "unusual")
    monday = MONDAY + timedelta(days=7)
    at(site, "2026-03-16 09:00")
    rounds(site).step()
    for number in range(3):
        count(site, monday + timedelta(days=number), asked=60 if number != 1 else 0)
    at(site, "2026-03-19 09:00")
    rounds(site).step()
    rounds(site).step()
    carrier(site, post).round()
    (found,) = [each for each in post.taken if "Asked for information" in str(each["Subject"])]
    assert "Mar 16, 2026" in parts(found)["text/plain"]
    assert rows(site, "SELECT day_judged FROM digest_addresses") == [("2026-03-18",)]


def test_a_goal_that_is_new_has_no_usual(site, rita):
    day = MONDAY + timedelta(days=7)
    count(site, day)
    hour = int(datetime(2026, 3, 16, 12, tzinfo=ZONE).timestamp()) // 3_600
    site.service.counters.add(hour, [Increment(Dimension.GOAL, "new", visits=90, times=90)])
    assert told(site, day) == {}
