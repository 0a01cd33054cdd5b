"""The whole counter set as one table: what reports tell of days that have ended, and no more."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyarrow import parquet
from werkzeug.test import Client

import build
from analytics.commands import counted
from analytics.exports import forms
from analytics.exports.table import COLUMNS
from analytics.visits.model import Dimension
from analytics.visits.store import published
from analytics.visits.store.daily import Daily, Struck
from tests.fixtures.linked_visits import linked_visits
from tests.fixtures.small_site import ROOT, SmallSite, small_site
from tests.fixtures.staff import add, signed_in, token
from tests.staff.test_line_changes import come
from tests.staff.test_report_parts import hour_of
from tests.staff.test_report_small_cells import Attacker, Cell, group_of, live

REPORT = "/staff/reports/"
DAY = timedelta(days=1)
FIRST, TODAY = date(2026, 2, 26), date(2026, 3, 24)
DAYS = [FIRST + count * DAY for count in range((TODAY - FIRST).days + 1)]
ENDED = TODAY - DAY
"""Yesterday still runs: it is in no row."""

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    """Four weeks over the end of a month: a partner that is rare with one browser, a browser that
    is rare by itself, Sundays with few visits, an hour that was struck out, and two days that
    run."""
    with small_site(tmp_path_factory.mktemp("site")) as made:
        add(made, rita="reports")
        for day in DAYS:
            come(made, day, 4 if day.weekday() == 6 else 30)
            if day.weekday() != 6:
                come(made, day, 20, source="Bing", browser="Firefox", device="Phone", system="iOS")
                come(made, day, 3, source="A partner", channel="referral", browser="Safari")
        struck = hour_of(TODAY) + 9
        come(made, TODAY, 50, browser="Opera")
        Daily(made.service.counters).strike(Struck(struck - 1 - 24 * 5, ENDED, "a program"))
        made.clock.now = (hour_of(TODAY) + 15) * 3600
        while made.service.counters.coarsen(hour_of(TODAY) + 15):
            pass
        yield made


@pytest.fixture(scope="module")
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


@pytest.fixture(scope="module")
def rows(rita: Client) -> Rows:
    """Those of the Parquet file, read back."""
    answer = rita.get(f"{REPORT}all.parquet")
    assert answer.status_code == 200
    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="figures-2026-03-24.parquet"'
    )
    return list(parquet.read_table(io.BytesIO(answer.data)).to_pylist())


def told(client: Client, panel: str, **query: object) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{REPORT}{panel}.json", query_string=query)
    return {row["cell"]: row for row in json.loads(answer.text)["rows"]}


def test_a_day_has_what_its_report_tells(rita: Client, rows: Rows) -> None:
    """Of one thing, and of two."""
    for day in (date(2026, 2, 27), date(2026, 3, 10)):
        whole = {"from": f"{day}", "to": f"{day}"}
        of_day = [row for row in rows if row["day"] == day and row["step"] == "day"]
        for dimension in ("browser", "source", "device"):
            mine = {row["value"]: row for row in of_day if row["dimension"] == dimension
                    and row["by"] is None}  # fmt: skip
            lines = told(rita, dimension, **whole)
            assert {each: row["visits"] for each, row in mine.items()} == {
                each: row["visits"] for each, row in lines.items()
            }
            for each, row in mine.items():
                assert row["told"] == ("count" if lines[each]["untold"] else "all")
                assert row["engaged_ms"] == lines[each]["engaged_ms"]
        for source in ("Google", "Bing", "A partner"):
            lines = told(rita, "browser", **whole, filter=f"source:{source}")
            assert {
                row["by_value"]: row["visits"] for row in of_day
                if (row["dimension"], row["value"], row["by"]) == ("source", source, "browser")
            } == {each: row["visits"] for each, row in lines.items()}  # fmt: skip


def test_a_month_that_ended_adds_up_as_its_report_does(rita: Client, rows: Rows) -> None:
    """Its days, as far as all of them is told, and what the month has beside them."""
    month = {"from": "2026-02-01", "to": "2026-02-28"}
    sums: Counter[str] = Counter()
    for row in rows:
        is_alone = row["dimension"] == "browser" and row["by"] is None
        in_month = row["day"].month == 2 and (row["step"] == "month" or row["told"] == "all")
        if is_alone and in_month:
            sums[row["value"]] += row["visits"]
    assert dict(sums) == {
        each: row["visits"] for each, row in told(rita, "browser", **month).items()
    }
    hours = [row for row in rows if row["dimension"] == "all" and row["day"].month == 2]
    series = json.loads(rita.get(f"{REPORT}over-time.json", query_string=month).text)["rows"]
    assert sum(row["visits"] for row in hours) == sum(row["visits"] for row in series)
    assert all(row["hour"].tzinfo and row["step"] == "hour" for row in hours)


def test_only_what_has_ended_is_there_and_nothing_small_of_two_things(rows: Rows) -> None:
    """No row of yesterday and today, none of the month that runs but those of its days; an hour
    that was struck out is in no total; what is not kept is null."""
    assert max(row["day"] for row in rows) < ENDED
    assert not [row for row in rows if row["step"] == "month" and row["day"] >= date(2026, 3, 1)]
    pairs = [row for row in rows if row["by"] is not None]
    assert pairs
    assert min(max(row["visits"] or 0, row["views"] or 0, row["times"] or 0) for row in pairs) >= 10
    struck = TODAY - 5 * DAY
    assert not [row for row in rows if row["step"] == "hour" and row["day"] == struck]
    pages = [row for row in rows if row["dimension"] == "page" and row["by"] is None]
    assert {(row["visits"], row["continued"]) for row in pages} == {(None, None)}


def test_csv_has_the_same_rows(site: SmallSite, rita: Client, rows: Rows) -> None:
    """Also read in many parts; days can be chosen; a token reads it too."""
    with pytest.MonkeyPatch.context() as small:
        small.setattr(published, "ROWS_AT_ONCE", 7)
        text = rita.get(f"{REPORT}all.csv").text
    lines = list(csv.DictReader(io.StringIO(text)))
    assert tuple(lines[0]) == COLUMNS
    assert [plain(row) for row in lines] == [plain(row) for row in rows]
    head = {"Authorization": f"Bearer {token(site, 'reports')}"}
    client = site.app.test_client()
    answer = client.get("/staff/api/v1/export?from=2026-03-02&to=2026-03-02", headers=head)
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["day"] for row in found} == {"2026-03-02"}
    assert len(found) == sum(row["day"] == date(2026, 3, 2) for row in rows)
    wrong = client.get("/staff/api/v1/export?from=2026-02-31", headers=head)
    assert wrong.status_code == 400
    assert client.get("/staff/api/v1/export").status_code == 401
    assert 'href="/staff/reports/all.csv" aria-label="All figures as CSV"' in rita.get(REPORT).text


def plain(row: dict[str, Any]) -> list[str]:
    made = []
    for name in COLUMNS:
        value = row[name]
        if name == "hour" and value:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            value = moment.astimezone(UTC).isoformat()
        made.append("" if value is None else str(value))
    return made


def test_without_pyarrow_it_is_said_what_to_install(
    site: SmallSite, rita: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the command writes a whole file, or none."""
    monkeypatch.setattr(counted, "machine_clock", lambda _: site.service.clock)
    runner = CliRunner(env={"PLAINSITE_VAR": str(site.var)})
    words = ["--root", str(ROOT), "data", "export"]
    done = runner.invoke(build.main, [*words, str(tmp_path / "all.parquet")])
    assert done.exit_code == 0, done.output
    assert parquet.read_table(tmp_path / "all.parquet").num_rows > 100
    monkeypatch.setattr(forms, "find_spec", lambda _: None)
    done = runner.invoke(build.main, [*words, str(tmp_path / "more.parquet")])
    assert done.exit_code == 1
    assert "to write Parquet: .venv/bin/python -m pip install pyarrow" in done.output
    assert "neither in .csv nor in .parquet" in runner.invoke(build.main, [*words, "x.xls"]).output
    assert rita.get(f"{REPORT}all.parquet").status_code == 501
    assert "Parquet" not in rita.get(REPORT).text
    assert [path.name for path in tmp_path.iterdir()] == ["all.parquet"]


