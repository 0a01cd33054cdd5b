"""Notes of staff beside the figures, and what marks itself: in the chart, and in its file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import Client, TestResponse

from analytics.staff.reports.chart import Measured, draw
from analytics.staff.reports.marks import marks_of, placed
from analytics.staff.reports.periods import Period
from analytics.staff.reports.steps import steps_of
from analytics.visits.model import Counts, Dimension
from analytics.visits.store.annotations import Annotation
from analytics.visits.store.base import StoreError
from analytics.visits.store.daily import Daily, Struck
from tests.fixtures.counter_stores import Lived
from tests.fixtures.small_site import HOST, MONDAY, SmallSite, small_site
from tests.fixtures.staff import add, signed_in

NOTES = "/staff/reports/notes/"
REPORT = "/staff/reports/"
HOUR = int(MONDAY // 3600)
ZONE = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        add(site, rita="reports", carl="contacts")
        site.service.counters.add(HOUR, Lived(HOUR, {Dimension.ENTRY: "/"}).increments)
        yield site


@pytest.fixture
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


def rows(site: SmallSite, query: str) -> list[tuple[object, ...]]:
    with site.service.records.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def write(client: Client, **typed: str) -> TestResponse:
    return client.post(NOTES, data=typed, headers={"Origin": HOST})


def marks(text: str) -> list[str]:
    found = re.search(r'<ol class="marks".*?</ol>', text, re.DOTALL)
    items = re.findall(r"<li value=\"\d+\">(.*?)</li>", found[0]) if found else []
    said = [re.sub(r" <a .*?</a>", "", item) for item in items]
    return [re.sub(r"<[^>]+>", "", item) for item in said]


def test_a_note_stands_in_the_chart_until_it_is_removed(site: SmallSite, rita: Client) -> None:
    answer = write(rita, day="2026-03-01", text="  The <b>fair</b>\n in town ")
    assert "The note is kept." in answer.text
    text = rita.get(f"{REPORT}?period=7-days").text
    assert "Mar 1, 2026: The &lt;b&gt;fair&lt;/b&gt; in town" in marks(text)
    told = json.loads(rita.get(f"{REPORT}over-time.json?period=7-days").text)
    note = {"day": "2026-03-01", "text": "The <b>fair</b> in town"}
    assert note in told["marks"]
    removed = write(rita, what="remove", day="2026-03-01", text="The <b>fair</b> in town")
    assert "is removed" in removed.text
    assert "fair" not in rita.get(f"{REPORT}?period=7-days").text
    actions = rows(site, "SELECT action FROM access_log")
    assert {("wrote a note beside the figures",), ("removed a note beside the figures",)} <= {
        *actions
    }


def test_versions_and_struck_hours_mark_themselves(site: SmallSite, rita: Client) -> None:
    daily = Daily(site.service.counters)
    daily.strike(Struck(HOUR, date(2026, 3, 2), "A robot"))
    daily.strike(Struck(HOUR - 1, date(2026, 3, 2), "A robot"))
    site.service.counters.add(HOUR - 50, Lived(HOUR - 50, {Dimension.ENTRY: "/"}).increments)
    text = rita.get(f"{REPORT}?period=7-days").text
    assert "Mar 1, 2026: 1 hour is struck out: A robot" in marks(text)
    assert "Mar 2, 2026: 1 hour is struck out: A robot" in marks(text)


def test_marks_are_in_order_and_over_the_bar_of_their_day() -> None:
    """Outside of the period there is none."""
    period = Period("custom", date(2026, 3, 1), date(2026, 3, 10))
    notes = [Annotation(date(2026, 3, 4), "A fair")]
    versions = [(1, date(2025, 1, 1)), (2, date(2026, 3, 2))]
    found = marks_of(period, notes, versions, (), ZONE)
    bars = [Measured(step, Counts(visits=1)) for step in steps_of(period, "day", ZONE)]
    assert [(mark.text, mark.number, mark.x) for mark in placed(found, draw(bars), ZONE)] == [
        ("Version 2 of the privacy policy", 1, 15),
        ("A fair", 2, 35),
    ]


def test_no_two_labels_of_the_chart_lie_on_one_another(rita: Client) -> None:
    """Notes of one day share a label; that of the day after is a line higher, the next is not."""
    for day, text in (("27", "A"), ("27", "B"), ("26", "C"), ("25", "D"), ("10", "E")):
        write(rita, day=f"2026-02-{day}", text=text)
    chart = rita.get(f"{REPORT}?period=30-days").text
    found = re.findall(r'<text x="([\d.]+)%" y="(-\d+)">([\d–]+)</text>', chart)
    assert [(label, height) for _, height, label in found][:4] == [
        ("1", "-6"), ("2", "-6"), ("3", "-22"), ("4–5", "-6"),
    ]  # fmt: skip
    assert len({where for where, *_ in found}) == len(found)


@pytest.mark.parametrize(
    ("day", "text", "words"),
    [
        ("2026-03-03", "x", "still to come"),
        ("2019-12-31", "x", "Nothing is kept from before 2024-02-03, and no note."),
        ("tomorrow", "x", "as a date"),
        ("2026-03-01", "   ", "Write what happened"),
        ("2026-03-01", "a\u202eb", "Write what happened"),
        ("2026-03-01", "x" * 201, "200 characters at most"),
    ],
)
def test_what_is_no_note_is_told(rita: Client, day: str, text: str, words: str) -> None:
    answer = write(rita, day=day, text=text)
    assert answer.status_code == 422
    assert words in answer.text


def test_only_who_reads_reports_meets_notes(site: SmallSite) -> None:
    carl = signed_in(site, "carl")
    assert carl.get(NOTES).status_code == 403
    assert write(carl, day="2026-03-01", text="x").status_code == 403


def test_old_notes_are_deleted(site: SmallSite, rita: Client) -> None:
    """They go with the figures that they stand beside."""
    write(rita, day="2026-03-01", text="A fair")
    site.clock.forward(minutes=60 * 24 * 366 * 3)
    site.service.retention_thread.purge()
    with site.service.counters.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM annotations").all() == []


def test_a_note_that_could_not_be_kept_is_not_said_to_be(site: SmallSite, rita: Client) -> None:
    """The page says that the database cannot be used, and the access log has no entry."""
    with patch.object(type(site.service.counters), "write", side_effect=StoreError("full")):
        answer = write(rita, day="2026-03-01", text="A fair")
    assert answer.status_code == 503
    assert ("wrote a note beside the figures",) not in rows(site, "SELECT action FROM access_log")


def test_notes_end_at_a_number(site: SmallSite, rita: Client, monkeypatch) -> None:
    monkeypatch.setattr("analytics.visits.store.annotations.MOST", 1)
    assert write(rita, day="2026-03-01", text="A fair").status_code == 200
    assert "There are 1 notes" in write(rita, day="2026-03-01", text="Another").text


def test_two_marks_of_one_bar_are_one_in_the_chart(site: SmallSite, rita: Client) -> None:
    """Their numbers would stand on each other. Each is a line of the list."""
    for text in ("First", "Second", "Third"):
        write(rita, day="2026-03-01", text=text)
    page = rita.get(f"{REPORT}?period=7-days").text
    (drawn,) = re.findall(r'<g class="mark"><title>(.*?)</title>.*?>(\d+(?:–\d+)?)</text>', page)
    assert drawn == ("1: First; 2: Second; 3: Third", "1–3")
    assert len(marks(page)) == 3
