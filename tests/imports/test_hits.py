"""Exports with a row for each hit (Umami, GoatCounter) are counted while they are read."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from analytics.imports import once
from analytics.visits.model import Dimension
from analytics.visits.store.imported import Day
from tests.fixtures.exports import goatcounter, packed, umami
from tests.imports.conftest import Importing

DAY = date(2025, 5, 5)
"""In Los Angeles, at 1 pm of which the hits of the fixtures are."""

UMAMI = [
    *[{"visit_id": f"v{each}", "referrer_domain": "www.google.com"} for each in range(9)],
    *[{"visit_id": f"v{each}", "url_path": "/about/"} for each in range(9)],
    {"visit_id": "w", "browser": "ios", "os": "iOS", "device": "mobile", "url_path": "/old/"},
    {"visit_id": "x", "referrer_domain": "www.example.org", "url_path": "/reset/anna@example.org"},
    {"visit_id": "y", "event_type": "2", "event_name": "Signup"},
]
GOATCOUNTER = [
    *[{"Session": f"s{each}", "Referrer": "www.google.com/search"} for each in range(9)],
    *[{"Session": f"s{each}", "2Path": "/about/", "FirstVisit": "false"} for each in range(9)],
    {"Session": "t", "Browser": "Safari 17", "System": "iOS 17.4", "2Path": "/old/"},
    {"Session": "", "Referrer": "Hacker News", "2Path": "/reset/anna@example.org"},
    {"Session": "u", "Event": "true", "2Path": "signup"},
    {"Session": "r", "Bot": "150"},
]


def kept(importing: Importing, *dimensions: str) -> dict[str, dict[str, int]]:
    return {each: dict(importing.kept.values(Dimension(each), DAY, DAY)) for each in dimensions}


def test_umami_counts_visits_once_and_views_each(importing: Importing, tmp_path: Path) -> None:
    files = {
        "website_event.csv": umami(UMAMI),
        "session_data.csv": "website_id,session_id,data_key,string_value,created_at\n",
        "event_data.csv": "website_id,session_id,event_id,data_key\n",
    }
    done = importing.said("import", "umami", packed(tmp_path / "u.zip", files))
    assert done.exit_code == 0, done.output
    assert importing.kept.days(DAY, DAY) == [Day(DAY, 11, 20, "Umami")]
    assert kept(importing, "page", "source", "browser", "system", "device") == {
        "page": {"/": 9, "/about/": 10},
        "source": {"Google": 9, "Direct": 2},
        "browser": {"Chrome": 10, "Safari": 1},
        "system": {"Windows": 10, "iOS": 1},
        "device": {"Desktop": 10, "Phone": 1},
    }
    assert "Left out: 1 events." in done.output
    assert "session_data.csv: properties of events and sessions, left out" in done.output


def test_goatcounter_leaves_programs_and_events_out(importing: Importing, tmp_path: Path) -> None:
    path = tmp_path / "goatcounter-export.csv.gz"
    path.write_bytes(gzip.compress(goatcounter(GOATCOUNTER).encode()))
    done = importing.said("import", "goatcounter", path)
    assert done.exit_code == 0, done.output
    assert importing.kept.days(DAY, DAY) == [Day(DAY, 11, 20, "GoatCounter")]
    assert kept(importing, "page", "source", "browser", "system") == {
        "page": {"/": 9, "/about/": 10},
        "source": {"Google": 9, "Direct": 1, "Hacker News": 1},
        "browser": {"Firefox": 10, "Safari": 1},
        "system": {"macOS": 10, "iOS": 1},
    }
    assert "Left out: 1 hits of programs." in done.output


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("tool", "text"), [("umami", umami(UMAMI)), ("goatcounter", goatcounter(GOATCOUNTER))]
)
def test_nothing_of_a_visit_is_kept(
    importing: Importing, tmp_path: Path, tool: str, text: str
) -> None:
    """No number, no second, no place, no address that is no page of ours."""
    path = tmp_path / "hits.csv"
    path.write_text(text, encoding="utf-8")
    assert importing.said("import", tool, path).exit_code == 0
    found = b"".join(path.read_bytes() for path in importing.site.var.iterdir() if path.is_file())
    for words in (b"anna", b"Berlin", b"DE-BE", b"20:15", b"1440,900", b"www.example.org"):
        assert words not in found


def test_a_day_is_one_of_the_sites_zone(importing: Importing, tmp_path: Path) -> None:
    """06:59 in UTC is the evening before in Los Angeles; a moment without a zone is in UTC."""
    hits = [
        {"created_at": "2025-05-06 06:59:59"},
        {"visit_id": "b", "created_at": "2025-05-06 07:00:00"},
    ]
    path = tmp_path / "website_event.csv"
    path.write_text(umami(hits), encoding="utf-8")
    done = importing.said("import", "umami", path)
    assert "Umami tells moments: a day is one of the time zone here, America/Los" in done.output
    assert [day.day for day in importing.kept.days(DAY, date(2025, 5, 6))] == [
        DAY,
        date(2025, 5, 6),
    ]


def test_a_visit_over_midnight_counts_where_it_began(importing: Importing, tmp_path: Path) -> None:
    hits = [{"created_at": "2025-05-06 06:59:59"}, {"created_at": "2025-05-06 07:10:00"}]
    path = tmp_path / "website_event.csv"
    path.write_text(umami(hits), encoding="utf-8")
    importing.said("import", "umami", path)
    days = importing.kept.days(DAY, date(2025, 5, 6))
    assert [(day.visits, day.views) for day in days] == [(1, 1), (0, 1)]


@pytest.mark.parametrize("tool", ["umami", "goatcounter"])
@pytest.mark.parametrize("several", [False, True], ids=["one file", "two files"])
def test_rows_in_any_order_tell_the_same_of_a_visit(
    importing: Importing, tmp_path: Path, tool: str, several: bool
) -> None:
    """Exports are not always in the order of time: a visit has the day and the source of its
    earliest row, wherever that stands (github.com/umami-software/umami/issues/3928)."""
    rows = []
    for each in range(12):
        visit = f"v{each}"
        rows += [
            {"visit_id": visit, "created_at": "2025-05-06 07:10:00"},
            {"visit_id": visit, "created_at": "2025-05-06 06:50:00", "referrer_domain": "bing.com"},
            {"visit_id": visit, "created_at": "2025-05-06 06:55:00", "browser": "firefox"},
        ]
    if tool == "goatcounter":
        rows = [
            {
                "Session": row["visit_id"],
                "Date": row["created_at"].replace(" ", "T") + "Z",
                "Referrer": row.get("referrer_domain", ""),
                "Browser": "Firefox 131" if "browser" in row else "Chrome 131",
            }
            for row in rows
        ]
    write = umami if tool == "umami" else goatcounter
    parts = [rows[::3], rows[1::3] + rows[2::3]] if several else [rows]
    files = [tmp_path / f"hits{number}.csv" for number in range(len(parts))]
    for path, part in zip(files, parts, strict=True):
        path.write_text(write(part), encoding="utf-8")
    done = importing.said("import", tool, *files)
    assert done.exit_code == 0, done.output
    days = importing.kept.days(DAY, date(2025, 5, 6))
    assert [(day.visits, day.views) for day in days] == [(12, 24), (0, 12)]
    assert kept(importing, "source", "browser") == {
        "source": {"Bing": 12},
        "browser": {"Chrome": 12},
    }


def test_umami_writes_the_host_that_led_to_a_page_without_its_www(
    importing: Importing, tmp_path: Path
) -> None:
    """So our own host is one with www or without, as a source that leads to another page of it."""
    hits = [{"visit_id": f"v{each}", "referrer_domain": "example.org"} for each in range(10)]
    path = tmp_path / "website_event.csv"
    path.write_text(umami(hits), encoding="utf-8")
    assert importing.said("import", "umami", path).exit_code == 0
    assert kept(importing, "source") == {"source": {"Direct": 10}}


def test_of_a_campaign_goatcounter_tells_no_source(importing: Importing, tmp_path: Path) -> None:
    """Its export has the scheme "c" and no name (github.com/arp242/goatcounter/issues/660): such a
    visit had a source, and is not direct."""
    led = [{"Session": f"c{each}", "Referrer scheme": "c"} for each in range(10)]
    path = tmp_path / "goatcounter.csv"
    path.write_text(goatcounter([*led, *GOATCOUNTER]), encoding="utf-8")
    done = importing.said("import", "goatcounter", path)
    assert done.exit_code == 0, done.output
    assert importing.kept.days(DAY, DAY) == [Day(DAY, 21, 30, "GoatCounter")]
    assert kept(importing, "source") == {"source": {"Google": 9, "Direct": 1, "Hacker News": 1}}
    assert "Left out: 10 sources of hits that a campaign led to" in done.output


def test_more_visits_than_memory_is_meant_for_are_refused(
    importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "MOST_VISITS", 10)
    path = tmp_path / "website_event.csv"
    path.write_text(umami(UMAMI), encoding="utf-8")
    done = importing.said("import", "umami", path)
    assert done.exit_code == 1
    assert done.output.count("more than 10 visits are in one import") == 1
    assert "take some days at a time (--from, --to)" in done.output
    assert importing.rows == [0, 0, 0]


@pytest.mark.parametrize("tool", ["umami", "goatcounter"])
def test_some_days_at_a_time_take_no_more_memory_and_tell_the_same(
    importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    """Of a file with twelve visits, nine are held at most; one over midnight counts once."""
    monkeypatch.setattr(once, "MOST_VISITS", 9)
    moments = {
        "a": "2025-05-05T20:00:00Z",
        "b": "2025-05-06T20:00:00Z",
        "c": "2025-05-07T20:00:00Z",
    }
    visits = [(f"{day}{each}", at) for day, at in moments.items() for each in range(4)]
    visits.insert(4, ("a0", "2025-05-06T07:10:00Z"))
    if tool == "umami":
        text = umami([{"visit_id": visit, "created_at": at} for visit, at in visits])
    else:
        text = goatcounter([{"Session": visit, "Date": at} for visit, at in visits])
    path = tmp_path / "hits.csv"
    path.write_text(text, encoding="utf-8")
    assert "more than 9 visits" in importing.said("import", tool, path).output
    for day in ("2025-05-05", "2025-05-06", "2025-05-07"):
        words = ("import", tool, path, "--name", f"d{day}", "--from", day, "--to", day)
        assert importing.said(*words).exit_code == 0
    days = importing.kept.days(DAY, date(2025, 5, 7))
    assert [(each.visits, each.views) for each in days] == [(4, 4), (4, 5), (4, 4)]


WRONG = {
    "umami": (umami([{"created_at": "yesterday"}]), ':2: field 35 ("created_at"): "yesterday"'),
    "goatcounter": (goatcounter([{"Date": "5 May"}]), ':2: field 14 ("date"): "5 May" is no day'),
}


@pytest.mark.parametrize("tool", WRONG)
def test_a_hit_that_cannot_be_read_is_told(importing: Importing, tmp_path: Path, tool: str) -> None:
    """At the line at which its row begins, though the title of Umami's has two lines."""
    path, (text, words) = tmp_path / "hits.csv", WRONG[tool]
    path.write_text(text, encoding="utf-8")
    assert words in importing.said("import", tool, path).output


def test_an_older_or_newer_form_is_said(importing: Importing, tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text(goatcounter(GOATCOUNTER).replace("2Path", "3Path"), encoding="utf-8")
    done = importing.said("import", "goatcounter", path)
    assert "its form has the version 3, and version 2 is read" in done.output
    totals = packed(tmp_path / "u.zip", {"pages.csv": "x,y\n/,12\n"})
    done = importing.said("import", "umami", totals)
    assert done.exit_code == 1
    assert "they tell no days; export all data of the website instead" in done.output
