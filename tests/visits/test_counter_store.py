"""What every store of counters does, whichever engine it speaks to: the contract."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from analytics.visits.model import LISTED, MEASURES, Counts, Dimension, Increment
from analytics.visits.store import coarsening, planning, reading
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES
from analytics.visits.store.closing_rows import of_day, sizes_of, sizes_until
from analytics.visits.store.linked_folding import Cell
from analytics.visits.store.names import number_for
from analytics.visits.store.query import Interval, NotKept, Query, Rows, filter_table
from policy import read_site
from tests.fixtures.counter_stores import (
    ENGINES,
    OF_A_VISIT,
    Factory,
    Lived,
    Truth,
    held_of_two,
    lived,
)
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
ZONE = ZoneInfo("Europe/Berlin")
MARCH = 24 * 20_513 - 1
"""The first hour of March 2026 in that zone."""
SPRING = range(MARCH, MARCH + 24 * 92 - 1)
"""March to May."""
ALWAYS = {"first": 0, "last": 10**7}


@pytest.fixture(params=ENGINES)
def factory(request: pytest.FixtureRequest) -> Factory:
    return ENGINES[request.param]


@pytest.fixture
def store(factory: Factory, tmp_path: Path) -> Iterator[CounterStore]:
    with closing(factory(tmp_path, REGISTER, ZONE)) as store:
        yield store


@pytest.fixture
def spring(factory: Factory) -> Sequence[int]:
    """Hours of those three months; on a server those of every fifth day: each of the many
    statements that close a day takes milliseconds there."""
    if factory is ENGINES["sqlite"]:
        return SPRING
    return [hour for hour in SPRING if (hour - MARCH) // 24 % 5 == 4]


def count(store: CounterStore, visits: list[Lived]) -> None:
    """All at once, so that they share commits."""
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(lambda visit: store.add(visit.hour, visit.increments), visits))


def coarsen(store: CounterStore, now: int) -> int:
    steps = 0
    while store.coarsen(now):
        steps += 1
    return steps


def told(store: CounterStore, **asked: object) -> Rows:
    answer = store.rows(Query(**{**ALWAYS, **asked}))  # type: ignore[arg-type]  # each by its name
    assert isinstance(answer, Rows), answer
    return answer


def amounts(row: Counts) -> dict[str, int]:
    return {name: getattr(row, name) for name in MEASURES}


def often(dimension: Dimension, row: Counts) -> int:
    return int(getattr(row, LISTED[dimension].count))


def exact(store: CounterStore, truth: Truth) -> None:
    """Each dimension is told, and each two are held."""
    for dimension in {each for each, _ in truth.alone}:
        rows = {row.cell: often(dimension, row) for row in told(store, dimension=dimension).rows}
        assert rows == {cell: n for (of, cell), n in truth.alone.items() if of == dimension}
    for one, other in random.Random(4).sample(sorted({each[::2] for each in truth.paired}), 12):
        assert held_of_two(store, one, other) == {
            (a, b): n for (of, a, by, b), n in truth.paired.items() if (of, by) == (one, other)
        }


def test_running_periods_are_exact(store: CounterStore) -> None:
    """Hours, days that ended in the running month, and pairs, before and after they get coarser."""
    now = MARCH + 24 * 20
    visits = lived(random.Random(1), range(MARCH, now), 400)
    count(store, visits)
    exact(store, Truth.of(visits))
    assert coarsen(store, now) > 0
    exact(store, Truth.of(visits))


def test_what_has_ended_adds_up_with_its_rest(store: CounterStore, spring: Sequence[int]) -> None:
    """Lines and rest are the whole: of each dimension, and of what a filter leaves of it."""
    visits = lived(random.Random(2), spring, 900)
    count(store, visits)
    coarsen(store, SPRING.stop + 24 * 40)
    for dimension in {each for each, _ in Truth.of(visits).alone}:
        answer = told(store, dimension=dimension)
        assert answer.rest is not None
        assert sum(row.views for row in answer.rows) + answer.rest.views == len(visits)
        if dimension == Dimension.SOURCE:
            continue
        google = told(store, dimension=dimension, filters=((Dimension.SOURCE, "Google"),))
        (whole,) = told(store, filters=((Dimension.SOURCE, "Google"),)).rows
        assert google.rest is not None
        assert sum(row.views for row in google.rows) + google.rest.views == whole.views


def test_each_step_is_done_wholly_or_not_at_all(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service is killed at each step, before it is committed, and starts again: no count is
    lost or doubled at any moment."""
    monkeypatch.setattr(coarsening, "ROWS_A_STEP", 1)
    visits = lived(random.Random(3), range(MARCH, MARCH + 24 * 3), 60)
    now = MARCH + 24 * 4
    with closing(factory(tmp_path, REGISTER, ZONE)) as store:
        count(store, visits)
    truth, steps, going_on = Truth.of(visits), 0, True
    while going_on:
        with closing(factory(tmp_path, REGISTER, ZONE)) as store:
            exact(store, truth)
            for _ in range(5):
                kill_in_a_step(store, now)
                going_on = store.coarsen(now)
                steps += going_on
            exact(store, truth)
    assert steps > 15


