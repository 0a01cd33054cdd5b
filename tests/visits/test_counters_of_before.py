"""Counters of earlier versions: every count is there, by hour as it was, and gets coarser."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from analytics.visits.model import LISTED, Dimension
from analytics.visits.store.query import Query, Rows
from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
BEFORE = (
    "CREATE TABLE counters (hour BIGINT NOT NULL, dimension TEXT NOT NULL, cell TEXT NOT NULL,"
    " visits BIGINT NOT NULL, views BIGINT NOT NULL, continued BIGINT NOT NULL,"
    " engaged_ms BIGINT NOT NULL, PRIMARY KEY (hour, dimension, cell)) WITHOUT ROWID"
)
JANUARY = 24 * 20_454
"""The first hour of 2026."""


def written_before(
    path: Path, rows: list[tuple[int, str, str, int, int, int, int]], steps: int
) -> None:
    """A file as it was, after so many steps."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(BEFORE)
        connection.executemany("INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(f"PRAGMA user_version = {steps}")


def test_totals_of_before_say_where_visits_began(tmp_path: Path) -> None:
    """That a visit went on was counted in the hour of its second page: it is moved, and what went
    on twice is left out."""
    rows = [(1, 2, 1), (2, 1, 1), (3, 0, 3), (30, 0, 1), (40, 1, 0)]
    path = tmp_path / "counters.sqlite3"
    written_before(path, [(at, "all", "", n, 1, more, 0) for at, n, more in rows], steps=0)
    for _ in range(2):  # Once, however often it is opened.
        with closing(Counters(path, REGISTER)) as counters:
            found = [(each.hour, each.visits, each.continued) for each in counters.series(0, 50)]
        assert found == [(1, 2, 2), (2, 1, 1), (3, 0, 0), (30, 0, 0), (40, 1, 0)]


@pytest.mark.parametrize("steps", [0, 1])
def test_no_count_is_lost(tmp_path: Path, steps: int) -> None:
    """A year of every dimension there was, by hour: each total of each cell stays; then the days
    and months that have ended get coarser, and what is told apart no more is in the rest."""
    chance, rows, sums = random.Random(steps), {}, Counter()
    dimensions = [each for each in LISTED if LISTED[each].number <= 9]
    for hour in chance.sample(range(JANUARY, JANUARY + 24 * 300), 400):
        visits = chance.randint(1, 30)
        for dimension in dimensions:
            cell = "" if dimension == Dimension.ALL else f"/{chance.randint(1, 6)}/"
            counted = visits if "visits" in LISTED[dimension].measures else 0
            rows[hour, str(dimension), cell] = (counted, visits, 0, 1_000 * visits)
            sums[dimension, cell] += visits
    path = tmp_path / "counters.sqlite3"
    written_before(path, [(*key, *amounts) for key, amounts in rows.items()], steps)
    with closing(Counters(path, REGISTER)) as counters:
        for dimension in dimensions:
            found = {row.cell: row.views for row in counters.totals(dimension, 0, 10**9, 99)}
            assert found == {cell: sum for (of, cell), sum in sums.items() if of == dimension}
        whole = sum(row.views for row in counters.series(0, 10**9))
        while counters.coarsen(JANUARY + 24 * 400):
            pass
        assert sum(row.views for row in counters.series(0, 10**9)) == whole
        for dimension in dimensions:
            if LISTED[dimension].adds_up:
                answer = counters.rows(Query(first=0, last=10**9, dimension=dimension))
                assert isinstance(answer, Rows)
                rest = answer.rest.views if answer.rest else 0
                assert sum(row.views for row in answer.rows) + rest == whole
