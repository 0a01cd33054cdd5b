"""The reports that are read most are made before anybody asks, so that nobody waits for what has
ended to be added up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from analytics.staff.reports.ahead import (
    LINKED,
    PERIODS,
    SECONDS_AFTER_A_START,
    SECONDS_BETWEEN,
    SECONDS_BETWEEN_FOLDS,
    SECONDS_READ,
    Ahead,
)
from analytics.staff.reports.counted import Counted
from analytics.visits.store import reading
from analytics.visits.store.query import Query
from analytics.visits.store.remembered import Ended
from analytics.visits.store.running import SECONDS_TOLD_AGAIN, Part, Running
from tests.fixtures.counter_stores import lived
from tests.fixtures.small_site import MONDAY, SmallSite, small_site
from tests.fixtures.staff import add, signed_in

NOW = int(MONDAY // 3600)
DAYS = 9


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        add(site, rita="reports")
        counters = site.service.counters
        visits = lived(random.Random(5), range(NOW - 24 * DAYS, NOW), 300)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda each: counters.add(each.hour, each.increments), visits))
        close(site)
        yield site


def close(site: SmallSite) -> None:
    while site.service.counters.coarsen(int(site.clock.now) // 3600):
        pass


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that something which has ended is added up."""
    found: list[str] = []

    ask = reading.select_ended

    def noted(*given: Any) -> Ended:
        found.append("values")
        return ask(*given)

    monkeypatch.setattr(reading, "select_ended", noted)
    return found


def ahead_of(site: SmallSite) -> Ahead:
    service = site.service
    return Ahead(Counted(service.site, service.pages, service.clock, service.counters))


def test_whoever_asks_first_waits_for_nothing_to_be_added_up(
    site: SmallSite, read: list[str]
) -> None:
    rita = signed_in(site, "rita")
    rita.get("/staff/reports/?period=yesterday")
    assert read
    ahead_of(site).make()
    read.clear()
    for period in PERIODS:
        assert rita.get(f"/staff/reports/?period={period}").status_code == 200
    assert not read


def test_they_are_made_after_a_start_a_closing_and_at_a_new_day(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(Ahead, "make", lambda self: made.append(1))
    ahead = ahead_of(site)
    assert (ahead.step(), len(made)) == (SECONDS_AFTER_A_START, 0)
    assert (ahead.step(), len(made)) == (SECONDS_BETWEEN, 1)
    assert (ahead.step(), len(made)) == (SECONDS_BETWEEN, 1)
    site.clock.now += 24 * 3600
    ahead.step()
    ahead.step()
    assert len(made) == 2, "a new day"
    close(site)
    ahead.step()
    ahead.step()
    assert len(made) == 3, "what has closed"


def test_whoever_filters_a_report_that_was_read_waits_for_nothing_to_be_folded(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[Part] = []
    fold = Running._fold

    def noted(self: Running, part: Part) -> object:
        folded.append(part)
        return fold(self, part)

    monkeypatch.setattr(Running, "_fold", noted)
    counters = site.service.counters
    for each in lived(random.Random(6), [NOW - 2, NOW], 200):
        counters.add(each.hour, each.increments)
    ahead_of(site).fold()
    assert len(folded) > 5, "the month, the day, and the one before"
    folded.clear()
    year = range(NOW - 300 * 24, NOW + 1)
    for by, dimension in LINKED:
        for cell in ("", "Chrome", "/", "Desktop"):
            filters = ((by, cell),)
            counters.rows(Query(first=year[0], last=year[-1], dimension=dimension, filters=filters))
    assert not folded


def test_what_runs_is_folded_again_and_again_while_reports_are_read(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    folds: list[float] = []
    monkeypatch.setattr(Ahead, "make", lambda self: None)
    monkeypatch.setattr(Ahead, "fold", lambda self: folds.append(now[0]))
    service = site.service
    counted = Counted(service.site, service.pages, service.clock, service.counters)
    ahead = Ahead(counted, lambda: now[0])
    ahead.step()
    assert ahead.step() == SECONDS_BETWEEN
    assert not folds, "nobody reads"
    ahead.was_read()
    assert ahead.step() == SECONDS_BETWEEN_FOLDS < SECONDS_TOLD_AGAIN
    now[0] += 5
    ahead.was_read()
    assert ahead.step() == SECONDS_BETWEEN_FOLDS - 5
    assert folds == [1_000.0]
    while (waits := ahead.step()) != SECONDS_BETWEEN:
        now[0] += waits
    assert now[0] - SECONDS_BETWEEN_FOLDS <= folds[-1] < 1_005 + SECONDS_READ <= now[0]
    assert len(folds) == 7


def test_reading_a_report_has_what_runs_folded(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(Ahead, "was_read", lambda self: read.append(1))
    rita = signed_in(site, "rita")
    rita.get("/staff/reports/")
    assert len(read) == 1