def test_a_step_puts_few_questions_however_many_tables_it_is_of(store: CounterStore) -> None:
    """A server that is far away answers each of them late."""
    count(store, lived(random.Random(5), range(MARCH, MARCH + 24), 20))
    now, step, asked = MARCH + 24 * 3, coarsening.Coarsening(Calendar(ZONE), 10), list[str]()
    with store.database.engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert len(step.facts(connection, now)) > 5
        assert step.facts(connection, now)
    assert len([each for each in asked if "sum(continued)" in each]) == 2, "rows are read twice"
    assert len([each for each in asked if "count(*)" in each]) == 1, "all is counted at each step"


def test_hits_do_not_wait_for_what_is_told_to_be_decided(
    store: CounterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take seconds on a large day: none of it while the database is written."""
    count(store, lived(random.Random(12), range(MARCH, MARCH + 24 * 4), 100))
    decided, decide = [], coarsening.told_of

    def told_of(facts: coarsening.Facts, least: int) -> dict[int, Collection[Cell]]:
        decided.append(store._began)  # type: ignore[attr-defined]  # since when it is written
        return decide(facts, least)

    for module in (coarsening, planning):
        monkeypatch.setattr(module, "told_of", told_of)
    monkeypatch.setattr(planning, "MOST_ROWS_HERE", 10**9)
    coarsen(store, MARCH + 24 * 40)
    assert len(decided) > 20
    assert {*decided} == {None}


def test_nothing_is_decided_of_a_month_while_a_week_goes_to_it(
    store: CounterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be decided again, with what the week has."""
    often = range(MARCH, MARCH + 24 * 2)
    rarely = [each.stop - 1 for each in (range(MARCH + 24 * 7 * week) for week in (2, 3, 4))]
    visits = lived(random.Random(14), often, 80)
    for hour in rarely:
        visits += lived(random.Random(hour), range(hour - 8, hour), 5)
    count(store, visits)
    decided, decide = Counter[tuple[int, ...]](), coarsening.told_of

    def told_of(facts: coarsening.Facts, least: int) -> dict[int, Collection[Cell]]:
        decided[tuple(sorted(facts.rows))] += 1
        return decide(facts, least)

    for module in (coarsening, planning):
        monkeypatch.setattr(module, "told_of", told_of)
    monkeypatch.setattr(planning, "MOST_ROWS_HERE", 10**9)
    coarsen(store, MARCH + 24 * 40)
    assert decided
    assert max(decided.values()) == 2 + 1, "two days and their month"


class Killed(Exception):
    pass


def kill_in_a_step(store: CounterStore, now: int) -> None:
    """Do the next step, and end before it is committed."""

    def step(connection: object) -> None:
        store._coarsening.step(connection, now)  # type: ignore[attr-defined]  # as the engine does
        raise Killed

    with pytest.raises(Killed):
        store.write(step)


def test_a_struck_hour_is_left_out_of_everything_that_is_kept_by_hour(store: CounterStore) -> None:
    visits = lived(random.Random(5), range(MARCH, MARCH + 30), 200)
    count(store, visits)
    struck = MARCH + 10
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO struck_hours VALUES (?, '2026-03-02', 'a monitor')", (struck,)
        )
    exact(store, Truth.of([each for each in visits if each.hour != struck]))


def test_intervals_are_of_the_whole_or_of_a_filter(
    store: CounterStore, spring: Sequence[int]
) -> None:
    visits = lived(random.Random(6), spring, 300)
    count(store, visits)
    days = told(store, interval=Interval.DAY).rows
    assert sum(row.visits for row in days) == len(visits)
    months = told(store, interval=Interval.MONTH).rows
    assert [row.start for row in months] == [MARCH, MARCH + 24 * 31 - 1, MARCH + 24 * 61 - 1]
    google = told(store, interval=Interval.MONTH, filters=((Dimension.SOURCE, "Google"),)).rows
    wanted = Truth.of(visits).alone[Dimension.SOURCE, "Google"]
    assert sum(row.visits for row in google) == wanted


