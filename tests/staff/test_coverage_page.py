"""/staff/coverage/ and `build.py data strike`: what the report leaves out, and why."""

from __future__ import annotations

import datetime
import random
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

import build
from analytics.staff.reports.coverage import Unusual, unusual_hours
from analytics.visits.model import Dimension, Hour, Increment
from analytics.visits.store.daily import Daily, Struck
from tests.fixtures.small_site import CHROME, MONDAY, ROOT, SmallSite, small_site
from tests.fixtures.staff import add, signed_in

NOW = int(MONDAY // 3600)
ROBOT = "Mozilla/5.0 (compatible; Name/1.0)"


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        add(site, rita="reports", carl="contacts")
        yield site


@pytest.fixture
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


def count(site: SmallSite, hour: int, views: int) -> None:
    increment = Increment(Dimension.ALL, "", visits=views, views=views)
    site.service.counters.add(hour, [increment])


def strike(site: SmallSite, *words: str):
    runner = CliRunner(env={"PLAINSITE_VAR": str(site.var)})
    return runner.invoke(build.main, ["--root", str(ROOT), "data", "strike", *words])


def test_it_shows_what_was_shown_counted_and_refused(site: SmallSite, rita: Client) -> None:
    client = site.app.test_client()
    for agent in (CHROME, CHROME, CHROME, CHROME, ROBOT):
        client.get("/about/", headers={"User-Agent": agent}, buffered=True)
    visitor = site.visitor()
    visitor.view(User_Agent=ROBOT)
    count(site, NOW, 1)
    site.service.coverage.write()
    page = rita.get("/staff/coverage/").text
    for words in (
        "25\u202f%",
        "Only people\u2019s browsers are counted.",
        "Your own visits",
        "Mar 2, 2026",
    ):
        assert words.replace("\u2019", "&#39;") in page or words in page, words
    report = rita.get("/staff/reports/?period=today").text
    assert "4 pages shown to people" in report


def test_it_says_that_there_is_nothing_yet(rita: Client) -> None:
    page = rita.get("/staff/coverage/").text
    assert "A day appears here" in page
    assert "Hours far above" not in page


def test_only_who_may_read_reports_sees_it(site: SmallSite) -> None:
    assert signed_in(site, "carl").get("/staff/coverage/").status_code == 403
    assert site.app.test_client().get("/staff/coverage/").status_code == 303


def unusual_in(
    rows: Sequence[Hour], hours: range, struck: Sequence[Struck] = ()
) -> tuple[Unusual, ...]:
    return unusual_hours({row.hour: row.views for row in rows}, hours, struck)


def test_an_hour_is_unusual_beside_the_same_hour_of_other_days() -> None:
    usual = [Hour(NOW - 24 * day, views=20) for day in range(1, 29)]
    assert unusual_in([*usual, Hour(NOW, views=161)], range(NOW, NOW + 1)) == (
        Unusual(NOW, 161, 20),
    )
    assert unusual_in([*usual, Hour(NOW, views=160)], range(NOW, NOW + 1)) == ()
    # Where nothing else is known, nobody knows what is usual; and a few views mean nothing.
    assert unusual_in([Hour(NOW, views=5_000)], range(NOW, NOW + 1)) == ()
    quiet = [Hour(NOW - 24 * 28, views=1)]
    assert unusual_in([*quiet, Hour(NOW, views=99)], range(NOW, NOW + 1)) == ()
    # One flood does not hide the next.
    floods = [*usual[1:], Hour(NOW - 24, views=9_000), Hour(NOW, views=9_000)]
    assert [each.hour for each in unusual_in(floods, range(NOW, NOW + 1))] == [NOW]


def test_an_unusual_hour_is_marked_with_how_to_take_it_out(site: SmallSite, rita: Client) -> None:
    for day in range(1, 29):
        count(site, NOW - 24 * day, 20)
    count(site, NOW, 5_000)
    page = rita.get("/staff/coverage/").text
    assert "Hours far above their usual" in page
    assert "build.py data strike 2026-03-02T00" in page  # In Los Angeles.


def test_a_struck_hour_is_out_of_every_report_and_can_come_back(site: SmallSite) -> None:
    counters, daily = site.service.counters, Daily(site.service.counters)
    count(site, NOW, 5_000)
    count(site, NOW - 1, 7)
    daily.strike(Struck(NOW, datetime.date(2026, 3, 2), "A broken monitor"))
    daily.strike(Struck(NOW, datetime.date(2026, 3, 2), "A broken monitor of ours"))
    assert [hour.views for hour in counters.series(0, 10**7)] == [7]
    assert [total.views for total in counters.totals("all", 0, 10**7, 9)] == [7]
    assert [each.note for each in daily.struck()] == ["A broken monitor of ours"]
    assert daily.put_back(NOW)
    assert not daily.put_back(NOW)
    assert [hour.views for hour in counters.series(0, 10**7)] == [7, 5_000]


def test_staff_see_what_was_struck_and_why(site: SmallSite, rita: Client) -> None:
    """With the note as it was written, and no more than that."""
    daily = Daily(site.service.counters)
    daily.strike(Struck(NOW, datetime.date(2026, 3, 2), "<script>a & b</script>"))
    page = rita.get("/staff/coverage/").text
    assert "&lt;script&gt;a &amp; b&lt;/script&gt;" in page
    assert "Mar 2, 2026, " in page


def test_the_command_takes_an_hour_out_with_a_note_and_puts_it_back(site: SmallSite) -> None:
    """While the service runs."""
    count(site, NOW, 5_000)
    done = strike(site, "2026-03-02T00", "--note", "A broken monitor")
    assert done.exit_code == 0, done.output
    assert site.service.counters.series(0, 10**7) == []
    (struck,) = Daily(site.service.counters).struck()
    assert (struck.hour, struck.note) == (NOW, "A broken monitor")
    assert strike(site, "2026-03-02T00", "--note", "A monitor of ours").exit_code == 0
    assert [each.note for each in Daily(site.service.counters).struck()] == ["A monitor of ours"]
    assert strike(site, "2026-03-02T00", "--undo").exit_code == 0
    assert [hour.views for hour in site.service.counters.series(0, 10**7)] == [5_000]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("2026-03-02T00",), "a note is missing"),
        (("2026-03-02T00", "--note", "  "), "a note is missing"),
        (("2026-03-02T00", "--note", "x" * 201), "shorten it to 200 or fewer"),
        (("2026-03-02T00", "--note", "two\nlines"), "without the character U+000A"),
        (("2026-03-02T00", "--note", "half \udcff"), "without the character U+DCFF"),
        (("2026-03-02", "--note", "x"), "is no hour"),
        (("2026-13-02T00", "--note", "x"), "is no hour"),
        (("9998-03-02T00", "--note", "x"), "is still to come"),
        (("9999-12-31T23", "--note", "x"), "is no hour"),
        (("0001-01-01T00", "--note", "x"), "no hour begins at"),
        (("1999-01-01T00", "--note", "x"), "they are for 25 months"),
        (("2026-03-08T02", "--note", "x"), "write 2026-03-08T03"),
        (("2025-11-02T01", "--note", "x"), "comes twice"),
        (("2026-03-01T23", "--note", "x"), "nothing was counted in 2026-03-01T23"),
        (("2026-03-02T00", "--undo"), "is not struck"),
    ],
)
def test_what_cannot_be_struck_is_told(site: SmallSite, words: tuple[str, ...], says: str) -> None:
    count(site, NOW, 5_000)
    done = strike(site, *words)
    assert done.exit_code == 1
    assert says in done.output
    assert Daily(site.service.counters).struck() == []


