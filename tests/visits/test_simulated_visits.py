"""Some hundred scripted visits through the real service, against what they add up to."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fixtures.counter_stores import ADDRESSES
from tests.fixtures.simulated_visits import DAY, Browser, Time, schedule
from tests.fixtures.small_site import MONDAY, SmallSite, small_site
from tests.visits import reference

VISITORS = 60


def lived(site: SmallSite, seed: int, visitors: int, *, latest: float = 2.0) -> list[Browser]:
    """Let them all live, at the same time; what they did is in their `deeds`."""
    chance, time = random.Random(seed), Time(site, MONDAY)
    browsers = []
    for _ in range(visitors):
        trip = chance.uniform(0.01, latest) / 2
        # Midnight is between two pages of a visit, and not within a first view's trip.
        start = MONDAY + chance.choice(
            [chance.uniform(0, 2 * DAY), 16 * 3600 - chance.uniform(9, 999)]
        )
        browser = Browser(time, chance.choice(["Chrome", "Safari"]), lambda trip=trip: trip)
        browsers.append(browser)
        schedule(browser, chance, start, chance.choice([1, 1, 2, 3]))
    time.run()
    return browsers


def check(site: SmallSite, browsers: list[Browser]) -> None:
    """Every total of every dimension, the visits of each day, and the invariants of each hour."""
    deeds = {str(number): browser.deeds for number, browser in enumerate(browsers)}
    expected = reference.totals(deeds)
    for dimension, cells in expected.items():
        assert site.total(dimension) == cells, dimension
    days: dict[int, tuple[int, int]] = {}
    for row in site.service.counters.series(0, 10**9):
        assert 0 <= row.continued <= row.visits
        visits, continued = days.get(row.hour // 24, (0, 0))
        days[row.hour // 24] = visits + row.visits, continued + row.continued
    assert {day: row for day, row in days.items() if row[0]} == reference.by_day(deeds)


@pytest.mark.parametrize(
    ("seed", "engine"), [(1, "sqlite"), (2, "sqlite"), (2, "postgresql"), (2, "clickhouse")]
)
def test_interleaved_visits_add_up_to_what_was_done(
    seed: int, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tabs, gaps, midnight, quick clicks and slow lines: every total is the true one."""
    monkeypatch.setenv("PLAINSITE_COUNTERS", ADDRESSES[engine](tmp_path))
    with small_site(tmp_path) as site:
        browsers = lived(site, seed, VISITORS)
        check(site, browsers)
        given = sum(each.given for each in site.service.counters.consents())
        assert given == VISITORS
