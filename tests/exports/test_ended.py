"""What an export has of a time that ends while it is read, and of days that are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event

import build
from analytics.commands import counted
from analytics.exports.table import Asked, Row, rows_of
from analytics.visits.store import coarsening, published
from tests.fixtures.small_site import ROOT, SmallSite, small_site
from tests.fixtures.staff import add, token
from tests.staff.test_line_changes import come
from tests.staff.test_report_parts import hour_of

DAY = timedelta(days=1)
CLOSED, CLOSING = (hour_of(date(2026, 3, day)) + 20 for day in (1, 2))
"""The last day of February ends, and the month with it, between these."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    """February, with a week that had few visits on each day."""
    with small_site(tmp_path_factory.mktemp("site")) as made:
        add(made, rita="reports")
        for day in (date(2026, 1, 26) + count * DAY for count in range(36)):
            come(made, day, 3 if date(2026, 2, 9) <= day <= date(2026, 2, 15) else 30)
            come(made, day, 2, source="Bing", browser="Firefox", device="Phone")
        made.clock.now = CLOSED * 3600
        while made.service.counters.coarsen(CLOSED):
            pass
        yield made


def read(site: SmallSite, now: int, first: date = date.min, last: date = date.max) -> Iterator[Row]:
    asked = Asked(first, last, site.service.clock.zone, now)
    return (row for part in rows_of(site.service.counters, asked) for row in part)


def test_a_month_that_closes_meanwhile_is_in_an_export_wholly_or_not_at_all(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begun before each step of its closing, and read to the end after the last of them."""
    monkeypatch.setattr(coarsening, "ROWS_A_STEP", 1)
    monkeypatch.setattr(published, "ROWS_AT_ONCE", 500)
    begun = []
    for now in (CLOSED, CLOSING):
        is_more = True
        while is_more:
            whole, slow = [*read(site, now)], read(site, now)
            begun.append((whole, [next(slow)], slow))
            is_more = site.service.counters.coarsen(CLOSING)
            if now == CLOSED:
                break
    assert len(begun) > 20
    for whole, first, slow in begun:
        assert [*first, *slow] == whole
    months = {len([row for row in whole if row[:2] == ("month", date(2026, 2, 1))])
              for whole, *_ in begun}  # fmt: skip
    assert len(months) == 2
    assert min(months) == 0


def test_of_chosen_days_only_whole_weeks_and_months_are_there(site: SmallSite) -> None:
    while site.service.counters.coarsen(CLOSING):
        pass

    def steps(first: int, last: int) -> set[object]:
        days = (date(2026, 2, first), date(2026, 2, last))
        return {row[0] for row in read(site, CLOSING, *days)}

    assert steps(1, 28) == {"hour", "day", "week", "month"}
    assert steps(2, 28) == steps(1, 27) == {"hour", "day", "week"}
    assert (steps(9, 15), steps(9, 14)) == ({"hour", "week"}, {"hour"})
    assert steps(10, 28) == steps(1, 10) == {"hour", "day"}
    assert not [*read(site, CLOSING, last=date.min)]


def test_days_that_lie_the_wrong_way_round_are_refused(
    site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = {"Authorization": f"Bearer {token(site, 'reports')}"}
    asked = "/staff/api/v1/export?from=2026-02-10&to=2026-02-09"
    answer = site.app.test_client().get(asked, headers=head)
    assert answer.status_code == 400
    assert "The first day comes after the last day." in answer.text
    done = export(site, monkeypatch, tmp_path / "a.csv", "--from", "2026-02-10", "--to",
                  "2026-02-09")  # fmt: skip
    assert done == (1, "error: The first day comes after the last day.\n"
                       "hint: write the earlier day after --from\n")  # fmt: skip
    assert not [*tmp_path.iterdir()]


def test_the_command_writes_where_links_lead_and_tells_faults_of_what_was_typed(
    site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    target, link, loop = (tmp_path / name for name in ("there/all.csv", "link.CSV", "loop.csv"))
    target.write_text("old")
    link.symlink_to("there/all.csv")
    loop.symlink_to("loop.csv")
    status, said = export(site, monkeypatch, link)
    assert (status, said.partition(": ")[0]) == (0, str(link))
    assert link.is_symlink()
    assert target.read_text().startswith("step,day,hour")
    for file, why in (
        (tmp_path / "nowhere/x.csv", "No such file or directory"),
        (tmp_path / f"{'x' * 260}.csv", "File name too long"),
        (loop, "Too many levels of symbolic links"),
    ):
        status, said = export(site, monkeypatch, file)
        assert (status, said.splitlines()[0]) == (1, f"error: {file}: {why}")
    assert {path.name for path in tmp_path.rglob("*")} == {
        "there", "all.csv", "link.CSV", "loop.csv",
    }  # fmt: skip


def export(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch, file: Path, *days: str
) -> tuple[int, str]:
    monkeypatch.setattr(counted, "machine_clock", lambda _: site.service.clock)
    runner = CliRunner(env={"PLAINSITE_VAR": str(site.var)})
    done = runner.invoke(build.main, ["--root", str(ROOT), "data", "export", str(file), *days])
    return done.exit_code, done.output


def test_no_part_of_an_export_reads_a_whole_table(site: SmallSite) -> None:
    """With SQLite, who reads for long holds up each hit: also where few rows are asked for."""
    asked: list[tuple[str, Any]] = []
    engine = site.service.counters.database.engine

    def note(*said: Any) -> None:
        _, _, statement, values, *_ = said
        if statement.startswith("SELECT") and " LIMIT " in statement:
            asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert [*read(site, CLOSED, date(2026, 2, 20), date(2026, 2, 21))]
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            for statement, values in asked
        ]
    assert len(plans) > 100
    assert [plan for plan in plans if re.search(r"SCAN (counters|rare|totals)", plan)] == []
