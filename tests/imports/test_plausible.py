"""`build.py data import plausible`: days, pages and kinds of browser come in, and nobody's else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.visits.model import Dimension, Increment
from analytics.visits.store.calendar import first_hour
from analytics.visits.store.imported import Day
from tests.fixtures.exports import packed, plausible
from tests.imports.conftest import Importing

FIRST = date(2025, 5, 5)
"""A Monday."""


def test_an_archive_is_imported_by_day_and_value(importing: Importing, tmp_path: Path) -> None:
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", plausible(FIRST, 7)))
    assert done.exit_code == 0, done.output
    last = date(2025, 5, 11)
    days = importing.kept.days(FIRST, last)
    assert days[0] == Day(FIRST, 20, 40, "Plausible")
    assert len(days) == 7
    values = {
        dimension: importing.kept.values(Dimension(dimension), FIRST, last)
        for dimension in ("page", "entry", "source", "browser", "system", "device")
    }
    assert values == {
        "page": {"/": 140, "/about/": 119},
        "entry": {"/": 140},
        "source": {"Google": 70, "Direct": 63, "Another site": 7},
        "browser": {"Chrome": 70, "Edge": 70},
        "system": {"macOS": 70, "Linux": 70},
        "device": {"Desktop": 70, "Phone": 70},
    }


def test_it_says_what_was_taken_and_what_was_left_out(importing: Importing, tmp_path: Path) -> None:
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", plausible(FIRST, 7)))
    for words in (
        "imported_visitors_20250505_20250511.csv: days, 7 rows",
        "imported_locations_20250505_20250511.csv: countries and cities, left out: places are",
        "imported_exit_pages_20250505_20250511.csv: exit pages, left out",
        "Left out: 21 views of addresses that are no pages of this site.",
        "Taken: 7 days (2025-05-05 to 2025-05-11), with 140 visits and 280 views as Plausible",
        'Kept as "plausible". Take all of it out again: ',
        "build.py data import-remove plausible",
    ):
        assert words in done.output


@pytest.mark.promise("P4")
def test_no_name_that_a_visitor_carried_is_kept(importing: Importing, tmp_path: Path) -> None:
    """Neither of an address, nor of a referrer, nor of a place."""
    importing.said("import", "plausible", packed(tmp_path / "e.zip", plausible(FIRST, 7)))
    files = b"".join(path.read_bytes() for path in importing.site.var.iterdir() if path.is_file())
    assert b"/about/" in files
    for words in (b"anna", b"blog.example", b"DE-BE", b"www.example.org", b"Signup"):
        assert words not in files


def test_a_trial_keeps_nothing(importing: Importing, tmp_path: Path) -> None:
    path = packed(tmp_path / "e.zip", plausible(FIRST, 7))
    done = importing.said("import", "plausible", path, "--dry-run")
    assert done.exit_code == 0
    assert "Taken: 7 days" in done.output
    assert "Nothing was kept" in done.output
    assert importing.rows == [0, 0, 0]


def test_the_same_file_is_not_taken_twice(importing: Importing, tmp_path: Path) -> None:
    path = packed(tmp_path / "e.zip", plausible(FIRST, 7))
    assert importing.said("import", "plausible", path).exit_code == 0
    again = importing.said("import", "plausible", path, "--name", "again")
    assert again.exit_code == 1
    assert '7 of its days are in the import "plausible" already' in again.output
    assert importing.kept.all()[0].name == "plausible"
    assert importing.rows[:2] == [1, 7]
    twice = importing.said("import", "plausible", path, path, "--name", "twice")
    assert twice.exit_code == 1
    assert "e.zip is named twice" in twice.output
    other = packed(tmp_path / "other.zip", plausible(FIRST, 7))
    both = importing.said("import", "plausible", path, other, "--name", "both")
    assert "e.zip: imported_visitors_20250505_20250511.csv as well" in both.output


def test_days_that_were_counted_here_are_left_out(importing: Importing, tmp_path: Path) -> None:
    hour = first_hour(date(2025, 5, 8), importing.site.service.clock.zone)
    importing.site.service.counters.add(hour, [Increment(Dimension.ALL, "", visits=1)])
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", plausible(FIRST, 7)))
    assert (
        "Left out: 1 day (2025-05-08) that were counted here: our own figures stand." in done.output
    )
    assert importing.rows[:2] == [1, 6]
    assert importing.kept.values(Dimension.PAGE, FIRST, date(2025, 5, 11))["/"] == 120


def test_days_that_are_kept_no_longer_or_not_over_are_left_out(
    importing: Importing, tmp_path: Path
) -> None:
    old, new = plausible(date(2024, 1, 31), 7), plausible(date(2026, 2, 28), 7)
    files = {f"a{name}": text for name, text in old.items()} | new
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", files))
    assert "3 days (2024-01-31 to 2024-02-02) before 2024-02-03, of which no figures" in done.output
    assert "5 days (2026-03-02 to 2026-03-06) that are not over yet" in done.output
    assert importing.rows[:2] == [1, 6]


def test_few_visits_are_told_by_week_or_month_or_not_at_all(
    importing: Importing, tmp_path: Path
) -> None:
    """Nine visits of a month tell nothing but that there were nine."""
    weeks = plausible(FIRST, 7, visits=4)
    month = {f"b{name}": text for name, text in plausible(date(2025, 6, 3), 3, visits=2).items()}
    rare = {f"c{name}": text for name, text in plausible(date(2025, 7, 1), 2, visits=4).items()}
    path = packed(tmp_path / "e.zip", weeks | month | rare)
    assert importing.said("import", "plausible", path).exit_code == 0
    device = Dimension.DEVICE
    week = importing.kept.values(device, FIRST, date(2025, 5, 11))
    assert week == {"Desktop": 14, "Phone": 14}
    assert importing.kept.values(device, FIRST, date(2025, 5, 10)) == {}
    assert importing.kept.values(device, date(2025, 6, 1), date(2025, 7, 31)) == {}
    assert len(importing.kept.days(FIRST, date(2025, 7, 31))) == 12


def test_it_is_listed_and_removed(importing: Importing, tmp_path: Path) -> None:
    assert "Nothing was imported" in importing.said("imports").output
    path = packed(tmp_path / "e.zip", plausible(FIRST, 7))
    importing.said("import", "plausible", path, "--name", "before-2026")
    assert "before-2026  2025-05-05 to 2025-05-11  Plausible" in importing.said("imports").output
    wrong = importing.said("import-remove", "before")
    assert wrong.exit_code == 1
    assert 'there is no import "before"' in wrong.output
    assert "imported is: before-2026" in wrong.output
    done = importing.said("import-remove", "before-2026")
    assert 'Deleted the import "before-2026": 7 days.' in done.output
    assert importing.rows == [0, 0, 0]


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        ("20,40,3,20,900", "19,40,3,-20,900", ':4: field 5 ("visits"): "-20" is no whole number'),
        ("20,40,3,20,900", "19,40,3,20", ":4: there are 5 fields, and the header has 6"),
        ("2025-05-07", "2025-13-07", ':4: field 1 ("date"): "2025-13-07" is no day'),
        ("2025-05-07", "5/7/2025", ':4: field 1 ("date"): of "5/7/2025" nobody can tell'),
        ("2025-05-07", "2025-05-06", ":4: 2025-05-06 stands twice"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line_and_nothing_is_kept(
    importing: Importing, tmp_path: Path, found: str, put: str, words: str
) -> None:
    files = plausible(FIRST, 7)
    name = next(name for name in files if "visitors" in name)
    lines = files[name].splitlines(keepends=True)
    lines[3] = lines[3].replace("19,40,3,20,900", "20,40,3,20,900").replace(found, put)
    files[name] = "".join(lines)
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", files))
    assert done.exit_code == 1
    assert f"{name}{words}" in done.output
    assert importing.rows == [0, 0, 0]


def test_without_its_days_an_export_is_refused(importing: Importing, tmp_path: Path) -> None:
    files = {name: text for name, text in plausible(FIRST, 7).items() if "visitors" not in name}
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", files))
    assert done.exit_code == 1
    assert "no table says how many visits there were on 2025-05-05" in done.output


def test_a_new_column_of_a_later_version_hinders_nothing(
    importing: Importing, tmp_path: Path
) -> None:
    files = plausible(FIRST, 2)
    for name, text in files.items():
        header, *rows = text.splitlines()
        files[name] = "\n".join([f'{header},"new_metric"', *(f"{row},7" for row in rows), ""])
    done = importing.said("import", "plausible", packed(tmp_path / "e.zip", files))
    assert done.exit_code == 0, done.output
    assert importing.kept.days(FIRST, FIRST) == [Day(FIRST, 20, 40, "Plausible")]
    assert importing.kept.values(Dimension.DEVICE, FIRST, FIRST) == {"Desktop": 10, "Phone": 10}
