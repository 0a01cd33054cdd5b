"""Which pages were changed on which day: noted once, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from analytics.visits.store.base import CounterStore
from analytics.visits.store.publications import LOOK, Change, Publications
from policy import read_site
from tests.fixtures.counter_stores import ENGINES
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
DAY = date(2026, 3, 2)
FIRST = {"/": "a", "/about/": "b", LOOK: "l"}
EVER = (date(2000, 1, 1), date(2100, 1, 1))


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CounterStore]:
    with closing(ENGINES[request.param](tmp_path, REGISTER, ZoneInfo("UTC"))) as store:
        yield store


def test_each_difference_is_noted_once(store: CounterStore) -> None:
    """Nothing at first, as nobody knows what was there before; then what is new, other and gone."""
    published = Publications(store)
    assert published.take_up(FIRST, DAY) == []
    assert published.take_up(FIRST, DAY) == []
    assert published.between(*EVER) == []
    then = {"/": "a2", "/prices/": "c", LOOK: "l2"}
    assert len(published.take_up(then, DAY + timedelta(1))) == 4
    assert published.take_up(then, DAY + timedelta(2)) == []
    tomorrow = DAY + timedelta(1)
    assert published.between(*EVER) == [
        Change(tomorrow, LOOK, "changed"),
        Change(tomorrow, "/", "changed"),
        Change(tomorrow, "/about/", "removed"),
        Change(tomorrow, "/prices/", "new"),
    ]
    assert published.between(DAY, DAY) == []


@pytest.mark.parametrize(
    ("steps", "kinds"),
    [
        (["1", "2", "3"], ["new"]),
        (["1", None], []),
        (["1", None, "2"], ["new"]),
    ],
)
def test_a_page_of_one_day_is_told_once(
    store: CounterStore, steps: list[str | None], kinds: list[str]
) -> None:
    """New and edited is new; what came and went on a day was never there."""
    published = Publications(store)
    published.take_up(FIRST, DAY)
    for source in steps:
        published.take_up(FIRST | ({"/new/": source} if source else {}), DAY)
    assert [each.kind for each in published.between(*EVER)] == kinds


def test_a_page_that_went_and_came_back_has_changed(store: CounterStore) -> None:
    published = Publications(store)
    published.take_up(FIRST, DAY)
    published.take_up({"/": "a", LOOK: "l"}, DAY)
    published.take_up(FIRST, DAY)
    assert published.between(*EVER) == [Change(DAY, "/about/", "changed")]


def test_pages_that_never_change_are_not_forgotten(store: CounterStore) -> None:
    """Else, after 25 months, they would be new again. It is written once in a month."""
    published = Publications(store)
    query = "SELECT DISTINCT seen_on FROM published_pages"

    def seen() -> list[str]:
        with store.database.engine.connect() as connection:
            return [str(day) for (day,) in connection.exec_driver_sql(query)]

    published.take_up(FIRST, DAY)
    published.take_up(FIRST, DAY + timedelta(30))
    assert seen() == ["2026-03-02"]
    published.take_up(FIRST, DAY + timedelta(31))
    assert seen() == ["2026-04-02"]
    assert published.between(*EVER) == []


def test_thousands_of_pages_can_go_at_once(store: CounterStore) -> None:
    published = Publications(store)
    many = {f"/{number}/": "x" for number in range(3_000)}
    published.take_up(FIRST | many, DAY)
    assert len(published.take_up(FIRST, DAY)) == 3_000
    assert len(published.between(*EVER)) == 3_000


def test_a_build_without_a_page_is_none(store: CounterStore) -> None:
    """Else all would be removed, and what comes back would be the first that is known."""
    published = Publications(store)
    published.take_up(FIRST, DAY)
    assert published.take_up({LOOK: "l"}, DAY) == []
    assert published.take_up({}, DAY) == []
    assert published.take_up(FIRST | {"/": "a2"}, DAY) == [Change(DAY, "/", "changed")]


def test_two_services_that_see_a_page_at_one_moment_note_it_once(store: CounterStore) -> None:
    """The second has looked before the first has written."""
    published = Publications(store)
    published.take_up(FIRST, DAY)
    now, write, others = FIRST | {"/new/": "1"}, store.write, Publications(store)

    def late(work: Callable[[Connection], Any]) -> Any:
        with patch.object(store, "write", write):
            others.take_up(now, DAY)
        return write(work)

    with patch.object(store, "write", late):
        assert published.take_up(now, DAY) == []
    assert published.between(*EVER) == [Change(DAY, "/new/", "new")]
