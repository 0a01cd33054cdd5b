"""What other tools had counted stands in the report with its mark, apart from our own figures."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from werkzeug.test import Client

from analytics.visits.model import Dimension
from analytics.visits.store.imported import Cell, Day, Import, Imported
from tests.fixtures.counter_stores import Lived
from tests.fixtures.small_site import MONDAY, SmallSite
from tests.fixtures.staff import add, signed_in, token
from tests.staff.test_report_filter import headline, lines, panel
from tests.staff.test_shared_links import made, read

HOUR = int(MONDAY // 3600)
REPORT = "/staff/reports/"
FIRST = date(2026, 2, 16)
DAYS = [Day(FIRST + timedelta(number), 30, 70) for number in range(7)]
CELLS = [
    Cell("day", FIRST, Dimension.SOURCE, "Google", 25),
    Cell("day", FIRST, Dimension.SOURCE, "Bing", 5),
    Cell("day", FIRST, Dimension.PAGE, "/about/", 60),
    Cell("day", FIRST, Dimension.ENTRY, "/about/", 30),
]


def kept(site: SmallSite, name: str, tool: str, days: Sequence[Day], cells: Sequence[Cell]) -> None:
    made = Import(name, tool, days[0].day, days[-1].day)
    Imported(site.service.counters).add(made, days, cells, site.service.clock.zone)


@pytest.fixture
def rita(site: SmallSite) -> Client:
    """On Monday, the second of March, twelve visits were counted here."""
    visit = Lived(HOUR, {Dimension.ENTRY: "/about/", Dimension.SOURCE: "Google"})
    for _ in range(12):
        site.service.counters.add(HOUR, visit.increments)
    kept(site, "before", "Plausible", DAYS, CELLS)
    return signed_in(site, "rita")


def test_they_stand_apart_in_the_headline(rita: Client) -> None:
    """Added to none of our figures; the tool and the days are named."""
    text = rita.get(f"{REPORT}?period=30-days").text
    assert headline(text)["Visits"] == "12"
    assert '<h2 id="imported-days">Imported from Plausible</h2>' in text
    apart = re.findall(r"<dt>([^<]+), imported</dt><dd class=\"value\">([^<]+)<", text)
    assert apart == [("Visits", "210"), ("Views", "490")]
    assert "On 7 days, Feb 16 – Feb 22, 2026, Plausible had counted instead of us" in text


def test_nothing_is_compared_with_them(site: SmallSite, rita: Client) -> None:
    """Whichever of the two periods they are in, there is no change, and it is said why."""
    count = Lived(HOUR - 24 * 12, {Dimension.ENTRY: "/"})
    site.service.counters.add(HOUR - 24 * 12, count.increments)  # The eighteenth, imported too.
    for query in ("period=7-days&compare=from&start=2026-02-18", "period=30-days"):
        text = rita.get(f"{REPORT}?{query}").text
        assert 'class="change up' not in text
        assert "nothing was counted then" not in text
    text = rita.get(f"{REPORT}?period=7-days&compare=from&start=2026-02-18").text
    assert "Nothing is compared: of Feb 18 – Feb 24, 2026, 5 days were imported" in text
    assert "with 150 visits and 350 views by definitions of its own" in text
    own = rita.get(f"{REPORT}?period=7-days&compare=from&start=2026-02-18&imported=no").text
    assert "up 1100" in own.replace("\u202f", "").replace(",", "")


def test_the_chart_draws_them_otherwise_and_names_the_tool(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=30-days").text
    assert len(re.findall(r'<rect class="imported" fill="url\(#imported\)" x=', text)) == 7
    assert "Imported from Plausible: views in outline, visits hatched" in text
    assert "Mon, Feb 16, 2026: 30 visits, 70 views, imported from Plausible</title>" in text
    table = text.partition("The same as a table")[2]
    assert '<th scope="col">Visits, imported</th>' in table
    assert "<td>30</td><td>70</td><td>Plausible</td>" in table


def test_a_month_that_has_both_shows_them_side_by_side(site: SmallSite, rita: Client) -> None:
    visit = Lived(HOUR - 24 * 3, {Dimension.ENTRY: "/"})
    site.service.counters.add(HOUR - 24 * 3, visit.increments)
    told = json.loads(rita.get(f"{REPORT}over-time.json?period=12-months&bars=month").text)
    february = next(row for row in told["rows"] if row["start"] == "2026-02-01")
    assert (february["visits"], february["imported_visits"]) == (1, 210)
    assert february["imported_from"] == "Plausible"
    text = rita.get(f"{REPORT}?period=12-months&bars=month").text
    assert "210 visits, 490 views, imported from Plausible; ours: 1 visit, 1 view</title>" in text


def test_panels_have_a_column_of_them(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=30-days").text
    sources = panel(text, "source")
    assert '<th scope="col" class="imported">Imported</th>' in sources
    assert lines(text, "source") == {"Google": "12", "Bing": "0"}
    assert re.findall(r"<td>(\d+)</td>\s*</tr>", sources) == ["25", "5"]
    assert "Imported" not in panel(rita.get(f"{REPORT}?period=today").text, "source")
    assert "Imported" not in panel(text, "campaign")


def test_what_we_counted_stands_before_what_others_did(site: SmallSite, rita: Client) -> None:
    """However much more of it they had: a panel shows eight lines."""
    names = ["Bing", "Facebook", "X", "LinkedIn", "Direct", "Another site", "Reddit", "YouTube"]
    day = date(2026, 2, 10)
    cells = [Cell("day", day, Dimension.SOURCE, name, 100 + len(name)) for name in names]
    kept(site, "older", "Matomo", [Day(day, 900, 900)], cells)
    told = json.loads(rita.get(f"{REPORT}source.json?period=30-days").text)
    found = [row["cell"] for row in told["rows"]]
    assert found[:2] == ["Google", "Another site"]
    head = {"Authorization": f"Bearer {token(site, 'reports')}"}
    query = "from=2026-02-01&to=2026-03-02"
    rows = site.app.test_client().get(f"/staff/api/v1/breakdown/source?{query}", headers=head).json
    assert rows
    assert [row["cell"] for row in rows["rows"]] == found


def test_each_line_leads_to_its_report(site: SmallSite, rita: Client) -> None:
    """Also one that we never counted, which says where its figures are."""
    day = date(2026, 2, 10)
    cells = [
        Cell("day", day, dimension, value, 20)
        for dimension, values in {
            Dimension.BROWSER: ("Opera", "Other"),
            Dimension.SYSTEM: ("Linux", "Other"),
            Dimension.DEVICE: ("Tablet", "Other"),
            Dimension.SOURCE: ("Another site", "Direct"),
        }.items()
        for value in values
    ]
    kept(site, "older", "Matomo", [Day(day, 90, 90)], cells)
    for cell in cells:
        address = f"{REPORT}?period=30-days&filter={cell.dimension}:{cell.value}"
        page = rita.get(address)
        assert page.status_code == 200, address
        assert "so a filter leaves it out" in page.text
    assert rita.get(f"{REPORT}?period=30-days&filter=browser:Nosuch").status_code == 404


def test_what_of_them_no_line_has_is_said(site: SmallSite, rita: Client) -> None:
    """Days with few visits are told by their week, and in no line of a part of it."""
    first = date(2026, 2, 2)
    days = [Day(first + timedelta(number), 5, 10) for number in range(7)]
    kept(site, "small", "Umami", days, [Cell("week", first, Dimension.SOURCE, "Google", 35)])
    cut = "from=2026-02-04&to=2026-02-06"
    sources = panel(rita.get(f"{REPORT}?{cut}").text, "source")
    assert "Nothing yet" not in sources
    assert "15 imported visits are in no line" in sources
    assert json.loads(rita.get(f"{REPORT}source.json?{cut}").text)["imported_rest"] == 15
    pages = json.loads(rita.get(f"{REPORT}page.json?{cut}").text)
    assert pages["imported_rest"] == 30
    file = csv.DictReader(io.StringIO(rita.get(f"{REPORT}source.csv?{cut}").text))
    assert [(row["cell"], row["name"], row["imported"]) for row in file] == [
        ("", "(in no line)", "15")
    ]
    head = {"Authorization": f"Bearer {token(site, 'reports')}"}
    client, api = site.app.test_client(), f"/staff/api/v1/breakdown/source?{cut}"
    answer = client.get(api, headers=head).json
    assert answer
    assert answer["imported_rest"] == 15
    text = client.get(f"{api}&format=csv", headers=head).text
    assert text.splitlines()[-1] == "(in no row),,,,,,,15"
    longer = "from=2026-02-02&to=2026-02-16"
    told = json.loads(rita.get(f"{REPORT}source.json?{longer}").text)
    assert sum(row["imported"] for row in told["rows"]) + told["imported_rest"] == 35 + 30
    whole = "from=2026-02-02&to=2026-02-08"
    assert "in no line" not in panel(rita.get(f"{REPORT}?{whole}").text, "source")
    campaigns = panel(rita.get(f"{REPORT}?{cut}&tab=sources").text, "campaign")
    assert "Nothing yet" in campaigns
    assert "imported_rest" not in json.loads(rita.get(f"{REPORT}source.json?period=today").text)


def test_files_mark_them(rita: Client) -> None:
    told = json.loads(rita.get(f"{REPORT}source.json?period=30-days").text)
    assert told["imported"] == [
        {
            "tool": "Plausible", "days": 7, "from": "2026-02-16", "to": "2026-02-22",
            "visits": 210, "views": 490,
        }
    ]  # fmt: skip
    assert [(row["cell"], row["visits"], row["imported"]) for row in told["rows"]] == [
        ("Google", 12, 25),
        ("Bing", 0, 5),
    ]
    rows = list(csv.DictReader(io.StringIO(rita.get(f"{REPORT}over-time.csv?period=30-days").text)))
    marked = [row for row in rows if row["imported_from"]]
    assert [(row["imported_visits"], row["visits"]) for row in marked] == [("30", "0")] * 7
    assert "imported" not in rita.get(f"{REPORT}over-time.csv?period=today").text


def test_a_day_of_them_is_one_bar(rita: Client) -> None:
    """They are kept by day, so no hour has any."""
    text = rita.get(f"{REPORT}?from=2026-02-17&to=2026-02-17").text
    assert "What is imported is kept by day: days are drawn, and not hours." in text
    assert len(re.findall(r'<rect class="imported" fill="url\(#imported\)" x=', text)) == 1
    assert "Nothing was counted in this period" not in text
    assert headline(text) == {}


def test_a_filter_leaves_them_out_and_says_so(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=30-days&filter=source:Google").text
    assert "so a filter leaves it out" in text
    assert "url(#imported)" not in text
    assert "imported-days" not in text


def test_they_can_be_left_out(rita: Client) -> None:
    text = rita.get(f"{REPORT}?period=30-days&imported=no").text
    assert "url(#imported)" not in text
    assert "Plausible had counted 7 days of this period: you left that out." in text
    assert "imported=no" in text.partition('class="tabs"')[2]
    assert "imported" not in json.loads(
        rita.get(f"{REPORT}source.json?period=30-days&imported=no").text
    )


def test_two_tools_are_both_named(site: SmallSite, rita: Client) -> None:
    kept(site, "older", "Matomo", [Day(date(2026, 2, 10), 11, 12)], [])
    text = rita.get(f"{REPORT}?period=30-days").text
    assert "Imported from Matomo and Plausible" in text
    assert "by definitions of their own" in text


def test_who_has_a_link_sees_their_mark_too(site: SmallSite, rita: Client) -> None:
    add(site, ada="admin")
    address = made(signed_in(site, "ada"), "overview")
    text = read(site, address, period="30-days").text
    assert '<h2 id="imported-days">Imported from Plausible</h2>' in text
    assert "Imported from Plausible: views in outline, visits hatched" in text
    assert '<th scope="col" class="imported">Imported</th>' in panel(text, "source")
    assert '<h2 id="imported">' in read(site, f"{address}definitions/").text
    told = json.loads(read(site, f"{address}over-time.json", period="30-days").text)
    assert told["imported"][0]["tool"] == "Plausible"


def test_the_definitions_say_how_they_differ(rita: Client) -> None:
    assert '<h2 id="imported">Imported figures</h2>' in rita.get("/staff/definitions/").text


def test_programs_read_them_with_their_mark(site: SmallSite, rita: Client) -> None:
    head = {"Authorization": f"Bearer {token(site, 'reports')}"}
    client, days = site.app.test_client(), "from=2026-02-16&to=2026-03-02"
    told = client.get(f"/staff/api/v1/series?{days}", headers=head).json
    assert told
    assert told["imported"][0]["tool"] == "Plausible"
    first, last = told["rows"][0], told["rows"][-1]
    assert (first["visits"], first["imported_visits"], first["imported_from"]) == (
        0, 30, "Plausible",
    )  # fmt: skip
    assert (last["visits"], last["imported_visits"], last["imported_from"]) == (12, None, None)
    months = client.get(f"/staff/api/v1/series?{days}&interval=month", headers=head).json
    assert months
    assert months["rows"][0]["imported_views"] == 490
    hours = client.get(f"/staff/api/v1/series?{days}&interval=hour", headers=head).json
    assert hours
    assert not any(row["imported_visits"] for row in hours["rows"])
    sources = client.get(f"/staff/api/v1/breakdown/source?{days}", headers=head).json
    assert sources
    assert sources["cells"] == 2
    assert [(row["cell"], row["visits"], row["imported"]) for row in sources["rows"]] == [
        ("Google", 12, 25),
        ("Bing", 0, 5),
    ]
