"""Sums of what has ended are remembered, and are never others than those that are there: whatever
changed since, and in whichever process."""

from __future__ import annotations

import datetime
import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from analytics.visits.model import MEASURES, Counts, Dimension, Hour, Increment
from analytics.visits.store import reading, remembered
from analytics.visits.store.base import CounterStore
from analytics.visits.store.daily import Daily, Struck
from analytics.visits.store.query import Query, Rows
from analytics.visits.store.remembered import Ended, Remembered
from policy import read_site
from tests.fixtures.counter_stores import ENGINES, lived
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
ZONE = ZoneInfo("Europe/Berlin")
MARCH = 24 * 20_513 - 1
"""The first hour of March 2026 in that zone."""
TURNS = {"sqlite": 60, "postgresql": 15, "clickhouse": 10}
"""On a server each of the many statements that close a day takes milliseconds."""


class Changing:
    """What changes the counters, at random, in a process of its own."""

    def __init__(self, chance: random.Random, store: CounterStore, folder: Path) -> None:
        self.chance, self.store, self.folder = chance, store, folder
        self.now = MARCH + 24
        self.ways: tuple[Callable[[], object], ...] = (
            self.visits, self.close, self.step, self.come_late, self.go_on, self.delete,
            self.delete_hours, self.strike,
        )  # fmt: skip

    def change(self) -> None:
        self.chance.choice(self.ways)()

    def count(self, hours: Sequence[int]) -> None:
        visits = lived(self.chance, hours, self.chance.choice((3, 40)))
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda each: self.store.add(each.hour, each.increments), visits))

    def visits(self) -> None:
        self.count(range(self.now - 24, self.now + 1))

    def close(self) -> None:
        self.now += 24 * self.chance.choice((1, 1, 3, 20))
        while self.store.coarsen(self.now):
            pass

    def step(self) -> None:
        self.store.coarsen(self.now + 24)

    def come_late(self) -> None:
        """As where the clock was set back: into a day, and a month, that have closed."""
        day = self.now - 24 * self.chance.randint(3, 40)
        self.count(range(day, day + 5))

    def go_on(self) -> None:
        """What continues is counted where its visit began, however long ago that is."""
        began = self.now - self.chance.choice((1, 30, 80, 300))
        self.store.add(self.now, [Increment(Dimension.ALL, "", views=1, continued=1)], began=began)

    def delete_hours(self) -> None:
        """As retention does it: the oldest, when their time is over."""
        table = self.store.database.tables.tables["totals"]
        self.store.forget(delete(table).where(table.c.hour < self.now - 24 * 70))

    def delete(self) -> None:
        table = self.store.database.tables.tables[self.chance.choice(("counters", "rare"))]
        self.store.forget(delete(table).where(table.c.first < self.now - 24 * 60))

    def strike(self) -> None:
        hour = self.now - self.chance.randint(0, 80)
        Daily(self.store).strike(Struck(hour, datetime.date(2026, 3, 9), "programs"))


def told(store: CounterStore, **asked: Any) -> Rows:
    answer = store.rows(Query(**asked))
    assert isinstance(answer, Rows)
    return answer


def hours_there(store: CounterStore, first: int, last: int) -> list[Hour]:
    names = ", ".join(("hour", *MEASURES))
    query = f"SELECT {names} FROM totals WHERE hour NOT IN (SELECT hour FROM struck_hours)"
    with store.database.engine.connect() as connection:
        rows = [
            Hour(row[0], **dict(zip(MEASURES, row[1:], strict=True)))
            for row in connection.exec_driver_sql(query)
        ]
    return sorted((row for row in rows if first <= row.hour <= last), key=attrgetter("hour"))


def check_hours(store: CounterStore, first: int, last: int) -> None:
    """Those of the whole site, and what they add up to, beside the rows that are there."""
    found, there = store.by_hour(first, last), hours_there(store, first, last)
    assert [*found.each()] == [*store.series(first, last)] == there
    for part in (range(first, last + 1), range(first + 7, last - 30)):
        some = [row for row in there if row.hour in part]
        assert found.between(part) == sum(some, Counts())
        assert found.views(part) == {row.hour: row.views for row in some}
        assert found.first(part) == min((row.hour for row in some), default=None)
    total = told(store, first=first, last=last).rows
    assert [row.views for row in total] == ([sum(row.views for row in there)] if there else [])


