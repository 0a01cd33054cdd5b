"""What people and programs do to files: another tool's, damaged, packed to deceive, saved again."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.imports import files
from analytics.imports.naming import Names
from analytics.imports.taking import Taken, Window, take
from analytics.imports.values import NotRead, day_of, number_of
from policy import Faults
from policy.failures import Refusal
from policy.manifest import Build, Page
from policy.referrers import Sources
from tests.fixtures.exports import ga4, goatcounter, matomo, packed, plausible, umami
from tests.imports.conftest import Importing

FIRST = date(2025, 5, 5)
TEXTS = {
    "plausible": next(text for name, text in plausible(FIRST, 2).items() if "visitors" in name),
    "umami": umami([{}]),
    "goatcounter": goatcounter([{}]),
    "matomo": matomo(FIRST, 2),
    "ga4": ga4(["Date"], ["Sessions", "Views"], [["20250505", 3, 4]], [3, 4]),
}
TITLES = {
    "plausible": "Plausible", "umami": "Umami", "goatcounter": "GoatCounter",
    "matomo": "Matomo", "ga4": "Google Analytics",
}  # fmt: skip


def put(folder: Path, data: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


NAMES = Names(Sources(), Build(1, dict.fromkeys(["/"], Page("Home")), {}, {}, {}, {}))
ALWAYS = Window(date.min, date.max, date.min, date(2026, 1, 1))


def taken(tool: str, *paths: Path) -> Taken:
    """As the command takes them, without a site."""
    return take(tool, paths, NAMES, ALWAYS, ZoneInfo("UTC"))


@pytest.mark.parametrize("tool", TEXTS)
@pytest.mark.parametrize("of", TEXTS)
def test_another_tool_s_export_is_known_by_its_form(tmp_path: Path, tool: str, of: str) -> None:
    path = put(tmp_path, TEXTS[of])
    if tool == of:
        assert date(2025, 5, 5) in taken(tool, path).days
        return
    said = f"looks like an export of {TITLES[of]}, and not of {TITLES[tool]}"
    with pytest.raises(Refusal, match=said) as refused:
        taken(tool, path)
    assert refused.value.hint == f"say of which tool it is: build.py data import {of} FILE"


@pytest.mark.parametrize(
    "data",
    [
        TEXTS["plausible"].encode("utf-8-sig"),
        TEXTS["plausible"].encode("utf-16"),
        TEXTS["plausible"].replace(",", ";").encode(),
        ("sep=;\r\n" + TEXTS["plausible"].replace(",", ";").replace("\n", "\r\n")).encode(),
        TEXTS["plausible"].replace(",", "\t").encode(),
        ("\n\n" + TEXTS["plausible"] + "\n\n").encode(),
        TEXTS["plausible"].replace('"2025-05-05"', "05.05.2025").encode(),
        TEXTS["plausible"].replace(",40,", ',"40.0",').encode(),
        gzip.compress(TEXTS["plausible"].encode(), mtime=0),
    ],
    ids=range(9),
)
def test_what_a_spreadsheet_makes_of_a_file_is_read(tmp_path: Path, data: bytes) -> None:
    assert taken("plausible", put(tmp_path, data)).days[FIRST] == (20, 40)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no figures of Plausible are in what was named"),
        (b"a,b\n1,2\n", "it is no table of Plausible"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "is no"),
        (b"PK\x03\x04 and then nothing", "cannot be unpacked"),
        (gzip.compress(TEXTS["plausible"].encode(), mtime=0)[:-9], "cannot be unpacked"),
        (TEXTS["plausible"].encode() + b'"2025-05-09', "is no row of a table"),
        (TEXTS["plausible"].encode() + b"\xff\xfe\xfa", "is no text in UTF-8"),
        (TEXTS["plausible"].encode() + b"x" * (2 << 20), "is no line of a table"),
        (b"date,visitors,visitors\n", "two columns have the same name"),
        (b"{", "this is no JSON"),
        (b"[" * 100_000, "this is no JSON"),
        (b"[]", "no day is named"),
    ],
    ids=range(12),
)
def test_what_is_no_export_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises((Refusal, Faults)) as told:
        taken("plausible", put(tmp_path, data))
    assert words in str(told.value)


def test_a_bomb_is_refused_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What unpacks to a thousand times as much is read no further than it may be."""
    monkeypatch.setattr(files, "ALWAYS_BYTES", 1 << 20)
    bomb = TEXTS["plausible"] + "\n" * (40 << 20)
    words = "unpacks to far more than an export of figures has"
    with pytest.raises(Refusal, match=words):
        taken("plausible", packed(tmp_path / "b.zip", {"v.csv": bomb}))
    with pytest.raises(Refusal, match=words):
        taken("plausible", put(tmp_path, gzip.compress(bomb.encode()), "b.csv.gz"))


