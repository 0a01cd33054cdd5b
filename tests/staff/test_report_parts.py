"""Each day tells by itself what it tells of two things. A number that is of some of the days alone
is said to be the least that it can be."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from werkzeug.test import Client

from analytics.visits.model import Dimension, Increment
from tests.fixtures.counter_stores import Lived
from tests.fixtures.small_site import SmallSite
from tests.fixtures.staff import signed_in

REPORT = "/staff/reports/"
FIRST = date(2026, 3, 16)
DAYS = 4
PERIOD = {"from": f"{FIRST}", "to": f"{FIRST + timedelta(days=DAYS - 1)}"}
THE_FIRST = {"from": f"{FIRST}", "to": f"{FIRST}"}
USUAL = {
    Dimension.ENTRY: "/",
    Dimension.SOURCE: "Google",
    Dimension.CHANNEL: "search",
    Dimension.CAMPAIGN: "None",
    Dimension.SYSTEM: "Windows",
    Dimension.DEVICE: "Desktop",
    Dimension.PAGE_LANGUAGE: "en",
    Dimension.BROWSER: "Chrome",
    Dimension.SCREEN: "Large",
    Dimension.LANGUAGE: "English",
    Dimension.AUDIENCE: "default",
}


@pytest.fixture
def rita(site: SmallSite) -> Client:
    """Four days on which Bing brings 30 with Chrome and 20 with Safari; with Firefox it brings 30
    on the first, and 8 on each other, which would tell of themselves by subtraction."""
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        come(site, day, 40)
        come(site, day, 30, source="Bing")
        come(site, day, 25, browser="Firefox")
        come(site, day, 20, browser="Safari", source="Bing")
        come(site, day, 8 if number else 30, source="Bing", browser="Firefox")
        for partner in ("A partner", "Another"):
            come(site, day, 5, source=partner, channel="referral", browser="Firefox")
    afternoon = hour_of(FIRST + timedelta(days=DAYS + 1)) + 15
    site.clock.now = afternoon * 3600
    while site.service.counters.coarsen(afternoon):
        pass
    return signed_in(site, "rita")


def hour_of(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 24


def come(site: SmallSite, day: date, times: int, **other: str) -> None:
    cells = USUAL | {Dimension(name): cell for name, cell in other.items()}
    hour = hour_of(day) + 8
    for _ in range(times):
        site.service.counters.add(hour, [*Lived(hour, cells, ms=60_000).increments])


def asked(rita: Client, **query: object) -> str:
    return rita.get(REPORT, query_string=PERIOD | query).text


def words(text: str) -> str:
    """What a reader sees of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def panel(text: str, dimension: str) -> str:
    found = re.search(rf'aria-labelledby="panel-{dimension}".*?</section>', text, re.DOTALL)
    assert found
    return words(found[0])


def headline(text: str) -> str:
    found = re.search(r'<dl class="figures">.*?</dl>', text, re.DOTALL)
    return words(found[0]) if found else ""


@pytest.mark.parametrize("turned", [False, True])
def test_a_headline_of_some_of_the_days_is_at_least_so_much(rita: Client, turned: bool) -> None:
    """120 visits have both; the first day alone tells its 30."""
    both = ["source:Bing", "browser:Chrome"]
    text = asked(rita, filter=both[::-1] if turned else both)
    assert "Visits at least 30" in headline(text)
    more = re.search(r"Of (\d+) more visits that have “(Bing|Chrome)” nothing tells", words(text))
    assert more
    assert int(more[1]) >= 90


def test_a_headline_of_one_day_is_exact(rita: Client) -> None:
    text = asked(rita, filter=["source:Bing", "browser:Chrome"], **THE_FIRST)
    assert "Visits 30" in headline(text)
    assert "at least" not in words(text)


def test_nothing_told_of_several_days_is_not_said_to_be_few(rita: Client) -> None:
    """54 visits have both, of which no day tells."""
    text = words(asked(rita, filter=["browser:Firefox", "source:Bing"]))
    assert "on each day, week or month by itself, fewer than 10 had both" in text
    assert "Fewer than 10 visits have both" not in text
    assert "Two filters at once: panels cannot follow" in text
    assert "compared with Mar" not in text


def test_lines_of_some_of_the_days_are_at_least_so_much(rita: Client) -> None:
    """Chrome has 120 of 254: neither 30 nor 12 %."""
    text = asked(rita, filter="source:Bing", tab="technology")
    assert "Browser Visits, at least Chrome 30 224 more are in no line" in panel(text, "browser")
    assert "too few of a kind" not in words(text)
    assert "some days, weeks or months tell nothing of a line" in words(text)
    channels = panel(asked(rita, filter="source:Bing", tab="sources"), "channel")
    assert "Channel Visits, at least Bounce Search 80" in channels


