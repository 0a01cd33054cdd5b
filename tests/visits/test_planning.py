"""What is told of a large day is decided in a process of its own, while the service goes on."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.visits.store import planning
from analytics.visits.store.closing import Facts, told_of
from analytics.visits.store.coarsening import Coarsening
from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.counter_stores import lived
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
MARCH = 24 * 20_513
LEAST = 10


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Sequence[Facts]]:
    """Those of a day that closes."""
    path = tmp_path / "counters.sqlite3"
    with closing(Counters(path, REGISTER, zone=ZoneInfo("UTC"))) as store:
        visits = lived(random.Random(8), range(MARCH, MARCH + 24), 300)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda each: store.add(each.hour, each.increments), visits))
        of = Coarsening(store.calendar, LEAST)
        yield store._read(lambda connection: of.facts(connection, MARCH + 24 * 3))


def not_here(*_: object) -> None:
    raise AssertionError("decided in this process")


def test_another_process_tells_the_same(
    facts: Sequence[Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [told_of(each, LEAST) for each in facts]
    assert any(any(of.values()) for of in wanted)
    monkeypatch.setattr(planning, "MOST_ROWS_HERE", 10)
    monkeypatch.setattr(planning, "told_of", not_here)
    found = planning.told_of_all(facts, LEAST)
    assert [{at: {*of} for at, of in each.items()} for each in found] == [
        {at: {*of} for at, of in each.items()} for each in wanted
    ]


@pytest.mark.parametrize("program", ["/gone", "/bin/false", "/bin/true", ""])
def test_where_there_is_none_it_is_decided_here(
    facts: Sequence[Facts], program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_ROWS_HERE", 10)
    monkeypatch.setattr(sys, "executable", program)
    assert planning.told_of_all(facts, LEAST) == [told_of(each, LEAST) for each in facts]


def test_a_small_day_starts_no_process(
    facts: Sequence[Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning.subprocess, "run", not_here)
    monkeypatch.setattr(planning, "MOST_ROWS_HERE", 10**9)
    assert planning.told_of_all(facts, LEAST) == [told_of(each, LEAST) for each in facts]
