"""Pages hear at once of what is new, and leave the browser some connections."""

from __future__ import annotations

import threading
import time

import pytest

from analytics.preview.builds import Failed
from analytics.preview.updates import MOST_WAITING, Updates
from tests.fixtures.patience import PATIENCE


def waiting(updates: Updates, known: str) -> tuple[threading.Thread, list[tuple[str, int]]]:
    """One that waits, in a thread of its own; what it was told."""
    told: list[tuple[str, int]] = []

    def wait() -> None:
        status, again = updates.wait(known)
        told.append((updates.state(status), again))

    before = len(updates._waiting)
    thread = threading.Thread(target=wait)
    thread.start()
    while len(updates._waiting) == min(before, MOST_WAITING - 1) and thread.is_alive():
        time.sleep(0.001)
    return thread, told


def test_who_knows_nothing_is_told_at_once() -> None:
    updates = Updates()
    status, again = updates.wait("")
    assert (updates.state(status), again) == (updates.state(updates.now), 0)


def test_who_waits_is_told_when_something_is_new() -> None:
    updates = Updates()
    thread, told = waiting(updates, updates.state(updates.now))
    updates.serve()
    thread.join(PATIENCE)
    assert told == [(updates.state(updates.now), 0)]


def test_a_build_that_failed_names_no_other_build() -> None:
    """The page is not loaded again, only told."""
    updates = Updates()
    updates.serve()
    build, state = updates.build, updates.state(updates.now)
    updates.begin(0.0)
    updates.fail(Failed("error: a mistake"))
    assert updates.build == build
    assert updates.state(updates.now) != state


def test_only_a_build_that_takes_long_is_told_of_before_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """News of a short one would hold up its result."""
    updates = Updates()
    known = updates.state(updates.now)
    updates.begin(0.0)
    updates.serve()
    assert updates.state(updates.now) == updates.state(updates.wait(known)[0])
    assert not updates.now.busy
    monkeypatch.setattr("analytics.preview.updates.BUSY_SECONDS", 0.0)
    known = updates.state(updates.now)
    updates.begin(0.0)
    assert updates.wait(known)[0].busy
    updates.serve()
    assert not updates.now.busy


def test_pages_of_an_earlier_preview_know_nothing_of_this_one() -> None:
    assert Updates().build != Updates().build


def test_where_many_wait_those_who_waited_longest_ask_again() -> None:
    """A browser has six connections for all tabs of a site. With each held by a tab that waits, no
    page could be loaded."""
    updates = Updates()
    known = updates.state(updates.now)
    threads = [waiting(updates, known) for _ in range(MOST_WAITING)]
    last, _ = waiting(updates, known)
    oldest, told = threads[0]
    oldest.join(PATIENCE)
    assert told[0][0] == known
    assert told[0][1] > 0
    assert all(thread.is_alive() for thread, _ in threads[1:])
    updates.close()
    for thread in (last, *(thread for thread, _ in threads)):
        thread.join(PATIENCE)
        assert not thread.is_alive()