@pytest.mark.parametrize("families", [(Dimension.SOURCE, Dimension.BROWSER)], ids=str)
def test_no_small_cell_follows_from_the_views_and_the_export(
    tmp_path: Path, families: tuple[Dimension, Dimension]
) -> None:
    """Of each day the export tells what the report tells, so nothing follows from the two; and
    nothing follows from the export alone, by linear programming."""
    today, group = date(2026, 3, 12), group_of(*families)
    days = [today - count * DAY for count in range(3, -1, -1)]
    chance = random.Random(7)
    visits = {day: linked_visits(chance, 50) for day in days}
    with small_site(tmp_path) as site:
        add(site, rita="reports")
        attacker = Attacker(live(site, visits, today), group)
        text = attacker.client.get(f"{REPORT}all.csv").text
        found: dict[str, dict[Cell, int]] = {}
        for row in csv.DictReader(io.StringIO(text)):
            if row["by"]:
                one, other = Dimension(row["dimension"]), Dimension(row["by"])
                two = ((one, row["value"]), (other, row["by_value"]))
                for pair in (two, two[::-1]):
                    if (pair[0][0], pair[1][0]) in {*product(group.ones, group.others)}:
                        found.setdefault(row["day"], {})[pair] = int(row["visits"])
        assert found
        assert found.keys() <= {f"{day}" for day in days[:2]}
        for day in days[:2]:
            of_day = found.get(f"{day}", {})
            assert of_day == attacker.told(day, day)
            assert attacker.works_out(visits[day], of_day) == []