def test_what_is_not_kept_says_why(store: CounterStore, factory: Factory) -> None:
    """On a server, which takes longer, every third of those that are kept is asked for: they differ
    in the number of their pair alone."""
    count(store, lived(random.Random(7), range(MARCH, MARCH + 3), 20))
    two = Query(
        **ALWAYS, filters=((Dimension.SOURCE, "Google"), (Dimension.DEVICE, "Phone"))
    )  # fmt: skip
    assert isinstance(store.rows(two), NotKept)
    step = 1 if factory is ENGINES["sqlite"] else 3
    for at, (by, panel, kept) in enumerate(filter_table()):
        if kept.what != "not kept" and at % step:
            continue
        answer = store.rows(Query(**ALWAYS, dimension=panel, filters=((by, "x"),)))
        if kept.what == "not kept":
            assert answer == NotKept(kept.reason), (by, panel)
            assert kept.reason
        else:
            assert isinstance(answer, Rows), (by, panel)


def test_what_a_filter_leaves_out_is_not_kept_and_not_nought(store: CounterStore) -> None:
    """Of a goal no views, and so no bounce; of a page no visits."""
    visits = lived(random.Random(9), range(MARCH, MARCH + 24 * 3), 60, goals=True)
    count(store, visits)
    for interval in (None, Interval.DAY):
        answer = told(store, interval=interval, filters=((Dimension.GOAL, "asked"),))
        assert answer.measures == ("visits", "times")
        for row in answer.rows:
            assert row.visits
            assert row.measure("views") is None
            assert (row.bounce, row.total.bounce, row.engaged_ms_a_visit) == (None, None, None)
    pages = told(store, dimension=Dimension.PAGE)
    assert pages.measures == ("views", "engaged_ms")
    assert all(row.measure("visits") is None for row in pages.rows)
    sources = told(store, dimension=Dimension.SOURCE, filters=((Dimension.PAGE, "/"),))
    assert sources.measures == ("views", "engaged_ms")