def check(store: CounterStore, now: int) -> None:
    """What is remembered, beside what the store adds up anew where all is asked for."""
    for first, last in ((0, now), (MARCH + 30, now - 24), (now - 200, now - 60)):
        check_hours(store, first, last)
    for dimension in (Dimension.PAGE, Dimension.SOURCE):
        for first, last in ((0, now), (MARCH + 30, now - 24)):
            asked = {"dimension": dimension, "first": first, "last": last}
            whole = told(store, **asked)
            others = whole.rows[2:]
            amounts = ({name: getattr(row, name) for name in MEASURES} for row in others)
            beyond = sum((Counts(**each) for each in amounts), Counts())
            some = replace(whole, rows=whole.rows[:2], more=len(others), beyond=beyond)
            for _ in range(2):
                assert told(store, **asked, limit=2) == some
                found = told(store, **asked, values=tuple(row.cell for row in others[:2]))
                assert (found.rows, found.rest) == (others[:2], whole.rest)


@pytest.mark.parametrize("engine", ENGINES)
def test_after_any_change_it_is_what_is_there(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory, chance = ENGINES[engine], random.Random(21)
    read, asked = [], reading.select_ended

    def noted(*given: Any) -> Ended:
        read.append(given)
        return asked(*given)

    monkeypatch.setattr(reading, "select_ended", noted)
    with (
        closing(factory(tmp_path, REGISTER, ZONE)) as mine,
        closing(factory(tmp_path, REGISTER, ZONE)) as other,
    ):
        changing = Changing(chance, other, tmp_path)
        changing.visits()
        changing.close()
        for _ in range(TURNS[engine]):
            changing.change()
            check(mine, changing.now)
    # Half of the questions are asked a second time at once, and more where nothing closed.
    assert 0 < len(read) < TURNS[engine] * 12


@pytest.mark.parametrize("engine", ENGINES)
def test_a_site_that_chooses_another_zone_forgets_it(engine: str, tmp_path: Path) -> None:
    factory = ENGINES[engine]
    with closing(factory(tmp_path, REGISTER, ZONE)) as mine:
        changing = Changing(random.Random(3), mine, tmp_path)
        for _ in range(4):
            changing.count(range(changing.now - 24, changing.now))
            changing.close()
        check(mine, changing.now)
        with closing(factory(tmp_path, REGISTER, ZoneInfo("Asia/Tokyo"))) as other:
            while other.coarsen(changing.now):
                pass
        check(mine, changing.now)


def test_a_file_that_was_put_back_tells_what_is_in_it(tmp_path: Path) -> None:
    """As `cp` does it, beside a service that goes on."""
    path, copy = tmp_path / "counters.sqlite3", tmp_path / "copy"
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, ZONE)) as mine:
        changing = Changing(random.Random(4), mine, tmp_path)
        changing.visits()
        changing.close()
        shutil.copy(path, copy)
        for _ in range(3):
            changing.count(range(changing.now - 24, changing.now))
            changing.close()
            check(mine, changing.now)
        copy.replace(path)
        check(mine, changing.now)
        changing.close()
        check(mine, changing.now)


def test_nothing_is_remembered_without_a_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would know for how long: as in a copy, which leaves out what runs."""
    kept: list[object] = []
    monkeypatch.setattr(Remembered, "keep", lambda _self, *given: kept.append(given))
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, ZONE)) as store:
        told(store, dimension=Dimension.PAGE, first=0, last=10**7, limit=2)
        assert kept == []
        store.coarsen(MARCH)
        told(store, dimension=Dimension.PAGE, first=0, last=10**7, limit=2)
        assert len(kept) == 1


def test_of_so_many_values_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_VALUES", 5)
    found = {key: Ended({1: (1,), key: (2,)}, (3,), 0) for key in (2, 3, 4)}
    memory, mark = Remembered(), (7,)
    memory.keep(mark, {(2,): found[2]})
    memory.keep(mark, {(3,): found[3]})
    assert memory.find(mark, (2,)) is found[2]
    memory.keep(mark, {(4,): found[4]})
    assert memory.find(mark, (3,)) is None
    assert [memory.find(mark, (key,)) for key in (2, 4)] == [found[2], found[4]]
    assert memory.find((8,), (2,)) is None
