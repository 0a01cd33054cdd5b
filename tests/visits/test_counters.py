"""The counters: additive, shared commits, nothing acknowledged before it is on the disk."""

from __future__ import annotations

import datetime
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, update

from analytics.visits.model import LISTED, Dimension, Hour, Increment, Total
from analytics.visits.store import shared_commits, sqlite
from analytics.visits.store.addition import Addition
from analytics.visits.store.base import StoreError
from analytics.visits.store.ordering import Group, Ordering
from analytics.visits.store.sqlite import Counters
from analytics.visits.store.writing import RUNNING
from policy import read_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)

increments = st.builds(
    Increment,
    dimension=st.sampled_from([Dimension.ALL, Dimension.PAGE]),
    cell=st.sampled_from(["", "/", "/about/"]),
    visits=st.just(1),
    views=st.integers(0, 1),
    continued=st.integers(0, 1),
    engaged_ms=st.integers(0, 14_400_000),
)
"""Each by itself what a whole visit may add: what goes on was begun."""

additions = st.lists(st.tuples(st.integers(0, 3), st.lists(increments, max_size=5)), max_size=8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "counters.sqlite3"


@pytest.fixture
def counters(path: Path) -> Iterator[Counters]:
    with closing(Counters(path, REGISTER)) as counters:
        yield counters


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for another thread, and fail rather than wait for ever."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline


def on_disk(path: Path, query: str = "select coalesce(sum(views), 0) from totals") -> int:
    """What another process would read."""
    with closing(sqlite3.connect(path)) as connection:
        (value,) = connection.execute(query).fetchone()
        return int(value)


@settings(max_examples=40, deadline=None)  # disks are slow when they are busy
@given(additions)
def test_any_order_and_grouping_gives_the_same_totals(
    tmp_path_factory: pytest.TempPathFactory, added: list[tuple[int, list[Increment]]]
) -> None:
    """One by one and backwards, or all of an hour at once: the counters are the same."""
    one, other = (tmp_path_factory.mktemp("counters") / "c.sqlite3" for _ in range(2))
    with closing(Counters(one, REGISTER)) as single, closing(Counters(other, REGISTER)) as grouped:
        for hour, batch in reversed(added):
            for increment in reversed(batch):
                single.add(hour, [increment])
        for wanted in range(4):
            grouped.add(wanted, [i for hour, batch in added if hour == wanted for i in batch])
        for dimension in (Dimension.ALL, Dimension.PAGE):
            expected = single.totals(dimension, 0, 3, 10)
            assert grouped.totals(dimension, 0, 3, 10) == expected
        assert grouped.series(0, 3) == single.series(0, 3)


@settings(max_examples=15, deadline=None)  # as above
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)),
        max_size=12,
    )
)
def test_no_cell_ever_has_more_that_continued_than_visits(
    tmp_path_factory: pytest.TempPathFactory, added: list[tuple[int, int, int, int]]
) -> None:
    """Whatever is added: a cookie that is sent twice goes on twice, and began once."""
    path = tmp_path_factory.mktemp("counters") / "c.sqlite3"
    visits = 0
    with closing(Counters(path, REGISTER)) as counters:
        for hour, began, begun, continued in added:
            visits += begun
            hit = Increment(Dimension.ALL, "", visits=begun, views=1, continued=continued)
            counters.add(hour, [hit], began=began)
            for row in counters.series(0, 3):
                assert row.continued <= row.visits
        (total,) = counters.totals(Dimension.ALL, 0, 3, 1) if added else [None]
    if total:
        assert (total.visits, total.views) == (visits, len(added))


def test_what_continues_is_added_to_the_hour_in_which_it_began(counters: Counters) -> None:
    counters.add(1, [VIEW])
    counters.add(2, [Increment(Dimension.ALL, "", views=1, continued=1)], began=1)
    assert [(row.hour, row.visits, row.views, row.continued) for row in counters.series(0, 3)] == [
        (1, 1, 1, 1),
        (2, 0, 1, 0),
    ]


def test_a_consent_and_its_view_share_a_commit(counters: Counters, path: Path) -> None:
    day = datetime.date(2026, 3, 2)
    counters.add(1, [VIEW], consent=(day, 1))
    counters.add(1, (), consent=(day, 1))
    assert [(each.day, each.given) for each in counters.consents()] == [(day, 2)]
    assert on_disk(path) == 1


def test_added_means_on_the_disk(counters: Counters, path: Path) -> None:
    """When `add` returns, another process can read it."""
    for count in range(1, 4):
        counters.add(1, [VIEW])
        assert on_disk(path) == count


def test_every_connection_is_durable(counters: Counters) -> None:
    """A journal that is overwritten, and a commit that waits for the disk: FULL (2)."""
    with counters._engine.connect() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "persist"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2


