"""/staff/reports/: its tabs, its lists, its chart, and its parts as files."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from werkzeug.test import Client

from analytics.staff.reports.tabs import TABS
from analytics.visits.model import LISTED, Dimension, Increment
from tests.fixtures.counter_stores import Lived
from tests.fixtures.small_site import MONDAY, SmallSite
from tests.fixtures.staff import add, signed_in
from tests.staff.test_report_filter import headline, lines, panel

HOUR = int(MONDAY // 3600)
REPORT = "/staff/reports/"


@pytest.fixture
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


def count(site: SmallSite, *cells: tuple[Dimension, str], hour: int = HOUR, times: int = 1) -> None:
    visit = Lived(hour, {Dimension.ENTRY: "/about/", Dimension.SOURCE: "Google"})
    more = [Increment(dimension, cell, times=1) for dimension, cell in cells]
    for _ in range(times):
        site.service.counters.add(hour, [*visit.increments, *more])


def test_every_dimension_has_a_panel_in_a_tab(site: SmallSite, rita: Client) -> None:
    """One that is counted here is shown on the page of its tab."""
    count(site)
    titled = {dimension for dimension, listed in LISTED.items() if listed.title}
    assert {dimension for tab in TABS for dimension in tab.panels} == titled
    found = set()
    for tab in TABS:
        text = rita.get(f"{REPORT}?period=today&tab={tab.key}").text
        found |= set(re.findall(r'aria-labelledby="panel-([a-z_]+)"', text))
    counted = {name for event in site.service.site.register.events for name in event.to}
    absent = {"all", "segment", "event"}  # The first site has none.
    assert found == counted - absent


def test_the_old_address_leads_to_the_new_one(rita: Client) -> None:
    answer = rita.get("/staff/report/?period=today&filter=source:Google")
    assert answer.status_code == 308
    assert answer.location == "/staff/reports/?period=today&filter=source:Google"


def test_a_list_ends_at_a_hundred_lines_and_a_search_finds_the_rest(
    site: SmallSite, rita: Client
) -> None:
    visits = [Lived(HOUR, {Dimension.ENTRY: f"/page-{at:03}/"}) for at in range(130)]
    for visit in visits:
        site.service.counters.add(HOUR, visit.increments)
    among = rita.get(f"{REPORT}?period=today").text
    assert "All 130 lines" in panel(among, "page")
    alone = rita.get(f"{REPORT}?period=today&only=page").text
    assert panel(alone, "page").count("<tr>") == 101
    assert "30 more lines" in panel(alone, "page")
    found = rita.get(f"{REPORT}?period=today&only=page&find=GE-12").text
    assert set(lines(found, "page")) == {f"/page-12{at}/" for at in range(10)}
    nothing = rita.get(f"{REPORT}?period=today&only=page&find=%3Cb%3E").text
    assert "Nothing is called “&lt;b&gt;”" in nothing
    assert len(alone.encode()) < 100_000
    rows = list(csv.reader(io.StringIO(rita.get(f"{REPORT}page.csv?period=today").text)))
    assert len(rows) == 131


def test_a_page_has_a_tab_of_its_own(site: SmallSite, rita: Client) -> None:
    """What led to it and what it led to, how deep and for how long it was read."""
    count(site, (Dimension.FLOW, "/ /about/"), times=3)
    count(site, (Dimension.FLOW, "/about/ /solutions/"), times=2)
    count(site, (Dimension.DEPTH, "25 /about/"), (Dimension.DEPTH, "50 /"))
    count(site, (Dimension.ATTENTION, "10 /about/"))
    among = rita.get(f"{REPORT}?period=today").text
    assert "filter=page%3A%2Fabout%2F&amp;tab=one" in panel(among, "page")
    text = rita.get(f"{REPORT}?period=today&filter=page:/about/&tab=one").text
    assert lines(text, "flow-from") == {"Home": "3"}
    assert lines(text, "flow-to") == {"Solutions": "2"}
    assert lines(text, "page-depth") == {"25 %": "1"}
    assert lines(text, "page-attention") == {"10 s": "1"}
    assert "7 are in no line" in panel(text, "source")
    file = rita.get(f"{REPORT}flow-to.json?period=today&filter=page:/about/")
    assert json.loads(file.text)["rows"][0]["times"] == 2


def test_a_funnel_is_drawn_with_its_drops(site: SmallSite, rita: Client) -> None:
    for step, visits in ((1, 10), (2, 4), (3, 1)):
        for _ in range(visits):
            cell = Increment(Dimension.FUNNEL, f"request:{step}", visits=1)
            site.service.counters.add(HOUR, [*Lived(HOUR, {Dimension.ENTRY: "/"}).increments, cell])
    text = panel(rita.get(f"{REPORT}?period=today&tab=goals").text, "funnel")
    assert re.findall(r"<strong>(\d+)</strong>", text) == ["10", "4", "1"]
    assert "60\u202f% lost: 6 visits, the most" in text
    assert "75\u202f% lost: 3 visits" in text


def test_every_part_is_a_file_with_the_same_numbers(site: SmallSite, rita: Client) -> None:
    count(site, (Dimension.FLOW, "/ /about/"), times=12)
    for tab in TABS:
        text = rita.get(f"{REPORT}?period=today&tab={tab.key}").text
        for address in re.findall(r'href="(/staff/reports/[a-z_-]+\.[^"]+)"', text):
            answer = rita.get(address.replace("&amp;", "&"))
            assert answer.status_code == 200, address
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(rita.get(f"{REPORT}source.json?period=today").text)
    assert told["rows"] == [
        {
            "cell": "Google", "name": "Google", "visits": 12, "views": 12, "continued": 0,
            "engaged_ms": 0, "untold": 0, "at_least": "no",
        }
    ]  # fmt: skip
    assert rita.get(f"{REPORT}nothing.csv").status_code == 404
    assert rita.get(f"{REPORT}page.xlsx").status_code == 404
    assert rita.get(f"{REPORT}flow-to.csv").status_code == 404


def test_files_are_for_those_who_may_read_reports(site: SmallSite) -> None:
    add(site, carl="contacts")
    assert signed_in(site, "carl").get(f"{REPORT}page.csv").status_code == 403
    assert site.app.test_client().get(f"{REPORT}page.csv").status_code == 303


def test_a_bar_that_is_coarser_than_asked_says_so(site: SmallSite, rita: Client) -> None:
    count(site)
    text = rita.get(f"{REPORT}?period=12-months&bars=day").text
    assert "There would be too many bars: weeks are drawn, and not days." in text
    assert "The lighter bar is of a week that is not over yet." in text
    of_source = rita.get(f"{REPORT}?period=7-days&bars=hour&filter=source:Google").text
    assert "What is filtered is kept by day: days are drawn, and not hours." in of_source


def test_the_chart_and_the_headline_agree(site: SmallSite, rita: Client) -> None:
    """Of a filter too: the bars and what no bar has are what the headline says. A week's visits
    of a rare value are on no day."""
    for day in range(9):
        count(site, hour=HOUR - 24 * (60 + day), times=1)
    count(site, hour=HOUR, times=2)
    while site.service.counters.coarsen(HOUR):
        pass
    query = "?period=custom&from=2025-12-01&to=2026-03-02&filter=source:Google"
    for bars in ("day", "week", "month"):
        told = json.loads(rita.get(f"{REPORT}over-time.json{query}&bars={bars}").text)
        visits = int(headline(rita.get(f"{REPORT}{query}&bars={bars}").text)["Visits"])
        assert sum(row["visits"] for row in told["rows"]) + told["rest"] == visits


def test_what_is_rare_each_day_is_drawn_by_week(site: SmallSite, rita: Client) -> None:
    """Three a day are told of no day, and 21 of a week: bars that would be empty are coarser."""
    for day in range(20, 48):
        count(site, hour=HOUR - 24 * day + 12, times=3)
    while site.service.counters.coarsen(HOUR):
        pass
    query = "?period=custom&from=2026-01-12&to=2026-02-08&filter=source:Google"
    text = rita.get(REPORT + query).text
    assert "On most days this was rare: weeks are drawn, and not days." in text
    told = json.loads(rita.get(f"{REPORT}over-time.json{query}").text)
    assert told["interval"] == "week"
    assert sum(row["visits"] for row in told["rows"]) + told["rest"] == int(
        headline(text)["Visits"]
    )
    by_day = rita.get(f"{REPORT}{query}&bars=day").text
    assert "No bar has anything to show" in by_day
    assert "they are of days on which this was rare" in by_day


def test_a_part_of_a_day_is_not_compared_with_a_whole_one(site: SmallSite, rita: Client) -> None:
    """Yesterday had one visit by this time, and four in all."""
    count(site, hour=HOUR - 24)
    count(site, hour=HOUR - 10, times=3)
    count(site, hour=HOUR, times=2)
    text = rita.get(f"{REPORT}?period=today").text
    assert "up 100\u202f% from 1" in text
    assert "until 1 am" in text
    assert "as far into its last day" in text
    assert "The lighter bar" in text
    week = rita.get(f"{REPORT}?period=7-days&filter=source:Google").text
    assert "the change is that of " in week
    file = rita.get(f"{REPORT}over-time.csv?period=7-days").text.splitlines()
    assert file[0] == "start,visits,views,visits_before,open"
    assert file[-1].endswith(",yes")


@pytest.mark.parametrize("query", ["?compare=year", "?compare=none", "?compare=from&start=x"])
def test_what_it_is_compared_with_is_a_choice(rita: Client, query: str) -> None:
    answer = rita.get(REPORT + query)
    assert answer.status_code == (400 if "from" in query else 200)


def test_nothing_counted_is_said(rita: Client) -> None:
    assert "Nothing was counted in this period" in rita.get(REPORT).text
