"""Whoever waits to write is let in the order of coming, and nobody starves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from analytics.storage.database import Database
from analytics.storage.turns import Turns
from analytics.storage.unusable import DatabaseUnavailable
from policy import read_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
WRITERS, WRITES = 8, 20


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_turns_are_in_the_order_of_coming() -> None:
    """Also where the one who gives it asks again at once."""
    turns, had = Turns(), list[int]()
    assert turns.take(0)

    def come(number: int) -> None:
        assert turns.take(60)
        had.append(number)
        turns.give()

    threads = [threading.Thread(target=come, args=[number]) for number in range(20)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        wait_for(lambda number=number: len(turns._waiting) == number)
    turns.give()
    assert turns.take(60)
    assert had == list(range(20))
    turns.give()
    for thread in threads:
        thread.join()


def test_who_does_not_wait_any_more_gets_no_turn() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0)
    assert not turns.take(0.001)
    turns.give()
    assert turns.take(0)
    turns.give()


def test_many_writers_at_once_each_get_their_turn(tmp_path: Path) -> None:
    """Each writes again at once, and holds the file for a while. All together wait for less than
    one waits at most; SQLite alone refused every tenth."""
    database = Database("records", tmp_path / "records.sqlite3", REGISTER, busy_ms=4_000)
    contacts = database.tables.tables["contacts"]

    def write(writer: int) -> None:
        for number in range(WRITES):
            name = f"{writer}-{number}"
            with database.engine.begin() as connection:
                connection.execute(insert(contacts).values(id=name, email=name))
                time.sleep(0.05)

    with closing(database), ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
        with database.engine.connect() as connection:
            assert len(connection.execute(select(contacts)).all()) == WRITERS * WRITES


def test_a_turn_is_given_back_whatever_happens(tmp_path: Path) -> None:
    """And one connection takes it once, however many transactions it begins."""
    database = Database("records", tmp_path / "records.sqlite3", REGISTER, busy_ms=100)
    contacts = database.tables.tables["contacts"]
    with closing(database):
        for _ in range(3):
            refused = insert(contacts).values(id="a", email=None)
            with pytest.raises(IntegrityError), database.engine.begin() as connection:
                connection.execute(refused)
        with database.engine.connect() as connection:
            for _ in range(3):
                connection.execute(select(contacts))
                connection.commit()
        database.rewrite()
        with database.engine.connect() as connection:
            connection.execute(select(contacts))
            connection.invalidate()
        assert not database._turns._taken
        database.file.path.unlink()
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                database.rewrite()
        assert not database._turns._taken