def test_an_hour_in_which_only_addresses_without_a_page_were_asked_for(site: SmallSite) -> None:
    """A program that tries addresses fills it as well."""
    site.service.counters.add(NOW, [Increment(Dimension.MISSING, "Direct", views=900)])
    assert strike(site, "2026-03-02T00", "--note", "A scanner").exit_code == 0


@pytest.mark.parametrize("hour", [-17_259_888, -17_259_880, 70_389_527])
def test_an_hour_at_the_end_of_the_calendar_is_listed_and_can_come_back(
    site: SmallSite, rita: Client, hour: int
) -> None:
    """One that was struck before it was refused, while its time is not over for the retention."""
    site.service.retention_thread.close()
    Daily(site.service.counters).strike(Struck(hour, datetime.date(2026, 3, 2), "By mistake"))
    page = rita.get("/staff/coverage/")
    assert page.status_code == 200
    name = page.text.partition("build.py data strike ")[2].partition(" ")[0]
    done = strike(site, name, "--undo")
    assert done.exit_code == 0, done.output


def test_both_hours_at_which_clocks_go_back_can_be_struck(site: SmallSite, rita: Client) -> None:
    """They have names of their own, on the page and for the command."""
    first = int(datetime.datetime(2025, 11, 2, 8, tzinfo=datetime.UTC).timestamp() // 3600)
    for hour in (first, first + 1):
        count(site, hour, 9)
    for name in ("2025-11-02T01-07:00", "2025-11-02T01-08:00"):
        assert strike(site, name, "--note", "x").exit_code == 0
    assert [each.hour for each in Daily(site.service.counters).struck()] == [first + 1, first]
    page = rita.get("/staff/coverage/").text
    for words in ("1 am PDT", "1 am PST", "T01-07:00 ", "T01-08:00 "):
        assert words in page


def test_a_day_of_which_an_hour_is_struck_is_not_compared(site: SmallSite, rita: Client) -> None:
    """What was shown is known by the day: without the hour's views, the share would be wrong."""
    today = datetime.date(2026, 3, 2)
    yesterday = today - datetime.timedelta(days=1)
    daily = Daily(site.service.counters)
    daily.add({(today, "/", "no"): 100, (yesterday, "/", "no"): 10}, {})
    for hour, views in ((NOW, 90), (NOW + 1, 5), (NOW - 24, 5)):
        for dimension, cell in ((Dimension.ALL, ""), (Dimension.PAGE, "/")):
            increment = Increment(dimension, cell, visits=1, views=views)
            site.service.counters.add(hour, [increment])
    daily.strike(Struck(NOW, today, "A broken monitor"))
    page = rita.get("/staff/coverage/").text
    assert page.count("50\u202f%") == 3, "of all, of yesterday, of the page"
    assert "an hour is out" in page
    assert "A day of which an hour was taken out is not compared" in page
    report = rita.get("/staff/reports/?period=7-days").text
    assert "50\u202f% of 10 pages shown to people" in report


def test_struck_hours_do_not_make_others_unusual() -> None:
    """Nothing is known of them: they are no hours without a view."""
    usual = [Hour(NOW - 24 * day, views=200) for day in range(1, 11)]
    earlier = [Hour(NOW - 24 * 28, views=200)]
    gone = [Struck(NOW - 24 * day, datetime.date(2026, 3, 2), "x") for day in range(11, 28)]
    rows = [*earlier, *usual, Hour(NOW, views=300)]
    assert [each.usual for each in unusual_in(rows, range(NOW, NOW + 1))] == [0]
    assert unusual_in(rows, range(NOW, NOW + 1), gone) == ()


@pytest.mark.parametrize("seed", range(20))
def test_whichever_hours_are_looked_at_closely_the_unusual_ones_are_found(seed: int) -> None:
    """As the definition has it: more than eight times the median of 28 days, and 100 views."""
    chance, days = random.Random(seed), 28 + 11 * seed
    views = {
        NOW + hour: int(chance.choice([0, 3, 20, 120, 150]) * chance.choice([1, 1, 1, 9, 60]))
        for hour in range(24 * days)
        if chance.random() < 0.9
    }
    hours, first = range(NOW + 24 * days // 3, NOW + 24 * days), min(views)
    expected = []
    for hour in hours:
        known = [views.get(hour - 24 * day, 0) for day in range(1, 29) if hour - 24 * day >= first]
        if len(known) >= 7 and (seen := views.get(hour, 0)) >= 100:
            expected += [hour] if seen > 8 * max(statistics.median(known), 1) else []
    rows = [Hour(hour, views=each) for hour, each in views.items()]
    found = unusual_in(rows, hours)
    assert [each.hour for each in found] == expected[::-1]
    assert expected


def test_where_less_is_noted_as_shown_than_was_counted_no_share_is_told(
    site: SmallSite, rita: Client
) -> None:
    """As of a page that a browser takes from its memory, or of what is noted later."""
    today = datetime.date(2026, 3, 2)
    Daily(site.service.counters).add({(today, "/", "no"): 27}, {})
    increment = Increment(Dimension.ALL, "", visits=9, views=36)
    site.service.counters.add(NOW, [increment])
    report = rita.get("/staff/reports/?period=today").text
    assert "36 views, while 27 pages are noted as shown to people so far" in report
    assert "of pages that people were shown" not in report
