"""Matomo's reports by day and Google Analytics' explorations, as CSV and JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from analytics.visits.model import Dimension
from analytics.visits.store.imported import Day
from tests.fixtures.exports import days, ga4, matomo, table
from tests.imports.conftest import Importing

Rows = list[list[object]]
FIRST, LAST = date(2025, 5, 5), date(2025, 5, 11)


def put(folder: Path, **texts: str) -> list[Path]:
    paths = []
    for name, text in texts.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(text.encode("utf-16") if path.suffix == ".csv" else text.encode())
        paths.append(path)
    return paths


def values(importing: Importing, dimension: str) -> dict[str, int]:
    return dict(importing.kept.values(Dimension(dimension), FIRST, LAST))


def test_matomo_s_csv_is_in_utf_16(importing: Importing, tmp_path: Path) -> None:
    pages: Rows = [["date", "label", "nb_visits", "nb_hits", "metadata_url"]]
    browsers: Rows = [["date", "label", "nb_visits", "metadata_segment"]]
    sources: Rows = [["date", "label", "nb_visits", "metadata_segment"]]
    sites = list(sources)
    for day in days(FIRST, 7):
        pages += [[day, "/about", 9, 30, "https://www.example.org/about"]]
        pages += [[day, "blog", 3, 5, ""]]
        browsers += [[day, "Chrome Mobile", 11, "browserCode==CM"]]
        sources += [[day, "Google", 12, "referrerType==search;referrerName==Google"]]
        sources += [[day, "Direct Entry", 8, "referrerType==direct"]]
        sites += [[day, "news.ycombinator.com", 2, "referrerType==website;referrerName==x"]]
    files = put(
        tmp_path,
        VisitsSummary__csv=matomo(FIRST, 7),
        getPageUrls__csv=table(pages),
        browsers__csv=table(browsers),
        sources__csv=table(sources),
        sites__csv=table(sites),
    )
    done = importing.said("import", "matomo", *files)
    assert done.exit_code == 0, done.output
    assert importing.kept.days(FIRST, FIRST) == [Day(FIRST, 20, 50, "Matomo")]
    assert values(importing, "page") == {"/about/": 210}
    assert values(importing, "browser") == {"Chrome": 77}
    assert values(importing, "source") == {"Google": 84, "Hacker News": 14}
    assert "Left out: 7 folders of pages, which flat=1 parts into pages." in done.output
    assert "Left out: 7 rows of what has no place here." in done.output


def test_matomo_s_json_has_an_entry_for_each_day(importing: Importing, tmp_path: Path) -> None:
    """A day without visits is an empty list there."""
    whole = {str(day): {"nb_visits": 20, "nb_actions": 50} for day in days(FIRST, 3)}
    row: dict[str, object] = {"label": "Desktop", "nb_visits": 20, "segment": "deviceType==desktop"}
    devices = {str(day): [row] for day in days(FIRST, 3)}
    empty: dict[str, object] = {"2025-05-10": []}
    files = put(tmp_path, whole__json=json.dumps(whole | empty), d__json=json.dumps(devices))
    assert importing.said("import", "matomo", *files).exit_code == 0
    assert len(importing.kept.days(FIRST, LAST)) == 3
    assert values(importing, "device") == {"Desktop": 60}


def test_what_matomo_s_labels_are_must_be_told(importing: Importing, tmp_path: Path) -> None:
    files = put(
        tmp_path, whole__csv=matomo(FIRST, 1), x__csv="date,label,nb_visits\n2025-05-05,a,3\n"
    )
    done = importing.said("import", "matomo", *files)
    assert "nothing tells what its labels are; name the file as its method" in done.output


@pytest.mark.parametrize(
    ("day", "words"),
    [("2025-05-05,2025-05-11", "is no day"), ("2025-W19", "is no day")],
)
def test_matomo_s_weeks_are_no_days(
    importing: Importing, tmp_path: Path, day: str, words: str
) -> None:
    text = json.dumps({day: {"nb_visits": 3, "nb_actions": 4}})
    done = importing.said("import", "matomo", *put(tmp_path, w__json=text))
    assert done.exit_code == 1
    assert words in done.output
    assert f'"{day}": field 1 ("date")' in done.output


SOURCES = (("google / organic", 12), ("(direct) / (none)", 8))


def explored() -> dict[str, str]:
    each = [f"{day:%Y%m%d}" for day in days(FIRST, 7)]
    return {
        "days__txt": ga4(
            ["Date"], ["Sessions", "Views", "Active users"], [[d, 20, 50, 18] for d in each],
            [140, 350, 100],
        ),
        "pages__txt": ga4(
            ["Date", "Page path and screen class"], ["Views"],
            [[d, page, n] for d in each for page, n in (("/about/", 30), ("(not set)", 2))], [224],
        ),
        "sources__txt": ga4(
            ["Date", "Session source / medium"], ["Sessions"],
            [[d, *row] for d in each for row in SOURCES],
            [140],
        ),
        "devices__txt": ga4(
            ["Date", "Device category"], ["Sessions"], [[d, "mobile", 20] for d in each], [140]
        ),
    }  # fmt: skip


def test_explorations_of_google_analytics(importing: Importing, tmp_path: Path) -> None:
    """With comments before the header, and a row of totals that has a field more."""
    done = importing.said("import", "ga4", *put(tmp_path, **explored()))
    assert done.exit_code == 0, done.output
    assert importing.kept.days(FIRST, FIRST) == [Day(FIRST, 20, 50, "Google Analytics")]
    assert values(importing, "page") == {"/about/": 210}
    assert values(importing, "source") == {"Google": 84, "Direct": 56}
    assert values(importing, "device") == {"Phone": 140}


def test_two_things_at_once_are_not_taken(importing: Importing, tmp_path: Path) -> None:
    both = ga4(
        ["Date", "Browser", "Device category"],
        ["Sessions"],
        [["20250505", "Chrome", "mobile", 3]],
        [3],
    )
    place = ga4(["Date", "Country"], ["Sessions"], [["20250505", "Germany", 3]], [3])
    files = put(tmp_path, days__txt=explored()["days__txt"], both__txt=both, place__txt=place)
    done = importing.said("import", "ga4", *files)
    assert done.exit_code == 0
    assert "it tells of two things at once: browser and device category" in done.output
    assert "“country” has no place here" in done.output
    assert values(importing, "browser") == {}


def test_a_report_counts_its_days_from_the_first(importing: Importing, tmp_path: Path) -> None:
    """Reports have several tables in a file, each below its comments."""
    text = (
        "# All Users\n# Start date: 20250505\n# End date: 20250506\n"
        "Nth day,Sessions,Views\n0000,12,20\n0001,13,21\n\n"
        "# Start date: 20250505\nCountry,Active users\nGermany,12\n"
    )
    done = importing.said("import", "ga4", *put(tmp_path, r__txt=text))
    assert done.exit_code == 0, done.output
    kept = [(each.day, each.visits) for each in importing.kept.days(FIRST, LAST)]
    assert kept == [(FIRST, 12), (date(2025, 5, 6), 13)]
    assert "totals, left out: it tells no days" in done.output


def test_without_its_metrics_an_exploration_says_which(
    importing: Importing, tmp_path: Path
) -> None:
    text = ga4(["Date"], ["Active users"], [["20250505", 3]], [3])
    done = importing.said("import", "ga4", *put(tmp_path, d__txt=text))
    assert done.exit_code == 1
    assert "it must have the metrics Sessions and Views" in done.output


HEAD = ["date", "label", "nb_visits", "nb_hits", "metadata_segment"]
SAME_TWICE = {
    "getPageUrls__csv pages__csv": (["/about/", 5, 9, "pageUrl==x"],) * 2,
    "getBrowsers__csv browsers__csv": (
        ["Chrome", 5, 9, "browserCode==CH"],
        ["Chrome", 5, 9, "browserName==Chrome"],
    ),
    "getSearchEngines__csv getAll__csv": (
        ["Google", 5, 9, ""],
        ["Google", 5, 9, "referrerType==search;referrerName==Google"],
    ),
    "getWebsites__csv sources__csv": (
        ["a.org", 5, 9, "referrerType==website;referrerName==a.org"],
        ["a.org", 5, 9, "referrerName==a.org"],
    ),
}


@pytest.mark.parametrize("names", SAME_TWICE)
def test_what_two_reports_tell_of_a_day_is_taken_of_neither(
    importing: Importing, tmp_path: Path, names: str
) -> None:
    """Whatever the files are called."""
    texts = {
        name: table([HEAD, [FIRST, *row]])
        for name, row in zip(names.split(), SAME_TWICE[names], strict=True)
    }
    files = put(tmp_path, whole__csv=matomo(FIRST, 1), **texts)
    done = importing.said("import", "matomo", *files)
    assert done.exit_code == 1
    assert f"{FIRST} is in {files[1]} as well" in done.output
    assert importing.rows == [0, 0, 0]


def test_reports_of_kinds_of_sources_are_of_the_same_days(
    importing: Importing, tmp_path: Path
) -> None:
    """By their segments, or by the names of their files where they have none."""
    kinds: dict[str, list[object]] = {
        "getSearchEngines__csv": ["Google", 7, 9, ""],
        "getSocials__csv": ["Reddit", 5, 9, ""],
        "sites__csv": ["news.ycombinator.com", 3, 9, "referrerType==website;referrerName==x"],
    }
    texts = {name: table([HEAD, [FIRST, *row]]) for name, row in kinds.items()}
    files = put(tmp_path, whole__csv=matomo(FIRST, 1), **texts)
    done = importing.said("import", "matomo", *files)
    assert done.exit_code == 0, done.output
    assert values(importing, "source") == {"Google": 7, "Reddit": 5, "Hacker News": 3}


NOT_READ = {
    "Actions.getEntryPageUrls__csv": (HEAD, ["/about/", 5, 9, "pageUrl==x"], "entry"),
    "entries__csv": ([*HEAD, "entry_nb_visits"], ["/about/", 5, 9, "pageUrl==x", 3], "entry"),
    "Actions.getExitPageUrls__csv": (HEAD, ["/about/", 5, 9, "pageUrl==x"], "exit"),
    "exits__csv": ([*HEAD, "exit_nb_visits"], ["/about/", 5, 9, "pageUrl==x", 3], "exit"),
    "DevicesDetection.getOsVersions__csv": (HEAD, ["Windows 10", 5, 9, ""], "versions"),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_entries_exits_and_versions_are_left_out_and_said(
    importing: Importing, tmp_path: Path, name: str
) -> None:
    """Their hits are those of the page, and their visits are in the report without versions."""
    head, row, words = NOT_READ[name]
    files = put(tmp_path, whole__csv=matomo(FIRST, 1), **{name: table([head, [FIRST, *row]])})
    done = importing.said("import", "matomo", *files)
    assert done.exit_code == 0, done.output
    assert f"{files[1]}: labels of {words}" in done.output
    assert "left out: " in done.output
    assert importing.rows == [1, 1, 0]


def test_rows_of_versions_are_not_added_to_those_without(
    importing: Importing, tmp_path: Path
) -> None:
    system = ["Windows", 50, 70, "operatingSystemName==Windows"]
    version = ["Windows 10", 50, 70, "operatingSystemCode==WIN;operatingSystemVersion==10"]
    texts = {"a__csv": table([HEAD, [FIRST, *system]]), "b__csv": table([HEAD, [FIRST, *version]])}
    done = importing.said("import", "matomo", *put(tmp_path, w__csv=matomo(FIRST, 1), **texts))
    assert done.exit_code == 0, done.output
    assert values(importing, "system") == {"Windows": 50}
    assert "Left out: 1 rows of versions" in done.output


def test_pages_that_tell_entries_and_exits_as_well_are_pages(
    importing: Importing, tmp_path: Path
) -> None:
    head = [*HEAD, "entry_nb_visits", "exit_nb_visits"]
    text = table([head, [FIRST, "/about/", 5, 9, "pageUrl==x", 3, 2]])
    files = put(tmp_path, w__csv=matomo(FIRST, 1), Actions__getPageUrls__csv=text)
    assert importing.said("import", "matomo", *files).exit_code == 0
    assert values(importing, "page") == {"/about/": 9}


def test_metrics_that_are_not_taken_hinder_nothing(importing: Importing, tmp_path: Path) -> None:
    rows: Rows = [["20250505", "google", 15, 9, 2]]
    metrics = ["Sessions", "Engaged sessions", "Item views"]
    text = ga4(["Date", "Session source"], metrics, rows, [15, 9, 2])
    files = put(tmp_path, days__txt=explored()["days__txt"], sources__txt=text)
    assert importing.said("import", "ga4", *files).exit_code == 0
    assert values(importing, "source") == {"Google": 15}


def test_a_landing_page_without_a_name_is_not_the_home_page(
    importing: Importing, tmp_path: Path
) -> None:
    rows: Rows = [["20250505", "", 15], ["20250505", "/", 5]]
    text = ga4(["Date", "Landing page"], ["Sessions"], rows, [20])
    files = put(tmp_path, days__txt=explored()["days__txt"], landing__txt=text)
    assert importing.said("import", "ga4", *files).exit_code == 0
    assert values(importing, "entry") == {"/": 5}


def test_rows_that_are_a_part_of_their_total_are_told(importing: Importing, tmp_path: Path) -> None:
    """An exploration exports the rows that it shows."""
    text = ga4(["Date"], ["Sessions", "Views"], [["20250505", 20, 50]], [200, 500])
    done = importing.said("import", "ga4", *put(tmp_path, days__txt=text))
    assert "rows, which have 10 % of their total: export all rows" in done.output
    whole = importing.said("import", "ga4", *put(tmp_path, **explored()), "--dry-run")
    assert "of their total" not in whole.output


def test_rows_of_all_others_are_left_out_and_said(importing: Importing, tmp_path: Path) -> None:
    """Where a table has too many values, Google writes "(other)" for the day as well."""
    rows: Rows = [["20250505", "google", 15], ["(other)", "(other)", 40]]
    text = ga4(["Date", "Session source"], ["Sessions"], rows, [55])
    files = put(tmp_path, days__txt=explored()["days__txt"], sources__txt=text)
    done = importing.said("import", "ga4", *files)
    assert done.exit_code == 0, done.output
    assert values(importing, "source") == {"Google": 15}
    assert "Left out: 1 rows of “(other)”, which Google tells no day of." in done.output
    assert "rows, which have 27 % of their total" in done.output


@pytest.mark.parametrize("empty", ["", ","])
def test_a_column_of_totals_is_none_of_values(
    importing: Importing, tmp_path: Path, empty: str
) -> None:
    """As github.com/browserslist/browserslist-ga-export/issues/26 has it."""
    path = tmp_path / "days.csv"
    rows = f"Date,Sessions,Views,Totals\n,42,99,Grand total\n20250505,30,60{empty}\n"
    path.write_text(f"# Free form 1\n# 20250505-20250506\n\n{rows}20250506,12,39{empty}\n")
    done = importing.said("import", "ga4", path)
    assert done.exit_code == 0, done.output
    days = importing.kept.days(date(2025, 5, 5), date(2025, 5, 6))
    assert [(day.visits, day.views) for day in days] == [(30, 60), (12, 39)]


@pytest.mark.parametrize("tool", ["matomo", "ga4"])
def test_columns_in_another_language_are_asked_for_in_english(
    importing: Importing, tmp_path: Path, tool: str
) -> None:
    path = tmp_path / "tage.csv"
    path.write_text("Datum,Besuche,Aktionen\n20250505,30,60\n", encoding="utf-8")
    assert "English" in importing.said("import", tool, path).output