def test_names_in_an_archive_are_no_paths(importing: Importing, tmp_path: Path) -> None:
    """Nothing is written but the database, and signs that steer a terminal are not printed."""
    texts = {
        "../../../tmp/evil/imported_visitors.csv": TEXTS["plausible"],
        "..\\..\\\u202ered.csv": "a,b\n1,2\n",
        "/etc/other.csv": "a,b\n1,2\n",
    }
    before = sorted(tmp_path.rglob("*"))
    path = packed(tmp_path / "e.zip", texts)
    done = importing.said("import", "plausible", path)
    assert done.exit_code == 0, done.output
    assert "e.zip: imported_visitors.csv: days, 2 rows" in done.output
    assert "e.zip: ?red.csv: left out" in done.output
    made = {each for each in tmp_path.rglob("*") if each not in before and each != path}
    assert all(each.is_relative_to(importing.site.var) for each in made)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_twice_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("v.csv", TEXTS["plausible"])
        archive.writestr("v.csv", TEXTS["plausible"])
    with pytest.raises(Refusal, match=r"holds v\.csv twice"):
        taken("plausible", path)


@pytest.mark.parametrize(
    "name", ["__MACOSX/._v.csv", "__MACOSX/e/v.csv", "e/.DS_Store", "e\\._v.csv", ".v.csv.swp"]
)
def test_what_a_computer_adds_to_an_archive_is_no_table(tmp_path: Path, name: str) -> None:
    texts = {"e/v.csv": TEXTS["plausible"], name: "\0\5\x16\7\0\2Mac OS X\0\2"}
    found = taken("plausible", packed(tmp_path / "e.zip", texts))
    assert found.days[FIRST] == (20, 40)
    assert [what for _, what in found.files] == ["days, 2 rows"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Rows of as many addresses as anybody wants are read one by one."""
    whole, pages = put(tmp_path, TEXTS["plausible"]), tmp_path / "pages.csv"
    with pages.open("w", encoding="utf-8") as file:
        file.write('"date","visitors","pageviews","hostname","page"\n')
        for number in range(120_000):
            file.write(f'"2025-05-05",1,1,"x","/{"a" * 99}{number}"\n')
    tracemalloc.start()
    found = taken("plausible", whole, pages)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.left["views of addresses that are no pages of this site"] == 120_000
    assert most < pages.stat().st_size


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1234", 1234),
        ("1,234", 1234),
        ("1.234.567", 1_234_567),
        ("1 234", 1234),
        ("12.0", 12),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: int) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "1,23,4", "1e3", "NaN", "٣", "9" * 40, "1,234.567"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(NotRead):
        number_of(text)


@pytest.mark.parametrize(
    "text", ["", "2025-02-30", "5/6/2025", "2025-W19", "1.13.2025", "yesterday"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    with pytest.raises(NotRead):
        day_of(text)


@pytest.mark.parametrize(
    ("name", "packs", "words"),
    [
        ("export.zip", True, "holds export.zip, which is packed once more"),
        ("rows.csv.gz", True, "holds rows.csv.gz, which is packed once more"),
        ("[Content_Types].xml", False, "is a workbook of a spreadsheet program"),
    ],
)
def test_what_is_packed_twice_or_a_workbook_is_said(
    importing: Importing, tmp_path: Path, name: str, packs: bool, words: str
) -> None:
    inner = tmp_path / "inner.zip"
    if name.endswith(".gz"):
        inner.write_bytes(gzip.compress(b"date,visits\n"))
    else:
        packed(inner, plausible(date(2025, 5, 5), 2))
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr(name, inner.read_bytes() if packs else "<Types/>")
    done = importing.said("import", "plausible", outer)
    assert done.exit_code == 1
    assert words in done.output
    assert importing.rows == [0, 0, 0]
