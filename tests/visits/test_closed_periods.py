"""Weeks of visits, counted by the store and closed by retention each day: the attacker has every
file that there ever was, and works out no small cell of a day that has ended."""

from __future__ import annotations

import datetime
import random
import sqlite3
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from analytics.storage.backups import back_up
from analytics.visits.model import Dimension
from analytics.visits.store.base import CounterStore
from analytics.visits.store.cells import TABLES
from analytics.visits.store.sqlite import Counters
from policy import read_site
from policy.durations import Duration
from tests.fixtures.counter_stores import Lived
from tests.fixtures.linked_visits import Visit, linked_visits
from tests.fixtures.small_site import ROOT
from tests.visits.test_linked_folding import ACROSS, Told, worked_out

REGISTER = read_site(ROOT).register
LEAST = REGISTER.table("counters", "counters").least or 0
MARCH = 24 * 20_513
DAYS = 17
KEPT = Duration(3_650, "days")
Pairs = dict[int, Told]
"""By the first hour of a day: the cells of each table that are told."""


def lived(chance: random.Random) -> dict[int, list[Visit]]:
    """Days with few visits, with some and with many, by their first hours."""
    days = {}
    for day in range(DAYS):
        visits = linked_visits(chance, chance.choice((1, 7, 25, 60, 120)))
        days[MARCH + 24 * day] = visits
    return days


def count(store: CounterStore, day: int, visits: list[Visit], chance: random.Random) -> None:
    hits = [
        Lived(day + chance.randrange(24), each, ms=chance.randint(1, 90_000)) for each in visits
    ]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda hit: store.add(hit.hour, hit.increments), hits))


def files(var: Path, backups: Path) -> Iterator[Path]:
    """The counters, and each copy of them."""
    yield var / "counters.sqlite3"
    for archive in sorted(backups.glob("*.tar")):
        with tarfile.open(archive) as tar:
            tar.extract("counters.sqlite3", backups / archive.stem, filter="data")
        yield backups / archive.stem / "counters.sqlite3"


def pairs_of(path: Path) -> Pairs:
    with closing(sqlite3.connect(path)) as database:
        names = {
            (dimension, number): name
            for dimension, name, number in database.execute(
                "SELECT dimension, name, number FROM names"
            )
        }
        rows = database.execute(
            "SELECT first, pair, value, other FROM counters WHERE step = 'day' AND other > 0"
        ).fetchall()
    found: Pairs = defaultdict(lambda: defaultdict(set))
    for first, pair, value, other in rows:
        one, other_one = _of(pair)
        found[first][pair].add((names[one, value], names[other_one, other]))
    return found


@pytest.mark.promise("P4")
@pytest.mark.parametrize("seed", range(2))
def test_nobody_works_out_a_small_cell_of_a_day_that_has_ended(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    days, backups = lived(chance), tmp_path / "backups"
    (tmp_path / "records.sqlite3").touch()
    with closing(Counters(tmp_path / "counters.sqlite3", REGISTER)) as store:
        for day, visits in days.items():
            count(store, day, visits, chance)
            while store.coarsen(day + 24):
                pass
            at = datetime.datetime.fromtimestamp((day + 24) * 3_600, datetime.UTC)
            back_up(tmp_path, backups, KEPT, at, databases=("counters",))
        while store.coarsen(MARCH + 24 * 40):
            pass
    told: Pairs = defaultdict(lambda: defaultdict(set))
    for path in files(tmp_path, backups):
        for day, tables in pairs_of(path).items():
            for pair, cells in tables.items():
                told[day][pair] |= cells
    assert sum(map(len, told[max(told)].values())) > 0, "nothing is told: the attack is blind"
    assert all(not told[day] for day, visits in days.items() if len(visits) < LEAST)
    for day, visits in days.items():
        for group in ACROSS if len(visits) >= LEAST else ():
            of = {pair: told[day][pair] for pair in group.tables if Dimension.PAGE not in _of(pair)}
            assert worked_out(visits, group, of, LEAST) == [], (day, group.ones, group.others)


def _of(pair: int) -> tuple[Dimension, Dimension]:
    table = TABLES[pair]
    assert table.other
    return table.one, table.other
