"""Which values a column has is found by steps along its index: a step costs the same, however many
rows there are between two values, and wherever the values that are asked for begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from analytics.visits.store.closing_rows import still_have
from analytics.visits.store.distinct import values_of
from analytics.visits.store.sqlite import Counters
from analytics.visits.store.writing import RUNNING, add
from policy import read_site
from tests.fixtures.small_site import ROOT

HOURS = range(0, 300, 3)
ROWS_AN_HOUR = 500
INSTRUCTIONS_A_VALUE = 60
AT_ONCE = 10


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """To hours with many rows each, and as many of another step."""
    path: Path = tmp_path_factory.mktemp("distinct") / "counters.sqlite3"
    with closing(Counters(path, read_site(ROOT).register)) as counters:
        amounts = [1] * len(RUNNING.amounts)
        rows = [
            (step, hour, 100, value, 0, *amounts)
            for step in ("hour", "week")
            for hour in HOURS
            for value in range(ROWS_AN_HOUR)
        ]
        with counters.database.engine.begin() as writing:
            add(writing, RUNNING, rows)
        with counters.database.engine.connect() as reading:
            yield reading


@pytest.mark.parametrize("among", [None, (0, 99), (30, 60), (90, 400), (200, 300), (400, 500)])
def test_a_value_costs_a_step(connection: Connection, among: tuple[int, int] | None) -> None:
    called: list[None] = []
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.set_progress_handler(lambda: called.append(None), AT_ONCE)
    try:
        found = values_of(connection, "first", "running", "step = 'hour'", among)
    finally:
        raw.set_progress_handler(None, 0)
    first, last = among or (0, HOURS.stop)
    assert found == [hour for hour in HOURS if first <= hour <= last]
    assert AT_ONCE * len(called) < INSTRUCTIONS_A_VALUE * (len(found) + 1)


@pytest.mark.parametrize("months", [[300], [0, 30, 60, 300], list(range(0, 720, 30))])
def test_all_months_of_a_period_are_asked_for_at_once(months: list[int], tmp_path: Path) -> None:
    """ClickHouse read all that runs once for each of 24 months, which took seconds."""
    asked: list[str] = []
    amounts = [1] * len(RUNNING.amounts)
    rows = [
        (step, first, 100, 1, 0, *amounts)
        for step, first in (("month", 300), ("hidden", 60), ("week", 30))
    ]
    with closing(Counters(tmp_path / "counters.sqlite3", read_site(ROOT).register)) as counters:
        with counters.database.engine.begin() as writing:
            add(writing, RUNNING, rows)
        with counters.database.engine.connect() as reading:
            event.listen(
                counters.database.engine,
                "before_cursor_execute",
                lambda _connection, _cursor, statement, *_: asked.append(statement),
            )
            assert still_have(reading, months) == [each for each in (60, 300) if each in months]
    assert sum("running" in each for each in asked) <= 2