def test_fifty_threads_lose_nothing(counters: Counters, path: Path) -> None:
    """Each of 50 threads adds 20 times, all from the same moment."""
    start = Barrier(50)

    def add(_: int) -> None:
        start.wait()
        for hour in range(20):
            counters.add(hour % 2, [VIEW])

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(add, range(50)))
    assert on_disk(path) == 1000
    assert counters.totals("all", 0, 1, 10) == [Total("", visits=1000, views=1000)]


def test_what_waits_shares_a_commit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk is busy, fifty additions gather and cost one commit, not fifty."""
    monkeypatch.setattr(sqlite, "BUSY_MS", 60_000)
    monkeypatch.setattr(shared_commits, "STUCK_SECONDS", 60)
    counters = Counters(path, REGISTER)
    commits: list[object] = []
    event.listen(counters._engine, "commit", commits.append)
    with (
        closing(counters),
        closing(sqlite3.connect(path)) as other,
        ThreadPoolExecutor(51) as pool,
    ):
        other.execute("begin immediate")
        first = pool.submit(counters.add, 1, [VIEW])
        wait_until(lambda: counters._began is not None)
        added = [pool.submit(counters.add, 1, [VIEW]) for _ in range(50)]
        wait_until(lambda: len(counters._waiting) == 50)
        other.rollback()
        for addition in [first, *added]:
            addition.result()
    assert len(commits) == 2
    assert on_disk(path) == 51


def test_hits_that_are_worked_on_share_the_commit(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits as long as more of them come, and no longer than it may."""
    commits: list[object] = []
    event.listen(counters._engine, "commit", commits.append)
    left = [*range(7)]

    class Timing:
        monotonic = staticmethod(time.monotonic)

        @staticmethod
        def sleep(_seconds: float) -> None:
            if left:
                left.pop()
                counters._waiting.append(Addition(1, 1, (VIEW,), None))

    monkeypatch.setattr(shared_commits, "time", Timing)
    monkeypatch.setattr(shared_commits, "SECONDS_TO_GATHER", 60)
    counters.add(1, [VIEW])
    assert len(commits) == 1
    assert not left
    assert counters.totals("all", 0, 1, 10) == [Total("", visits=8, views=8)]
    left[:] = range(7)
    monkeypatch.setattr(shared_commits, "SECONDS_TO_GATHER", 0)
    counters.add(1, [VIEW])
    assert len(left) == 7


def test_a_hit_of_every_pair_takes_few_statements(counters: Counters) -> None:
    """A statement costs more than the row that it writes, and a full hit has 91 pairs."""
    hit = [
        Increment(each, "a", **dict.fromkeys({"visits", "views", "times"} & {*listed.measures}, 1))
        for each, listed in LISTED.items()
        if listed.paired
    ]
    counters.add(1, [VIEW, *hit])  # This one makes the names.
    asked: list[str] = []
    event.listen(
        counters._engine, "before_cursor_execute", lambda *given: asked.append(str(given[2]))
    )
    counters.add(1, [VIEW, *hit])
    assert len(asked) <= 40, asked


def test_a_commit_may_touch_any_number_of_groups(counters: Counters) -> None:
    """SQLite answers no question with more than 2,000 columns."""
    groups = [Group("running", RUNNING.key[:3], ("day", first, 0)) for first in range(2_100)]
    with counters._engine.begin() as connection:
        Ordering().changed(connection, groups)


def test_two_services_on_one_file(counters: Counters, path: Path) -> None:
    """Two processes may count into the same file."""
    with closing(Counters(path, REGISTER)) as other, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (counters, other)[n % 2].add(1, [VIEW]), range(100)))
        assert other.totals("all", 1, 1, 1) == [Total("", visits=100, views=100)]


