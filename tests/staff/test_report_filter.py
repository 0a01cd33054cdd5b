"""A report of what has one value: every panel follows, or says why it cannot."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from werkzeug.test import Client

from analytics.staff.reports.filters import Filter, FilterError, read
from analytics.staff.reports.naming import Naming
from analytics.staff.reports.segments import segment_text
from analytics.visits.model import LISTED, Dimension, Increment
from analytics.visits.store.query import Query, Rows, filter_table
from policy.segments import Segment
from tests.fixtures.counter_stores import Lived
from tests.fixtures.small_site import MONDAY, ROOT, SmallSite
from tests.fixtures.staff import signed_in

HOUR = int(MONDAY // 3600)
REPORT = "/staff/reports/"


@pytest.fixture
def rita(site: SmallSite) -> Client:
    for source, browser, times in (
        ("Newsletter", "Firefox", 12),
        ("Newsletter", "Chrome", 11),
        ("Google", "Chrome", 14),
    ):
        come(site, source, browser, times)
    return signed_in(site, "rita")


def come(site: SmallSite, source: str, browser: str, times: int) -> None:
    cells = {Dimension.ENTRY: "/about/", Dimension.SOURCE: source, Dimension.BROWSER: browser}
    for _ in range(times):
        site.service.counters.add(HOUR, Lived(HOUR, cells, ms=1_000).increments)


def panel(text: str, dimension: str) -> str:
    found = re.search(rf'aria-labelledby="panel-{dimension}".*?</section>', text, re.DOTALL)
    assert found
    return found[0]


def lines(text: str, dimension: str) -> dict[str, str]:
    """The count of each line of a panel, by its name."""
    found = re.findall(
        r"<span>(?:<a [^>]*>)?([^<]+).*?<td(?: colspan=\"2\")?>([^<]+)</td>",
        panel(text, dimension),
        re.DOTALL,
    )
    return dict(found)


def headline(text: str) -> dict[str, str]:
    return dict(re.findall(r"<dt><a [^>]*>([^<]+)</a></dt>\s*<dd class=\"value\">([^<]+)<", text))


def test_a_line_leads_to_what_has_its_value(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=today").text
    assert "filter=source%3ANewsletter" in panel(text, "source")
    query = "?period=today&tab=technology&filter=source%3ANewsletter"
    filtered = rita.get(REPORT + query).text
    assert headline(filtered)["Visits"] == "23"
    assert lines(filtered, "browser") == {"Firefox": "12", "Chrome": "11"}
    sources = rita.get(f"{REPORT}?period=today&tab=sources&filter=source%3ANewsletter").text
    assert lines(sources, "source") == {"Newsletter": "23"}
    assert 'href="?period=today&amp;tab=technology" aria-label="Remove the filter' in filtered


def test_what_is_under_the_least_is_in_no_line(site: SmallSite, rita: Client) -> None:
    """And so is nothing that would tell it: of Google's two browsers neither is told, as the rest
    of 17 would be the one. In the files it is the same: not even that somebody had a browser."""
    come(site, "Google", "Safari", 3)
    address = f"{REPORT}?period=today&tab=technology&filter=source%3AGoogle"
    found = rita.get(address).text
    assert lines(found, "browser") == {}
    assert "17 are in no line, so that nobody can work out a number under 10" in panel(
        found, "browser"
    )
    file = rita.get(f"{REPORT}browser.json?period=today&filter=source%3AGoogle")
    told = json.loads(file.text)
    assert (told["rest"], told["rows"]) == (17, [])
    csv = rita.get(f"{REPORT}browser.csv?period=today&filter=source%3AGoogle").text
    assert len(csv.splitlines()) == 1


def test_two_filters_tell_as_much_as_the_panels_of_each(site: SmallSite, rita: Client) -> None:
    """What both have is the cell of their pair: told if both panels would tell it."""
    come(site, "Google", "Safari", 3)
    two = f"{REPORT}?period=today&filter=source%3ANewsletter&filter=browser%3AFirefox"
    text = rita.get(two).text
    assert headline(text)["Visits"] == "12"
    assert "not kept" in text
    snippet = re.search(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)
    assert snippet
    few = rita.get(two.replace("Newsletter", "Google").replace("Firefox", "Safari")).text
    hidden = rita.get(two.replace("Newsletter", "Google").replace("Firefox", "Chrome")).text
    for each in (few, hidden):
        assert headline(each) == {}
        assert "Fewer than 10 visits have both" in each
    assert "remove a filter" in rita.get(f"{two}&filter=entry:/about/").text


def told(client: Client, query: str, by: str, panel: str) -> dict[str, int]:
    """Each line of a panel with a filter, as its file has it."""
    made = json.loads(client.get(f"{REPORT}{panel}.json{query}&filter={by}").text)
    return {row["cell"]: row["visits"] for row in made["rows"]}


def test_no_two_periods_tell_what_is_kept_back(site: SmallSite, rita: Client) -> None:
    """Two months less the one that ended is what runs: of Chrome's 20 in February and 3 in March
    both tell 20."""
    february = HOUR - 24 * 20
    for hour, browser, times in (
        (february, "Chrome", 20), (february, "Edge", 25), (HOUR, "Chrome", 3), (HOUR, "Edge", 30),
        (HOUR, "Safari", 12),
    ):  # fmt: skip
        cells = {Dimension.ENTRY: "/", Dimension.SOURCE: "Partner", Dimension.BROWSER: browser}
        for _ in range(times):
            site.service.counters.add(hour, Lived(hour, cells).increments)
    while site.service.counters.coarsen(HOUR):
        pass
    both = "?period=custom&from=2026-02-01&to=2026-03-02"
    found = told(rita, both, "source:Partner", "browser")
    ended = told(rita, "?period=last-month", "source:Partner", "browser")
    assert ended == {"Chrome": 20, "Edge": 25}
    assert found["Chrome"] == 20
    assert found["Edge"] - ended["Edge"] in (0, 30)
    page = rita.get(f"{REPORT}{both}&filter=source:Partner&tab=technology").text
    assert lines(page, "browser")["Chrome"] == "20"


def test_a_step_that_is_kept_back_is_no_nought(site: SmallSite, rita: Client) -> None:
    """Nobody knows whether few began the form, or nobody. Three tablets saw it, so it is not told
    how many phones did."""
    seen = Increment(Dimension.FORM, "request-information/seen", times=1)

    def come_by(device: str, times: int) -> None:
        cells = {Dimension.ENTRY: "/about/", Dimension.DEVICE: device}
        for _ in range(times):
            site.service.counters.add(HOUR, [*Lived(HOUR, cells).increments, seen])

    come_by("Phone", 12)
    come_by("Desktop", 30)
    phones = f"{REPORT}?period=this-month&tab=goals&filter=device:Phone"
    steps = re.findall(r"<strong>([^<]+)</strong>", panel(rita.get(phones).text, "form"))
    assert steps == ["12", "rare, or none", "rare, or none"]
    come_by("Tablet", 3)
    assert "Nothing, or too little to be told." in panel(rita.get(phones).text, "form")


def test_a_segment_for_two_filters_is_one_that_a_site_can_declare() -> None:
    filters = (Filter(Dimension.SOURCE, 'A "partner"\\'), Filter(Dimension.DEVICE, "Phone"))
    text = segment_text(filters, Naming({}, {}))
    (made,) = tomllib.loads(text)["segment"]
    segment = Segment.model_validate(made)
    assert segment.when == {"source": ('A "partner"\\',), "device": ("Phone",)}
    assert segment_text((Filter(Dimension.GOAL, "asked"),), Naming({}, {})) == ""


def test_a_panel_that_cannot_be_moved_says_why(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=today&tab=pages&filter=source%3ANewsletter").text
    assert "This filter cannot move it" in panel(text, "missing")
    assert "site/segments.toml" in text
    pages = rita.get(f"{REPORT}?period=today&filter=page%3A/about/").text
    assert "a page has views, and no visits" in pages
    assert set(headline(pages)) == {"Views", "Engaged time a view"}


@pytest.mark.parametrize("text", ["visitor:anna", "missing:x", "source", "source:", "all:x", ":"])
def test_what_is_no_filter_is_said(rita: Client, text: str) -> None:
    with pytest.raises(FilterError):
        read([text])
    answer = rita.get(f"{REPORT}?period=today&filter={text}")
    assert answer.status_code == 400
    assert "There is no filter" in answer.text
    assert rita.get(f"{REPORT}page.csv?filter={text}").status_code == 400


def test_what_became_of_forms_is_told_by_how_often(site: SmallSite, rita: Client) -> None:
    """It has no visits and no views: of a device, how often, in whole months."""
    cells = {Dimension.ENTRY: "/about/", Dimension.DEVICE: "Phone"}
    seen = Increment(Dimension.FORM, "request-information/seen", times=1)
    for _ in range(12):
        site.service.counters.add(HOUR, [*Lived(HOUR, cells).increments, seen])
    report = f"{REPORT}?period=12-months&filter="
    text = rita.get(f"{report}form%3Arequest-information/seen").text
    assert "with no visits or views" in text
    assert "Nothing was counted" not in text
    assert lines(text, "device") == {"Phone": "12"}
    assert headline(text) == {"Times": "12"}
    of_phones = rita.get(f"{report}device%3APhone&tab=goals").text
    assert re.search(r"Seen</span> <span class=\"count\"><strong>12<", panel(of_phones, "form"))
    assert "cannot move it" in panel(rita.get(f"{report}page%3A/about/").text, "goal")


def test_whole_months_are_said_where_the_period_has_more(site: SmallSite, rita: Client) -> None:
    """A goal is told with another thing by month: the panel says which days it tells of."""
    cells = {Dimension.ENTRY: "/about/", Dimension.SOURCE: "Google"}
    goal = Increment(Dimension.GOAL, "asked", visits=1, times=1)
    for hour in (*[HOUR] * 11, HOUR - 10):  # the first and the second of March
        site.service.counters.add(hour, [*Lived(hour, cells).increments, goal])
    month = rita.get(f"{REPORT}?period=7-days&filter=goal%3Aasked&tab=one").text
    assert "whole months only: this is Mar 1" in panel(month, "source")
    assert lines(month, "source") == {"Google": "12"}
    assert "46\u202f%" in panel(month, "source")  # 12 of the 26 that came by Google
    assert headline(month) == {"Visits": "12", "Times": "12"}
    day = rita.get(f"{REPORT}?period=yesterday&filter=goal%3Aasked&tab=one").text
    assert "whole months only, and the period has none" in panel(day, "source")


def test_goals_do_not_add_up_so_a_filter_has_no_rest_of_them(site: SmallSite) -> None:
    cells = {Dimension.ENTRY: "/about/", Dimension.SOURCE: "Google"}
    goal = Increment(Dimension.GOAL, "asked", visits=1, times=1)
    site.service.counters.add(HOUR, [*Lived(HOUR, cells).increments, goal])
    asked = Query(
        first=0,
        last=10**6,
        dimension=Dimension.GOAL,
        filters=((Dimension.SOURCE, "Google"),),
    )
    answer = site.service.counters.rows(asked)
    assert isinstance(answer, Rows)
    assert answer.rest is None
    assert answer.rows == ()


def test_a_name_that_was_never_counted_is_said_to_be_that(rita: Client) -> None:
    """It is no row of noughts: it may be misspelt. What was counted at another time is one."""
    unknown = "filter=source:%3Cscript%3E"
    for filters in (unknown, f"filter=browser:Chrome&{unknown}"):
        answer = rita.get(f"{REPORT}?period=today&{filters}")
        assert answer.status_code == 404
        assert "Nothing was ever counted of Source “&lt;script&gt;”." in answer.text
        assert (headline(answer.text), "panel-" in answer.text) == ({}, False)
    assert rita.get(f"{REPORT}browser.json?period=today&filter=source:Gogle").status_code == 404
    assert rita.get(f"{REPORT}browser.json?period=today&filter=source:Google").status_code == 200
    then = rita.get(f"{REPORT}?period=custom&from=2026-02-01&to=2026-02-02&filter=source:Google")
    assert then.status_code == 200
    assert "Nothing was counted in this period" in then.text


def test_a_name_that_is_declared_has_a_report_of_nothing(rita: Client) -> None:
    """A page of the site that nobody came to yet is no mistake in the address."""
    for name in ("entry:/café/", "page:/café/", "source:Bing"):
        answer = rita.get(f"{REPORT}?period=today&filter={name}")
        assert answer.status_code == 200, name
        assert "Nothing was counted in this period" in answer.text
    assert rita.get(f"{REPORT}?period=today&filter=entry:/abuot/").status_code == 404


def test_a_filter_says_which_kind_of_page_it_is_of(rita: Client) -> None:
    answer = rita.get(f"{REPORT}?period=today&filter=entry:/about/")
    assert "<span>Entry page: <strong>" in answer.text


def test_what_a_segment_is_called_ends_with_a_word() -> None:
    page = "/solutions/one-place-for-all-messages-of-a-school/"
    text = segment_text(
        (Filter(Dimension.ENTRY, page), Filter(Dimension.SOURCE, "Google")),
        Naming({f"entry/{page}": "One place for all the messages of a school district"}, {}),
    )
    assert 'label = "One place for all the messages of a"' in text
    assert 'name = "one-place-for-all-the"' in text


def test_the_docs_have_the_table() -> None:
    """One table says what a filter leaves of a panel: the store answers by it, the docs show it."""
    docs = (ROOT / "docs/visits.md").read_text(encoding="utf-8")
    rows = {
        cells[0]: cells[1:]
        for line in docs.splitlines()
        if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5
    }
    for by in LISTED:
        if by == Dimension.ALL:
            continue
        for column, what in enumerate(("exact", "views only", "times only", "not kept")):
            wanted = [
                panel
                for panel in LISTED
                if any((by, panel) == pair[:2] and pair[2].what == what for pair in filter_table())
            ]
            assert rows[by][column] == (", ".join(wanted) or "–"), (by, what)


@pytest.mark.parametrize("other", ["goal:asked", "form:ask/sent"])
def test_two_filters_that_are_not_kept_together_say_so(rita: Client, other: str) -> None:
    """It is not that fewer than ten had both: nobody knows."""
    text = rita.get(f"{REPORT}?period=today&filter=page:/about/&filter={other}").text
    assert "So the two filters together tell nothing." in text
    assert "Fewer than 10 visits have both" not in text
    assert headline(text) == {}


def test_an_address_that_asks_for_days_that_are_gone_leads_to_one_that_works(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=today&compare=from&start=2001-01-01").text
    assert "Nothing is kept from before" in text
    assert "compare=from" not in re.sub(r"<form.*?</form>", "", text, flags=re.DOTALL)
    assert rita.get(f"{REPORT}page.csv?period=today").status_code == 200


def test_what_is_kept_back_of_goals_is_in_no_rest(site: SmallSite, rita: Client) -> None:
    """They add up to no whole: what is not told would be the rest itself."""
    cells = {Dimension.ENTRY: "/", Dimension.SOURCE: "Google", Dimension.BROWSER: "Firefox"}
    visit = Lived(HOUR, cells, ms=1_000).increments
    site.service.counters.add(HOUR, [*visit, Increment(Dimension.GOAL, "asked", visits=1, times=1)])
    text = rita.get(f"{REPORT}?period=this-month&tab=goals&filter=source:Google").text
    assert "What is not here was rare, or not there at all" in panel(text, "goal")
    assert "in no line" not in panel(text, "goal")
    told = json.loads(rita.get(f"{REPORT}goal.json?period=this-month&filter=source:Google").text)
    assert (told["rest"], told["rows"]) == (None, [])


@pytest.mark.parametrize("start", ["9999-12-31", "9999-12-01", "0001-01-01", "2026-13-01", "x"])
def test_days_that_cannot_be_compared_are_told(rita: Client, start: str) -> None:
    answer = rita.get(f"{REPORT}?period=last-month&compare=from&start={start}")
    assert answer.status_code == 400
    assert "It is compared with the period before instead." in answer.text


def test_days_are_enough_to_ask_for_them(rita: Client) -> None:
    text = rita.get(f"{REPORT}page.json?from=2026-03-01&to=2026-03-02").text
    assert (json.loads(text)["from"], json.loads(text)["to"]) == ("2026-03-01", "2026-03-02")
    assert rita.get(f"{REPORT}page.json?from=2026-03-02&to=2026-03-01").status_code == 400


def test_what_is_no_period_and_no_filter_is_named_and_not_repeated_at_length(rita: Client) -> None:
    text = rita.get("/staff/reports/?period=fortnight").text
    assert "There is no period “fortnight”. This is the last 30 days instead." in text
    long = "x" * 3_000
    text = rita.get("/staff/reports/", query_string={"filter": long, "period": long}).text
    assert f"There is no filter “{'x' * 60}…”." in text
    assert f"There is no period “{'x' * 60}…”." in text
    assert "x" * 61 not in text
