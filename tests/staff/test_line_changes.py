"""Each line of a panel says how it changed, where both times tell all of it; and a change tells
nothing that the reports of the two times do not."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from analytics.visits.model import Dimension, Increment
from analytics.visits.store.daily import Daily, Struck
from analytics.visits.store.imported import Day
from tests.fixtures.small_site import SmallSite
from tests.fixtures.staff import add, signed_in
from tests.staff.test_imported_days import kept
from tests.staff.test_report_parts import USUAL, hour_of, panel, words
from tests.staff.test_shared_links import made, read

REPORT = "/staff/reports/"
THEN, NOW, TODAY = date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 24)
WEEK = {"from": f"{NOW}", "to": f"{NOW + timedelta(6)}", "tab": "technology"}
DAYS = range(7)


def lived(site: SmallSite) -> None:
    """Two weeks, each day of the later one with more Chrome, fewer Safari, as many Opera and a new
    browser; and a Tuesday after it that is not over."""
    for day in DAYS:
        for first, counts in (
            (THEN, {"Chrome": 20, "Safari": 30, "Opera": 12}),
            (NOW, {"Chrome": 30, "Safari": 15, "Opera": 12, "Edge": 11}),
        ):
            for browser, times in counts.items():
                come(site, first + timedelta(day), times, browser=browser)
    come(site, TODAY - timedelta(1), 40)
    come(site, TODAY, 13)


@pytest.fixture
def rita(site: SmallSite) -> Client:
    lived(site)
    return close(site)


def come(site: SmallSite, day: date, times: int, **other: str) -> None:
    """So many visits of one view each, all at once."""
    cells = USUAL | {Dimension(name): cell for name, cell in other.items()}
    cells |= {Dimension.ALL: ""}
    alike = [Increment(each, cell, visits=times, views=times) for each, cell in cells.items()]
    page = Increment(Dimension.PAGE, cells[Dimension.ENTRY], views=times)
    site.service.counters.add(hour_of(day) + 8, [*alike, page])


def close(site: SmallSite) -> Client:
    afternoon = hour_of(TODAY) + 15
    site.clock.now = afternoon * 3600
    while site.service.counters.coarsen(afternoon):
        pass
    return signed_in(site, "rita")


def asked(rita: Client, **query: object) -> str:
    return rita.get(REPORT, query_string=WEEK | query).text


def file(client: Client, name: str = "browser", **query: object) -> Any:
    return json.loads(client.get(f"{REPORT}{name}.json", query_string=WEEK | query).text)


def of(told: Any, count: str = "visits") -> dict[str, tuple[int, int]]:
    """What each line is compared with, as far as it is."""
    return {
        row["cell"]: (row[f"{count}_compared"], row[f"{count}_before"])
        for row in told["rows"]
        if row.get(f"{count}_before") is not None
    }


def test_each_line_says_how_it_changed_in_words(rita: Client) -> None:
    """An arrow for who sees it, words for who hears them; the number that it was is told too."""
    text = asked(rita)
    found = panel(text, "browser")
    assert "Browser Visits Change Share" in found
    assert "Chrome 210 up 50 % from 140" in found.replace("\u202f", " ")
    assert "Safari 105 down 50 % from 210" in found.replace("\u202f", " ")
    assert "Opera 84 same" in found
    assert "Edge 77 up from 0" in found
    assert "Change: beside Mar 9 – Mar 15, 2026" in words(text)
    told = file(rita)
    assert told["compared"] == {
        "from": "2026-03-09", "to": "2026-03-15",
        "with": {"from": "2026-03-16", "to": "2026-03-22"},
    }  # fmt: skip
    assert of(told)["Edge"] == (77, 0)


def test_nothing_is_told_where_nothing_is_compared(rita: Client) -> None:
    text = asked(rita, compare="none")
    assert "Browser Visits Share" in panel(text, "browser")
    assert "Change:" not in words(text)
    assert "compared" not in file(rita, compare="none")
    early = {"from": f"{THEN}", "to": f"{THEN + timedelta(6)}"}
    assert "compared" not in file(rita, **early)  # Nothing was counted before.


def test_no_part_of_a_day_is_compared_with_a_whole_one(rita: Client) -> None:
    """Yesterday 40 came by Chrome, today 13 so far, on these days a week before 30 each."""
    days = {"from": "2026-03-23", "to": "2026-03-24"}
    text = words(asked(rita, **days, compare="from", start="2026-03-16"))
    assert "Change: Mar 23, 2026, as today is not over, beside Mar 16, 2026." in text
    told = file(rita, **days, compare="from", start="2026-03-16")
    assert told["rows"][0]["visits"] == 53
    assert of(told)["Chrome"] == (40, 30)
    today = words(asked(rita, period="today"))
    assert "No line is compared, as today is not over and panels are kept by day." in today
    assert "Browser Visits Share" in panel(asked(rita, period="today"), "browser")
    assert "compared" not in file(rita, period="today", **{"from": "", "to": ""})


def test_with_a_filter_a_line_is_compared_where_both_times_tell_all_of_it(rita: Client) -> None:
    """A day tells all of a line or nothing; several days tell at least so much."""
    day = {"from": f"{NOW}", "to": f"{NOW}", "compare": "from", "start": f"{THEN}"}
    told = file(rita, filter="source:Google", **day)
    assert of(told) == {"Chrome": (30, 20), "Safari": (15, 30), "Opera": (12, 12), "Edge": (11, 0)}
    assert "Chrome 30 up" in panel(asked(rita, filter="source:Google", **day), "browser")


def test_a_goal_that_was_perhaps_declared_meanwhile_is_compared_with_nothing(
    site: SmallSite,
) -> None:
    """Nobody knows whether it was counted in all of the time before: not even that it was none."""
    lived(site)
    come(site, date(2026, 2, 10), 40)
    for day, goals in (
        (date(2026, 2, 10), {"asked": 12}),
        (THEN, {"asked": 14}),
        (THEN + timedelta(3), {"late": 11}),
        (NOW, {"asked": 21, "late": 22, "new": 33}),
    ):
        for goal, times in goals.items():
            reached = Increment(Dimension.GOAL, goal, visits=times, times=times)
            site.service.counters.add(hour_of(day) + 8, [reached])
    rita = close(site)
    told = file(rita, "goal")
    assert {row["cell"]: row["visits"] for row in told["rows"]} == {
        "new": 33, "late": 22, "asked": 21
    }  # fmt: skip
    assert of(told) == {"asked": (21, 14)}
    assert "33 – not told" in panel(asked(rita, tab="goals"), "goal")
    for goal, day in (("late", "Mar 12"), ("new", "Mar 16")):
        text = words(asked(rita, tab="goals", filter=f"goal:{goal}"))
        assert f"nothing was counted before {day}, 2026, so no change is told" in text
        assert "up from" not in text
    text = words(asked(rita, tab="goals", filter="goal:asked"))
    assert "nothing was counted before" not in text


def test_a_line_that_is_kept_back_then_is_not_told_to_have_been_none(site: SmallSite) -> None:
    """Three phones by Bing, and twelve a day later: nobody learns of the three."""
    lived(site)
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    for day, phones in ((monday, 3), (tuesday, 12)):
        come(site, day, 60, source="Bing")
        come(site, day, phones, source="Bing", browser="Firefox", device="Phone", system="iOS")
        come(site, day, 40)
        come(site, day, 20, browser="Firefox", device="Phone", system="iOS")
    rita = close(site)
    days = {"from": f"{tuesday}", "to": f"{tuesday}", "filter": "source:Bing"}
    told = file(rita, "device", **days)
    assert {row["cell"]: row["visits"] for row in told["rows"]} == {"Desktop": 60, "Phone": 12}
    assert "Phone" not in of(told)
    alone = file(rita, "device", **{**days, "from": f"{monday}", "to": f"{monday}"})
    assert of(told).keys() <= {row["cell"] for row in alone["rows"]}
    if of(told):
        assert "Phone 12 – not told" in panel(asked(rita, **days), "device")


def test_days_that_cannot_be_compared_are_not(site: SmallSite) -> None:
    """Six visits of a Tuesday and of a Sunday are told by their week, not by a period that cuts it;
    links have no whole that tells it, and rare days tell nothing of a segment. What was imported is
    compared with nothing, and what was struck out too late neither."""
    lived(site)
    come(site, date(2026, 2, 10), 40)  # Counting began before all that is compared.
    for day in (date(2026, 3, 3), date(2026, 3, 8)):
        come(site, day, 6, browser="Firefox")
    come(site, date(2026, 3, 7), 40)
    for day, times in ((date(2026, 3, 7), 3), (THEN, 4), (NOW, 6)):
        done = Increment(Dimension.DOWNLOAD, "/a.pdf", times=times)
        seen = Increment(Dimension.SEGMENT, "phones", visits=20)
        site.service.counters.add(hour_of(day) + 8, [done, seen])
    rita = close(site)
    cut = {"from": "2026-03-10", "to": "2026-03-12", "compare": "from", "start": "2026-03-07"}
    text = asked(rita, **cut)
    assert "Browser Visits Share" in panel(text, "browser")
    assert "No change is told of these lines: not all of them" in words(text)
    assert "compared" not in file(rita, **cut)
    whole = {"from": "2026-03-09", "to": "2026-03-15", "compare": "from", "start": "2026-03-02"}
    assert of(file(rita, **whole))["Chrome"] == (140, 40)
    assert of(file(rita, "download", **whole), "times") == {"/a.pdf": (4, 3)}
    assert of(file(rita, "download"), "times") == {"/a.pdf": (6, 4)}
    assert "compared" not in file(rita, "download", **{**whole, "start": "2026-03-07"})

    kept(site, "before", "Plausible", [Day(date(2026, 3, 1), 30, 70)], [])
    early = {**whole, "start": "2026-03-01", "to": "2026-03-16"}
    assert "compared" not in file(rita, **early)
    assert "compared" in file(rita, **WEEK)
    Daily(site.service.counters).strike(Struck(hour_of(NOW) + 8, TODAY, "a program"))
    text = words(asked(rita))
    assert "No line is compared, as an hour was struck out after its day had closed" in text
    assert "compared" not in file(rita)


def test_a_change_tells_what_the_reports_of_the_two_times_tell(site: SmallSite) -> None:
    """So nothing follows from it by subtraction that does not follow from these; and who has a link
    reads the same."""
    lived(site)
    come(site, NOW, 4, source="Bing", browser="Firefox")
    come(site, THEN, 7, source="Bing", browser="Safari")
    rita = close(site)
    asks = (
        {"from": "2026-03-16", "to": "2026-03-22"},
        {"from": "2026-03-16", "to": "2026-03-16", "compare": "from", "start": "2026-03-09"},
        {"from": "2026-03-23", "to": "2026-03-24", "compare": "from", "start": "2026-03-15"},
        {"period": "30-days", "compare": "year"},
    )
    seen = 0
    for days in asks:
        for by in ({}, {"filter": "source:Google"}, {"filter": "source:Bing"}):
            for name in ("browser", "source", "device"):
                told = json.loads(rita.get(f"{REPORT}{name}.json", query_string=days | by).text)
                if "compared" not in told:
                    continue
                then = told["compared"]
                both = [
                    counts(rita, name, {"from": each["from"], "to": each["to"]} | by)
                    for each in (then["with"], then)
                ]
                for cell, found in of(told).items():
                    assert found == tuple(each.get(cell, 0) for each in both)
                    seen += 1
    assert seen > 10
    add(site, ada="admin")
    address = made(signed_in(site, "ada"), "technology")
    assert "up 50" in panel(read(site, address, **WEEK).text, "browser")
    assert json.loads(read(site, f"{address}browser.json", **WEEK).text) == file(rita)


def counts(client: Client, name: str, query: dict[str, str]) -> dict[str, int]:
    told = json.loads(client.get(f"{REPORT}{name}.json", query_string=query).text)
    return {row["cell"]: row["visits"] for row in told["rows"]}


def test_a_time_of_which_a_part_was_counted_is_compared_with_nothing(rita: Client) -> None:
    """Counting began on a Monday. A week that ended on the Tuesday has two days with figures, and
    the one after it seven: how much more that is, nobody can tell."""
    days = {"from": "2026-03-11", "to": "2026-03-17"}
    text = words(asked(rita, **days))
    assert "compared with Mar 4 – Mar 10, 2026: nothing was counted before Mar 9, 2026" in text
    assert "so no change is told" in text
    assert " from 124" not in text
    assert "Browser Visits Share" in panel(asked(rita, **days), "browser")
    assert "No change is told of these lines" not in text
    assert "compared" not in file(rita, **days)
    chart = file(rita, "over-time", **days)["rows"]
    assert [row["visits_before"] for row in chart] == [None] * 5 + [62, 62]
    assert of(file(rita))["Chrome"] == (210, 140)  # The weeks that were counted whole.
    day = panel(asked(rita, **{"from": "2026-03-10", "to": "2026-03-10"}), "browser")
    assert "Chrome 20 same" in day