def test_a_limit_is_that_of_the_statement(
    store: CounterStore, spring: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of two begins the whole list, and no other value is read; the rest is the same."""
    count(store, lived(random.Random(15), spring, 300))
    coarsen(store, SPRING.stop - 24 * 40)
    read, select = [], reading.select

    def counted(*asked: Any) -> Iterator[Sequence[int]]:
        for row in select(*asked):
            read.append(row)
            yield row

    for dimension in (Dimension.SOURCE, Dimension.PAGE, Dimension.BROWSER):
        whole = told(store, dimension=dimension)
        with monkeypatch.context() as patched:
            patched.setattr(reading, "select", counted)
            begin, others = whole.rows[:2], whole.rows[2:]
            beyond = sum((Counts(**amounts(row)) for row in others), Counts())
            expected = replace(whole, rows=begin, more=len(others), beyond=beyond)
            assert told(store, dimension=dimension, limit=2) == expected
            read.clear()
            last = tuple(row.cell for row in whole.rows[-1:])
            assert told(store, dimension=dimension, values=last).rows == whole.rows[-1:]
            assert told(store, dimension=dimension, values=("never",)).rest == whole.rest
            read.clear()
            assert [*store.totals(dimension, 0, 10**7, 2)] == [row.total for row in whole.rows[:2]]
        assert len(read) <= 3


def test_of_a_rare_value_only_how_often_is_told(store: CounterStore) -> None:
    partner = Lived(MARCH + 5, {Dimension.SOURCE: "A partner", Dimension.ENTRY: "/"}, ms=4_000)
    often = Lived(MARCH + 5, {Dimension.SOURCE: "Google", Dimension.ENTRY: "/"}, ms=4_000)
    count(
        store,
        [
            partner,
            *[often] * 30,
            *[replace(often, cells={**often.cells, Dimension.ENTRY: "/a/"})] * 9,
        ],
    )
    coarsen(store, MARCH + 24 * 60)
    row = next(each for each in told(store, dimension=Dimension.SOURCE).rows if each.visits == 1)
    assert (row.cell, row.measure("visits"), row.measure("views")) == ("A partner", 1, None)
    assert row.bounce is None


def test_of_a_segment_not_even_how_often_is_told_where_it_was_rare(store: CounterStore) -> None:
    """It is several things at once: a lone visit by a partner would be told to be in it."""
    count(store, lived(random.Random(13), range(MARCH, MARCH + 24), 40))
    few = Increment(Dimension.SEGMENT, "partners on telephones", visits=1, views=1)
    many = Increment(Dimension.SEGMENT, "visits on telephones", visits=1, views=1)
    for segment in (few, *[many] * 20):
        store.add(MARCH + 5, [segment])
    assert {row.cell for row in told(store, dimension=Dimension.SEGMENT).rows} == {
        few.cell,
        many.cell,
    }
    coarsen(store, MARCH + 24 * 40)
    values = {row[3] for table in ("rare", "counters") for row in at_rest(store, table)}
    assert number_for(Dimension.SEGMENT, few.cell) not in values


@pytest.mark.parametrize("seed", range(3))
def test_a_chart_and_what_has_no_place_in_it_are_the_headline(
    store: CounterStore, spring: Sequence[int], seed: int
) -> None:
    """Days with few visits are kept by week or month alone: none of that is drawn on a Monday."""
    chance = random.Random(seed)
    visits = lived(chance, spring, 300)
    days = Counter((each.hour, each.cells[Dimension.SOURCE]) for each in visits)
    count(store, visits)
    coarsen(store, SPRING.stop + 24 * 40)
    for interval in (Interval.DAY, Interval.MONTH):
        for source in ("Google", "Direct", "A partner"):
            asked = {"filters": ((Dimension.SOURCE, source),)}
            (whole,) = told(store, **asked).rows
            answer = told(store, interval=interval, **asked)
            placed = sum(answer.rows, Counts())
            assert all(getattr(placed, name) <= getattr(whole, name) for name in MEASURES)
            if interval == Interval.MONTH:
                assert placed == whole + Counts()
            for row in answer.rows if interval == Interval.DAY else ():
                on_day = range(row.start, row.start + 25)
                assert row.visits <= sum(days[hour, source] for hour in on_day)


def test_months_that_are_asked_for_at_once_are_as_each_by_itself(
    store: CounterStore, spring: Sequence[int]
) -> None:
    """Those at the edges too, of which only a part is asked for."""
    visits = lived(random.Random(5), spring, 600)
    count(store, visits)
    coarsen(store, SPRING.stop + 24 * 40)
    calendar = Calendar(ZONE)
    first, last = SPRING.start + 24 * 9 + 5, SPRING.stop - 24 * 12 - 7
    asked = {"filters": ((Dimension.SOURCE, "Google"),)}
    rows = told(store, first=first, last=last, interval=Interval.MONTH, **asked).rows
    starts = sorted({calendar.month(hour) for hour in range(first, last + 1)})
    assert len(starts) >= 3
    for start in starts:
        part = {"first": max(first, start), "last": min(last, calendar.after_month(start) - 1)}
        alone = told(store, **part, **asked).rows
        assert [row + Counts() for row in rows if row.start == start] == [
            row + Counts() for row in alone
        ]


def at_rest(store: CounterStore, table: str) -> list[tuple[object, ...]]:
    with store.database.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]


LONE = Lived(MARCH + 60, {each: f"only {each}" for each in OF_A_VISIT}, ms=4_321)


@pytest.mark.parametrize("how", ["a backup", "a clock"])
def test_a_lone_visit_of_a_day_that_had_many_is_told_of_no_day(
    store: CounterStore, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that was put back within a day has the totals of its hours, and not their cells; a
    clock that is set back adds to a day that was closed. One visit must not stand alone there."""
    monkeypatch.setattr(coarsening, "ROWS_A_STEP", 1)  # A step for each table.
    count(store, lived(random.Random(10), range(MARCH + 48, MARCH + 60), 40))
    if how == "a backup":
        store.write(lambda connection: connection.exec_driver_sql("DELETE FROM running"))
    else:
        coarsen(store, MARCH + 24 * 5)
    kept = {table: at_rest(store, table) for table in ("counters", "rare")}
    count(store, [LONE])
    coarsen(store, MARCH + 24 * 5)
    assert {table: at_rest(store, table) for table in ("counters", "rare")} == kept
    coarsen(store, MARCH + 24 * 40)
    for table, columns in (("counters", slice(3, 5)), ("rare", slice(3, 4))):
        values = {value for row in at_rest(store, table) for value in row[columns]}
        assert values.isdisjoint({number_for(each, f"only {each}") for each in OF_A_VISIT})


@pytest.mark.parametrize(
    ("factory", "zone"),
    [
        ("sqlite", "America/Los_Angeles"),
        ("sqlite", "Asia/Kolkata"),
        ("sqlite", "UTC"),
        ("postgresql", "America/Los_Angeles"),
        ("clickhouse", "Asia/Kolkata"),
    ],
    indirect=["factory"],
)
def test_the_past_stays_readable_in_another_zone(
    factory: Factory, tmp_path: Path, zone: str
) -> None:
    """Months, weeks and days are found by the hour in which they begin, which is another there."""
    chance = random.Random(11)
    visits = lived(chance, range(MARCH, MARCH + 24 * 36), 800)
    visits += lived(chance, range(MARCH + 24 * 36, MARCH + 24 * 45), 40)
    later = MARCH + 24 * 45
    asked = {"dimension": Dimension.BROWSER, "filters": ((Dimension.SOURCE, "Google"),)}
    by_month = {"interval": Interval.MONTH, "filters": asked["filters"]}
    with closing(factory(tmp_path, REGISTER, ZONE)) as store:
        count(store, visits)
        coarsen(store, later)
        before = (
            told(store, **asked),
            told(store, **by_month),
            told(store, dimension=asked["dimension"]),
        )
    with closing(factory(tmp_path, REGISTER, ZoneInfo(zone))) as store:
        coarsen(store, later)
        after = (
            told(store, **asked),
            told(store, **by_month),
            told(store, dimension=asked["dimension"]),
        )
        assert after[0] == before[0]
        assert after[2] == before[2]
        assert [row.visits for row in after[1].rows] == [row.visits for row in before[1].rows]
        march = Calendar(ZoneInfo(zone)).month(MARCH + 100)
        one = Query(first=march, last=march + 24 * 31 - 1, **asked)
        answer = store.rows(one)
        assert isinstance(answer, Rows)
        assert sum(row.visits for row in answer.rows) > 100
    with closing(factory(tmp_path, REGISTER, ZONE)) as store:
        coarsen(store, later)
        assert told(store, **asked) == before[0]
        assert told(store, **by_month) == before[1]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])
