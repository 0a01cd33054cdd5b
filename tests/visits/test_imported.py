"""What other tools had counted, kept beside our own counters: on every engine, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.storage.moving import move
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.store.calendar import first_hour
from analytics.visits.store.imported import Cell, Day, Import, Imported, ImportRefused, end_of
from policy import read_site
from tests.fixtures.counter_stores import ENGINES
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
ZONE = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2025, 3, 1), date(2025, 3, 31)
SPRING = Import("spring", "Plausible", FIRST, LAST)
DAYS = [Day(FIRST + timedelta(number), 20 + number, 50 + number) for number in range(31)]
CELLS = [
    Cell("day", date(2025, 3, 2), Dimension.SOURCE, "Google", 12),
    Cell("day", date(2025, 3, 3), Dimension.SOURCE, "Google", 3),
    Cell("week", date(2025, 3, 10), Dimension.SOURCE, "Google", 5),
    Cell("month", FIRST, Dimension.SOURCE, "Google", 7),
    Cell("day", date(2025, 3, 2), Dimension.PAGE, "/", 40),
]


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CounterStore]:
    with closing(ENGINES[request.param](tmp_path, REGISTER, ZONE)) as store:
        yield store


def rows(store: CounterStore) -> list[int]:
    with store.database.engine.connect() as connection:
        return [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in ("imports", "imported_days", "imported_cells")
        ]


def test_what_was_imported_is_told_by_day_and_by_value(store: CounterStore) -> None:
    """A week or month is in a period that has all of it, and in no other."""
    imported = Imported(store)
    imported.add(SPRING, DAYS, CELLS, ZONE)
    assert imported.all() == [SPRING]
    assert imported.days(date(2025, 3, 2), date(2025, 3, 3)) == [
        Day(date(2025, 3, 2), 21, 51, "Plausible"),
        Day(date(2025, 3, 3), 22, 52, "Plausible"),
    ]
    source = Dimension.SOURCE
    assert imported.values(source, FIRST, LAST) == {"Google": 27}
    assert imported.values(source, FIRST, date(2025, 3, 16)) == {"Google": 20}
    assert imported.values(source, FIRST, date(2025, 3, 15)) == {"Google": 15}
    assert imported.values(source, date(2025, 3, 3), LAST) == {"Google": 8}
    assert imported.values(Dimension.PAGE, FIRST, LAST) == {"/": 40}


def test_it_is_removed_as_a_whole_and_nothing_else_is(store: CounterStore) -> None:
    imported = Imported(store)
    store.add(400_000, [Increment(Dimension.ALL, "", visits=1, views=1)])
    imported.add(SPRING, DAYS, CELLS, ZONE)
    other = Import("may", "Matomo", date(2025, 5, 1), date(2025, 5, 1))
    imported.add(other, [Day(date(2025, 5, 1), 1, 1)], [], ZONE)
    assert imported.remove("spring") == 31
    assert imported.all() == [other]
    assert rows(store) == [1, 1, 0]
    assert imported.remove("spring") == 0
    assert [row.visits for row in store.series(400_000, 400_000)] == [1]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (Import("spring", "Umami", date(2025, 6, 1), date(2025, 6, 1)), 'import "spring" already'),
        (Import("again", "Plausible", FIRST, LAST), '31 of its days are in the import "spring"'),
    ],
)
def test_no_day_is_taken_twice(store: CounterStore, made: Import, words: str) -> None:
    imported = Imported(store)
    imported.add(SPRING, DAYS, CELLS, ZONE)
    days = DAYS if made.first == FIRST else [Day(made.first, 1, 1)]
    with pytest.raises(ImportRefused, match=words):
        imported.add(made, days, CELLS, ZONE)
    assert rows(store) == [1, 31, 5]


def test_a_day_that_was_counted_here_is_not_imported(store: CounterStore) -> None:
    """In the site's own time zone, to the hour at which its day begins."""
    imported = Imported(store)
    first = first_hour(FIRST, ZONE)
    store.add(first - 1, [Increment(Dimension.ALL, "", visits=1)])
    store.add(first_hour(LAST, ZONE), [Increment(Dimension.ALL, "", visits=1)])
    assert imported.own_days(FIRST, LAST, ZONE) == {LAST}
    with pytest.raises(ImportRefused, match="1 of its days were counted here"):
        imported.add(SPRING, DAYS, CELLS, ZONE)
    assert rows(store) == [0, 0, 0]
    imported.add(SPRING, DAYS[:-1], CELLS, ZONE)


def test_what_fails_half_way_leaves_nothing(store: CounterStore) -> None:
    broken = [*CELLS, CELLS[0]]  # Its key comes twice.
    with pytest.raises(StoreError):
        Imported(store).add(SPRING, DAYS, broken, ZONE)
    assert rows(store) == [0, 0, 0]


@pytest.mark.parametrize(
    ("step", "first", "last"),
    [
        ("day", date(2025, 3, 1), date(2025, 3, 1)),
        ("week", date(2025, 3, 10), date(2025, 3, 16)),
        ("week", date(2025, 3, 1), date(2025, 3, 2)),
        ("week", date(2025, 3, 31), date(2025, 3, 31)),
        ("month", date(2025, 2, 1), date(2025, 2, 28)),
        ("month", date(2024, 12, 1), date(2024, 12, 31)),
    ],
)
def test_weeks_end_with_their_month(step: str, first: date, last: date) -> None:
    assert end_of(step, first) == last


def test_it_is_moved_from_one_engine_to_the_other(tmp_path: Path) -> None:
    with closing(ENGINES["sqlite"](tmp_path, REGISTER, ZONE)) as old:
        Imported(old).add(SPRING, DAYS, CELLS, ZONE)
        with closing(ENGINES["postgresql"](tmp_path, REGISTER, ZONE)) as new:
            moved = move(old.database, new.database)
            assert [moved[name][0] for name in ("imports", "imported_days")] == [1, 31]
            assert Imported(new).values(Dimension.PAGE, FIRST, LAST) == {"/": 40}
