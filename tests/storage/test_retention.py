"""Retention: what the register keeps no longer is gone, from the tables and from the files."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from analytics.storage.retention import Deleted, purge, runs
from analytics.storage.schema import metadata
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.annotations import Annotations
from analytics.visits.store.daily import Daily, Struck
from analytics.visits.store.imported import Cell, Day, Import, Imported
from analytics.visits.store.publications import Publications
from policy import read_site
from policy.durations import Duration
from tests.fixtures.small_site import ROOT, SmallSite, small_site
from tests.fixtures.staff import token

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime.datetime(2026, 3, 31, 12, 0, tzinfo=ZONE)
REGISTER = read_site(ROOT).register


@pytest.fixture
def site(tmp_path: Path):
    with small_site(tmp_path) as site:
        site.service.retention_thread.close()  # These tests purge by hand.
        yield site


def tidy(site: SmallSite, now: datetime.datetime = NOW) -> dict[str, int]:
    service = site.service
    removed = purge(service.site.register, service.records, service.counters, now)
    return {each.table: each.rows for each in removed}


def put(site: SmallSite, name: str, **values: object) -> None:
    table = metadata(REGISTER, "records").tables[name]
    fill = {
        column.name: column.name if str(column.type) == "TEXT" else 0
        for column in table.columns
        if not column.nullable and column.name not in values
    }
    with site.service.records.begin() as connection:
        connection.execute(insert(table).values(**fill, **values))


def rows(site: SmallSite, name: str) -> int:
    table = metadata(REGISTER, "records").tables[name]
    with site.service.records.connect() as connection:
        return len(connection.execute(select(table)).all())


def submitted(site: SmallSite, day: datetime.date, *, number: int = 1, message: str = "Hi") -> None:
    """A contact with one submission and one permission of a day."""
    contact, sent = f"contact {number}", f"submission {number}"
    put(site, "contacts", id=contact, email=f"{number}@example.org")
    put(site, "submissions", id=sent, contact=contact, day=day, message=message)
    put(site, "permissions", id=sent, contact=contact, submission=sent, given_on=day)


@pytest.mark.promise("P11")
def test_a_contact_goes_with_the_last_thing_that_it_sent(site):
    """On the day on which 24 months are over, and not on the day before."""
    submitted(site, datetime.date(2024, 3, 31))
    assert tidy(site, NOW - datetime.timedelta(days=1)) == {}
    put(site, "submissions", id="later", contact="contact 1", day=datetime.date(2025, 1, 1))
    assert tidy(site) == {"permissions": 1, "submissions": 1}
    assert rows(site, "contacts") == 1
    later = datetime.datetime(2027, 1, 1, 12, tzinfo=ZONE)
    assert tidy(site, later) == {"submissions": 1, "contacts": 1}
    assert [rows(site, name) for name in ("contacts", "submissions", "permissions")] == [0, 0, 0]


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("name", "column", "kept"),
    [("sessions", "began_at", Duration(12, "hours")), ("access_log", "at", Duration(24, "months"))],
)
def test_what_is_dated_to_the_second_goes_at_its_second(site, name, column, kept):
    assert REGISTER.table("records", name).keep == kept
    put(site, "staff", id="anna", added_on=datetime.date(2020, 1, 1))
    owner = {"staff": "anna"} if name == "sessions" else {}
    end = int(kept.before(NOW).timestamp())
    put(site, name, **{column: end}, **owner)
    assert tidy(site, NOW - datetime.timedelta(seconds=1)) == {}
    assert tidy(site) == {name: 1}
    assert rows(site, "staff") == 1, "accounts stay until somebody removes them"


@pytest.mark.promise("P11")
def test_hours_are_counted_no_longer_than_declared(site):
    hour = int(Duration(25, "months").before(NOW).timestamp()) // 3600
    counters = site.service.counters
    for each in (hour - 1, hour, hour + 1):
        counters.add(each, [Increment(Dimension.ALL, "", visits=1)])
    assert tidy(site) == {"totals": 2}
    assert [each.hour for each in counters.series(0, hour + 10)] == [hour + 1]


@pytest.mark.promise("P11")
def test_every_table_that_has_a_time_is_purged(site):
    """Each is dated, or goes with what refers to it; the clock moves past every lifetime."""
    old = datetime.datetime(2001, 1, 1, tzinfo=ZONE)
    submitted(site, old.date())
    put(site, "staff", id="anna", added_on=old.date())
    put(site, "sessions", staff="anna", began_at=0)
    put(site, "access_log", at=0)
    put(site, "asks", contact="contact 1", submission="submission 1", asked_on=old.date())
    put(site, "outbox", queued_on=old.date(), state="waiting")
    put(site, "retention_runs", day=old.date(), table_name="x")
    token(site, "reports", today=old.date())
    put(site, "digest_asks", account="anna", asked_at=0)
    put(site, "digest_messages", account="anna", queued_on=old.date(), state="waiting")
    put(site, "shared_links", made_on=old.date(), ends_on=old.date())
    for dimension in (Dimension.ALL, Dimension.SOURCE):
        site.service.counters.add(1, [Increment(dimension, "", visits=1)])
    ended = ("counters (pair, step, first", "rare (pair, step, first")
    with site.service.counters.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO {ended[0]}, value, other, visits, views, continued, engaged_ms,"
            " times) VALUES (300, 'day', 1, 1, 0, 1, 1, 0, 0, 0)"
        )
        connection.exec_driver_sql(
            f"INSERT INTO {ended[1]}, value, times) VALUES (300, 'day', 1, 1, 1)"
        )
    site.service.counters.answered(old.date(), 1, given=1)
    daily = Daily(site.service.counters)
    daily.add({(old.date(), "/", "no"): 1}, {(old.date(), "bot"): 1})
    daily.strike(Struck(1, old.date(), "A broken monitor"))
    Annotations(site.service.counters).add(
        old.date(), "A fair", earliest=old.date(), today=old.date()
    )
    kept = Import("before", "Plausible", old.date(), old.date())
    cell = Cell("day", old.date(), Dimension.PAGE, "/", 10)
    Imported(site.service.counters).add(kept, [Day(old.date(), 10, 10)], [cell], ZONE)
    for source in "12":
        Publications(site.service.counters).take_up({"/": source}, old.date())
    timed = {table.name for table in REGISTER.tables if isinstance(table.keep, Duration)}
    anew = {"running", "closings"}
    assert set(tidy(site)) == timed - anew, "what runs had ended: it was made coarser, and marked"
    connections = {name: sqlite3.connect(site.var / f"{name}.sqlite3") for name in FILES}
    left = {
        table.name
        for table in REGISTER.tables
        if connections[table.database].execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
    }
    for connection in connections.values():
        connection.close()
    assert left == {"staff", "retention_runs", "closings"}, (
        "accounts, the report of what was deleted, and the mark of today"
    )


@pytest.mark.promise("P11")
def test_a_mark_of_long_ago_is_deleted(site):
    """Nothing was closed since: another one is drawn, for nothing."""
    counters = site.service.counters
    while counters.coarsen(int(NOW.timestamp()) // 3600):
        pass
    with counters.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE closings SET hour = 1")
    assert tidy(site) == {"closings": 1}
    assert tidy(site) == {}


FILES = ("counters", "records")


@pytest.mark.promise("P11")
def test_nothing_deleted_can_be_found_in_the_files(site):
    """A search of every byte: database and journal."""
    canary = "canary-" + "x" * 3_000
    submitted(site, datetime.date(2020, 1, 1), message=canary)
    submitted(site, datetime.date(2026, 1, 1), number=2, message="kept-canary")
    assert files_with(site, b"canary-xxx")
    assert tidy(site) == {"permissions": 1, "submissions": 1, "contacts": 1}
    assert files_with(site, b"canary-xxx") == []
    assert files_with(site, b"1@example.org") == []
    assert files_with(site, b"kept-canary") != []


def files_with(site: SmallSite, text: bytes) -> list[str]:
    return [path.name for path in sorted(site.var.iterdir()) if text in path.read_bytes()]


def test_what_was_deleted_is_reported(site):
    """Added up by day and table."""
    submitted(site, datetime.date(2024, 3, 1))
    tidy(site)
    submitted(site, datetime.date(2024, 3, 2), number=2)
    tidy(site)
    found = runs(site.service.records, REGISTER)
    day = NOW.date()
    assert found == tuple(
        Deleted(day, name, 2) for name in ("contacts", "permissions", "submissions")
    )


@pytest.mark.promise("P11")
def test_the_service_purges_by_itself(tmp_path):
    """At its start; here with a contact that is too old."""
    with small_site(tmp_path) as site:
        site.service.retention_thread.close()
        submitted(site, datetime.date(2020, 1, 1))
    with small_site(tmp_path) as site:
        site.service.retention_thread.close()  # It ends what it has begun.
        assert rows(site, "contacts") == 0