def test_lines_of_one_day_are_exact(rita: Client) -> None:
    text = asked(rita, filter="source:Bing", tab="technology", **THE_FIRST)
    assert "Browser Visits Share Chrome 30 38 % 50 more are in no line" in panel(text, "browser")
    assert "at least" not in words(text)


def test_lines_are_exact_where_only_one_of_the_days_had_visits(rita: Client) -> None:
    """A site that counts since yesterday is not told to look at more."""
    days = {"from": f"{FIRST - timedelta(days=3)}", "to": f"{FIRST}"}
    text = asked(rita, filter="source:Bing", tab="technology", **days)
    assert "Browser Visits Share Chrome 30 38 %" in panel(text, "browser")


def test_a_panel_whose_lines_are_the_whole_is_exact(rita: Client) -> None:
    text = asked(rita, filter="source:Bing", tab="sources")
    assert "Source Visits Bounce Bing 254" in panel(text, "source")


def test_files_say_which_numbers_are_the_least(rita: Client) -> None:
    def file(**query: object) -> dict[str, object]:
        found: dict[str, object] = json.loads(
            rita.get(f"{REPORT}browser.json", query_string=query).text
        )["rows"][0]
        return found

    assert file(**PERIOD, filter="source:Bing")["at_least"] == "yes"
    assert file(**THE_FIRST, filter="source:Bing")["at_least"] == "no"
    assert file(**PERIOD)["at_least"] == "no"
    text = rita.get(f"{REPORT}browser.csv", query_string=PERIOD | {"filter": "source:Bing"}).text
    assert text.splitlines()[0].endswith(",untold,at_least")


def test_where_only_the_number_is_kept_there_are_no_others(rita: Client) -> None:
    text = words(asked(rita, filter="source:A partner"))
    assert "Only the number of these visits is kept" in text
    assert "those of the others" not in text


def test_two_filters_of_whole_months_say_of_which(site: SmallSite) -> None:
    """What is told of goals begins with the month, however early the period does."""
    today = date(2026, 3, 12)
    hour = hour_of(today) + 8
    visit = Lived(hour, USUAL, goal="request", ms=1_000)
    for _ in range(12):
        site.service.counters.add(hour, [*visit.increments])
    site.clock.now = (hour + 1) * 3600
    both = ["goal:request", "source:Google"]
    text = signed_in(site, "rita").get(REPORT, query_string={"filter": both}).text
    assert "Visits 12" in headline(text)
    assert "Told in whole months only: this is Mar 1 – Mar 12, 2026" in words(text)


def test_steps_of_several_months_lose_nobody_that_may_have_come(site: SmallSite) -> None:
    """28 of 40 began the form; the second month tells neither its 8 nor what would tell them."""
    for day, steps in ((date(2026, 3, 5), (20, 20)), (date(2026, 4, 6), (20, 8))):
        for step, times in zip(("seen", "started"), steps, strict=True):
            did = Increment(Dimension.FORM, f"request-information/{step}", times=1)
            hour = hour_of(day) + 8
            for _ in range(times):
                site.service.counters.add(hour, [*Lived(hour, USUAL).increments, did])
    site.clock.now = (hour_of(date(2026, 4, 7)) + 15) * 3600
    query = {"from": "2026-03-01", "to": "2026-04-07", "filter": "device:Desktop", "tab": "goals"}
    text = panel(signed_in(site, "rita").get(REPORT, query_string=query).text, "form")
    assert "Seen at least 20" in text
    assert "Begun at least 20" in text
    assert "lost:" not in text


def test_a_few_of_many_visits_tell_no_bounce_rate_of_all(site: SmallSite, rita: Client) -> None:
    """A partner brought 20 on days of which only that is kept, and 5 yesterday, which is told
    whole: what these did is not what the 25 did. Of Bing, all is told."""
    come(site, FIRST + timedelta(days=DAYS), 5, source="A partner", channel="referral")
    days = {**PERIOD, "to": f"{FIRST + timedelta(days=DAYS)}", "tab": "sources"}
    days["compare"] = "none"
    page = rita.get(REPORT, query_string=days).text
    found = panel(page, "source")
    assert "A partner 25 –" in found
    assert "Bing 254 100" in found
    assert "only the number is kept, as it was rare on those days" in words(page)
    rows = json.loads(rita.get(f"{REPORT}source.json", query_string=days).text)["rows"]
    (partner,) = (row for row in rows if row["cell"] == "A partner")
    assert (partner["visits"], partner["untold"], partner["continued"]) == (25, 20, 0)
    one = {**days, "from": f"{FIRST + timedelta(days=DAYS)}"}
    assert "A partner 5 100" in panel(rita.get(REPORT, query_string=one).text, "source")
    filtered = words(rita.get(REPORT, query_string={**days, "filter": "source:A partner"}).text)
    assert "Bounce rate" not in filtered
    assert "too few to tell a bounce rate" in filtered