def test_days_of_zones_off_the_hour_neither_lack_nor_share_an_hour(
    factory: Factory, tmp_path: Path, zone: str
) -> None:
    """An hour belongs to the local day in which it begins."""
    hours = range(24 * 20_513, 24 * (20_543 if factory is ENGINES["sqlite"] else 20_522))
    visits = [Lived(hour, {Dimension.SOURCE: "Google", Dimension.ENTRY: "/"}) for hour in hours]
    with closing(factory(tmp_path, REGISTER, ZoneInfo(zone))) as store:
        count(store, visits)
        before = told(store, interval=Interval.DAY, filters=((Dimension.SOURCE, "Google"),)).rows
        coarsen(store, hours.stop + 24 * 3)
        after = told(store, interval=Interval.DAY, filters=((Dimension.SOURCE, "Google"),)).rows
    whole = before[1:-1]  # The first and the last day have but some of their hours.
    assert [row for row in after if row.start in {each.start for each in whole}] == [*whole]
    assert {row.visits for row in whole} <= {23, 24, 25}
    assert sum(row.visits for row in before) == len(hours)


def test_goals_are_paired_by_month(store: CounterStore) -> None:
    """No hour and no day tells what came with one: a contact has a day."""
    visits = lived(random.Random(8), range(MARCH, MARCH + 24 * 3), 200, goals=True)
    count(store, visits)
    reached = Counter((each.cells[Dimension.SOURCE], "asked") for each in visits if each.goal)
    assert held_of_two(store, Dimension.SOURCE, Dimension.GOAL) == reached
    answer = told(store, dimension=Dimension.SOURCE, filters=((Dimension.GOAL, "asked"),))
    assert answer.rest is not None
    assert sum(row.visits for row in answer.rows) + answer.rest.visits == reached.total()
    goal, source = LISTED[Dimension.GOAL].number, LISTED[Dimension.SOURCE].number
    with store.database.engine.connect() as connection:
        steps = connection.exec_driver_sql(
            "SELECT DISTINCT step FROM running WHERE pair = ?", (source * 100 + goal,)
        ).scalars()
        assert [*steps] == ["month"]


def test_nothing_is_taken_after_it_was_closed(factory: Factory, tmp_path: Path) -> None:
    store = factory(tmp_path, REGISTER, ZONE)
    store.close()
    with pytest.raises(StoreError):
        store.add(1, [Increment(Dimension.ALL, "", visits=1)])


def test_of_a_large_table_is_told_that_it_has_as_many_cells_as_were_looked_at(
    store: CounterStore,
) -> None:
    day = range(MARCH, MARCH + 24)
    count(store, lived(random.Random(8), day, 60))
    closing, tables = of_day(day, 10), sorted(TABLES)[:40]
    with store.database.engine.connect() as connection:
        sizes = sizes_of(connection, closing, tables)
        assert max(sizes.values()) > 5 > min(sizes.values())
        found = sizes_until(connection, closing, tables, 5)
    assert found == {number: min(size, 5) for number, size in sizes.items()}