def test_failure_is_told_to_everyone_who_waited(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that fails fails for each of its additions, none of which is counted later."""
    monkeypatch.setattr(sqlite, "BUSY_MS", 50)
    with closing(Counters(path, REGISTER)) as counters:
        with closing(sqlite3.connect(path)) as other, ThreadPoolExecutor(10) as pool:
            other.execute("begin immediate")
            failures = [
                addition.exception()
                for addition in [pool.submit(counters.add, 1, [VIEW]) for _ in range(10)]
            ]
            other.rollback()
        assert {type(failure) for failure in failures} == {StoreError}
        assert on_disk(path) == 0
        counters.add(1, [VIEW])
        assert on_disk(path) == 1


@pytest.mark.parametrize("first", ["add", "write"])
@pytest.mark.parametrize("then", ["add", "write", "forget"])
def test_whatever_holds_the_writer_holds_nobody_else_for_long(
    first: str, then: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hit, a total of the day, a deletion: each waits for a locked file alone."""
    monkeypatch.setattr(shared_commits, "STUCK_SECONDS", 0.1)
    with closing(Counters(path, REGISTER)) as counters:
        work: dict[str, Callable[[], object]] = {
            "add": lambda: counters.add(1, [VIEW]),
            "write": lambda: counters.write(lambda connection: None),
            "forget": lambda: counters.forget(delete(counters.database.tables.tables["totals"])),
        }
        with closing(sqlite3.connect(path)) as other, ThreadPoolExecutor(1) as pool:
            other.execute("begin immediate")
            held = pool.submit(work[first])
            wait_until(lambda: counters._began is not None)
            time.sleep(0.2)
            began = time.monotonic()
            with pytest.raises(StoreError, match="busy"):
                work[then]()
            assert time.monotonic() < began + 1
            other.rollback()
            held.result()


def test_closing_commits_what_was_accepted(path: Path) -> None:
    """Additions under way when the service stops are finished; later ones are refused."""
    counters = Counters(path, REGISTER)
    with ThreadPoolExecutor(20) as pool:
        added = [pool.submit(counters.add, 1, [VIEW]) for _ in range(20)]
        counters.close()
        outcomes = [addition.exception() for addition in added]
    accepted = outcomes.count(None)
    assert {type(outcome) for outcome in outcomes} <= {type(None), StoreError}
    assert on_disk(path) == accepted
    with pytest.raises(StoreError):
        counters.add(1, [VIEW])


def test_an_addition_is_taken_whole_or_not_at_all(counters: Counters) -> None:
    """Increments that end in an error leave nothing behind for the next commit."""

    def broken() -> Iterator[Increment]:
        yield VIEW
        raise LookupError

    with pytest.raises(LookupError):
        counters.add(1, broken())
    counters.add(1, [VIEW])
    assert counters.totals("all", 1, 1, 1) == [Total("", visits=1, views=1)]


def test_totals_are_of_the_period_and_most_viewed_first(counters: Counters) -> None:
    """Both ends of the period belong to it; ties are in order of the alphabet."""
    for hour, cell, views in [
        (1, "/a/", 9),
        (2, "/b/", 2),
        (3, "/c/", 2),
        (3, "/d/", 5),
        (4, "/e/", 9),
    ]:
        counters.add(hour, [Increment(Dimension.PAGE, cell, views=views)])
    cells = [row.cell for row in counters.totals("page", 2, 3, 10)]
    assert cells == ["/d/", "/b/", "/c/"]
    assert [row.cell for row in counters.totals("page", 1, 4, 2)] == ["/a/", "/e/"]


def test_series_has_a_row_for_each_hour_that_counted(counters: Counters) -> None:
    """Oldest first, from dimension `all` alone."""
    for hour in (7, 5):
        counters.add(hour, [VIEW, Increment(Dimension.PAGE, "/", views=1)])
    assert counters.series(0, 9) == [Hour(5, visits=1, views=1), Hour(7, visits=1, views=1)]


def test_columns_are_those_of_the_register(counters: Counters, path: Path) -> None:
    """Only declared columns exist, keyed as declared, and rows have no hidden number."""
    for name in ("totals", "names", "running", "counters", "rare"):
        declared = REGISTER.table("counters", name)
        with closing(sqlite3.connect(path)) as connection:
            columns = connection.execute(f"pragma table_info({name})").fetchall()
            (statement,) = connection.execute(
                "select sql from sqlite_master where name = ?", (name,)
            ).fetchone()
        assert [column[1] for column in columns] == [column.name for column in declared.columns]
        assert {column[1] for column in columns if column[5]} == set(declared.key)
        assert "WITHOUT ROWID" in statement


def test_no_more_consents_are_withdrawn_than_were_given(counters: Counters) -> None:
    """Over all days and versions; what was too much before stays as it is."""
    monday, tuesday = datetime.date(2026, 3, 2), datetime.date(2026, 3, 3)
    counters.answered(monday, 1, given=3)
    counters.answered(tuesday, 2, withdrawn=2)
    counters.answered(tuesday, 2, withdrawn=2)
    counters.answered(tuesday, 1, withdrawn=5)
    counters.answered(monday, 2, given=1)
    counters.answered(monday, 2, withdrawn=2)
    assert [
        (each.day, each.version, each.given, each.withdrawn) for each in counters.consents()
    ] == [
        (tuesday, 2, 0, 3),
        (monday, 2, 1, 1),
        (monday, 1, 3, 0),
    ]
    counters.write(lambda made: made.execute(update(counters._consents).values(withdrawn=9)))
    counters.answered(tuesday, 2, withdrawn=1)
    counters.answered(tuesday, 2, given=1)
    assert [each.withdrawn for each in counters.consents()] == [9, 9, 9]
