"""A wrong clock deletes nothing: deletions need more than one clock reading."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from analytics.staff.accounts import add_staff
from analytics.storage.backups import back_up
from analytics.storage.deletion_limits import Due, LastRun, judge
from policy.durations import Duration
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.small_site import SmallSite

NOW = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
YEAR = 365 * DAY
KEEP = Duration(14, "days")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path / "site") as site:
        site.service.retention_thread.close()  # These tests run it by hand.
        yield site


def run(site: SmallSite) -> None:
    site.service.retention_thread.delete_what_is_due()


@pytest.mark.promise("P11")
def test_a_clock_three_years_ahead_deletes_no_contact(site, caplog):
    """It is refused, logged once, shown to staff, and taken back when the clock is right again."""
    assert send(site.app.test_client(), REQUEST).status_code == 303
    run(site)
    right = site.clock.now
    site.clock.now += 3 * YEAR.total_seconds()
    for _ in range(3):
        run(site)
    assert rows(site, "SELECT count(*) FROM contacts") == [(1,)]
    refusal = site.service.retention_thread.refusal
    assert refusal is not None
    assert refusal.says == "The clock says 2029-03-01, but the last run was on 2026-03-02."
    refused = "nothing was deleted until somebody confirms it: clock"
    assert caplog.messages.count(refused) == 1
    site.clock.now = right + DAY.total_seconds()
    run(site)
    assert site.service.retention_thread.refusal is None


def test_it_is_refused_after_a_restart_as_well(tmp_path):
    """And what was really over in the meantime goes, once somebody confirms the clock."""
    with form_site(tmp_path / "site") as site:
        send(site.app.test_client(), REQUEST)
        site.service.retention_thread.close()
        run(site)
        run(site)
    with form_site(tmp_path / "site") as site:
        site.service.retention_thread.close()
        site.clock.now += 3 * YEAR.total_seconds()
        run(site)
        assert site.service.retention_thread.refusal is not None
        assert rows(site, "SELECT count(*) FROM contacts") == [(1,)]
        LastRun(site.var / "retention.json").write(
            datetime.datetime.fromtimestamp(site.clock.now, datetime.UTC).date()
        )
        run(site)
        assert site.service.retention_thread.refusal is None
        assert rows(site, "SELECT count(*) FROM contacts") == [(0,)]


def few(*, rows: int = 50, over: int = 50, days: int = 730) -> tuple[Due, ...]:
    return (Due("submissions", rows, over, days * DAY),)


@pytest.mark.parametrize(
    ("passed", "counted", "refused"),
    [
        (datetime.timedelta(hours=1), 3_600, False),
        (datetime.timedelta(hours=23), 3_600, False),
        (2 * DAY, 3_600, True),
        (2 * DAY, 2 * 86_400, False),
        (90 * DAY, 90 * 86_400, False),
        (YEAR, 3_600, True),
        (-YEAR, 3_600, False),
    ],
)
def test_within_one_process_the_clock_must_agree_with_the_seconds_that_passed(
    passed, counted, refused
):
    """A clock that goes back makes nothing older."""
    answer = judge(NOW + passed, NOW.date(), (NOW, 100.0), 100.0 + counted, few())
    assert (answer is not None) == refused


@pytest.mark.parametrize(("days", "refused"), [(0, False), (7, False), (8, True), (365, True)])
def test_across_a_restart_a_week_is_believed(days, refused):
    answer = judge(NOW + days * DAY, NOW.date(), None, 0.0, few())
    assert (answer is not None) == refused


def test_another_process_that_ran_is_believed():
    """Such as the command by which somebody confirmed the clock."""
    later = NOW + 3 * YEAR
    assert judge(later, later.date(), (NOW, 0.0), 60.0, few()) is None


@pytest.mark.parametrize(
    ("due", "refused"),
    [
        (few(rows=200, over=101), True),
        (few(rows=200, over=100), False),
        (few(rows=100, over=100), False),
        (few(rows=20_000, over=19_000), True),
        (few(rows=20_000, over=19_000, days=1), False),
    ],
)
def test_most_of_a_table_does_not_go_at_once(due, refused):
    """Unless that much of its time has passed: sessions of yesterday may all go today."""
    answer = judge(NOW, NOW.date(), None, 0.0, due)
    assert (answer is not None) == refused
    if answer:
        assert "of “submissions” would go at once" in answer.says


def test_staff_read_why_nothing_was_deleted(site):
    register = site.service.site.register
    add_staff(site.service.records, register, "anna", "paper lanterns", ("admin",), NOW.date())
    run(site)
    site.clock.now += YEAR.total_seconds()
    run(site)
    client = site.app.test_client()
    answer = client.post(
        "/staff/sign-in/",
        base_url="https://localhost",
        data={"username": "anna", "password": "paper lanterns"},
        headers={"Origin": "https://localhost"},
    )
    assert answer.status_code in (302, 303), answer.text
    page = client.get("/staff/retention/", base_url="https://localhost").text
    assert "Nothing was deleted" in page
    assert "The clock says 2027-03-02, but the last run was on 2026-03-02." in page
    assert "build.py data retention" in page
    assert "--confirm" in page


@pytest.mark.promise("P11")
def test_a_clock_a_year_ahead_deletes_no_backup(site, tmp_path):
    """Nor on any later day, until somebody confirms it."""
    folder = tmp_path / "backups"
    run(site)
    days = [back_up(site.var, folder, KEEP, NOW + n * DAY).path for n in range(5)]
    for n in range(3):
        made = back_up(site.var, folder, KEEP, NOW + YEAR + n * DAY)
        assert made.removed == ()
        assert set(made.refused) == set(days)
    assert all(path.exists() for path in days)
    confirmed = back_up(site.var, folder, KEEP, NOW + YEAR + 3 * DAY, confirmed=True)
    assert set(confirmed.removed) == set(days)


def test_backups_of_a_service_that_was_off_go_once_retention_has_run(site, tmp_path):
    """Retention's own clock was believed or confirmed by then."""
    folder = tmp_path / "backups"
    old = back_up(site.var, folder, KEEP, NOW).path
    LastRun(site.var / "retention.json").write((NOW + YEAR).date())
    assert back_up(site.var, folder, KEEP, NOW + YEAR).removed == (old,)


def test_a_reload_is_refused_where_a_database_could_not_follow(site, monkeypatch):
    """`build.py data check` says so, and ends with status 1."""
    monkeypatch.setenv("PLAINSITE_VAR", str(site.var))
    right = CliRunner().invoke(build.main, ["data", "check"])
    assert (right.exit_code, right.output) == (0, "Both databases can be used.\n")
    with site.service.records.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE seen (ip TEXT)")
    wrong = CliRunner().invoke(build.main, ["data", "check"])
    assert (wrong.exit_code, 'a table "seen"' in wrong.output) == (1, True)


def test_the_command_shows_what_is_due_and_deletes_it_when_confirmed(site, monkeypatch):
    """While the service runs."""
    monkeypatch.setenv("PLAINSITE_VAR", str(site.var))
    site.clock.now = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC).timestamp()
    send(site.app.test_client(), REQUEST)
    shown = CliRunner().invoke(build.main, ["data", "retention"])
    assert (shown.exit_code, "submissions: 1 of 1" in shown.output) == (0, True), shown.output
    assert rows(site, "SELECT count(*) FROM contacts") == [(1,)]
    done = CliRunner().invoke(build.main, ["data", "retention", "--confirm"])
    assert (done.exit_code, "Deleted 1 row of submissions." in done.output) == (0, True)
    assert rows(site, "SELECT count(*) FROM contacts") == [(0,)]
