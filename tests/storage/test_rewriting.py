"""The order of arrival is gone from the file within the window that the register declares.

Time is made up here: `tests/storage/test_files_tell_nothing.py` attacks real files after it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.storage.health import storage_health
from analytics.storage.rewriting import Rewriter
from policy import Faults, read_site
from policy.sum import read_sum
from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import whole_site

REGISTER = read_site(ROOT).register
DECLARED = REGISTER.window("records").keep


@dataclass
class Bytes:
    """A database file: which changes its bytes tell the order of, and a clock that writing takes
    time of."""

    takes: float
    now: float = 0.0
    telling: list[float] = field(default_factory=list)
    told_for: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def rewrite(self) -> None:
        begun, self.telling = self.telling, []
        self.now += self.takes
        self.told_for += [self.now - at for at in begun]


def run(rewriter: Rewriter, file: Bytes, changes: list[float]) -> None:
    """As the background task does: the step is done at the start, when a change calls it, and when
    its wait is over. What comes while the file is written waits for that, as SQLite has it wait."""
    waiting = sorted(changes)
    due = file.now if rewriter.due else None
    while waiting or due is not None:
        if waiting and (due is None or waiting[0] <= due):
            file.now = max(file.now, waiting.pop(0))
            file.telling.append(file.now)
            rewriter.changed()
        else:
            file.now = max(file.now, due)
        left = rewriter()
        due = None if left is None else file.now + left


@given(
    window=st.integers(1, 3_600),
    share=st.floats(0.0, 0.5),
    changes=st.lists(st.floats(0.0, 20_000.0), min_size=1, max_size=60),
)
@settings(deadline=None)
def test_no_change_is_told_for_longer_than_declared(
    window: int, share: float, changes: list[float]
) -> None:
    """However they come, and for every file that is written within half of the window."""
    file = Bytes(takes=window * share)
    rewriter = Rewriter(file, window, file.clock)
    run(rewriter, file, changes)
    assert len(file.told_for) == len(changes)
    assert max(file.told_for) <= window + 1e-6
    assert rewriter.seconds_late == 0


def test_the_pause_of_a_large_file_follows_the_register() -> None:
    """Others write to it as well, so it is left alone for longer: as far as the window lets it."""
    pauses = {}
    for window in (10, 60, 600):
        file = Bytes(takes=2.0)
        rewriter = Rewriter(file, window, file.clock)
        rewriter()
        rewriter.changed()
        pauses[window] = rewriter()
    assert pauses == {10: 5.0, 60: 30.0, 600: 40.0}


def test_a_file_that_takes_longer_than_its_window_is_told() -> None:
    """It cannot be kept then; somebody must know."""
    file = Bytes(takes=45.0)
    rewriter = Rewriter(file, 60, file.clock)
    run(rewriter, file, [100.0])
    assert rewriter.seconds_late == 0
    file.takes = 70.0
    run(rewriter, file, [500.0])
    assert rewriter.seconds_late == 10
    file.takes = 1.0
    run(rewriter, file, [1_000.0])
    assert rewriter.seconds_late == 0


def test_what_cannot_be_written_is_told_once_the_window_is_over() -> None:
    file = Bytes(takes=0.0)
    rewriter = Rewriter(file, 60, file.clock)
    rewriter()
    rewriter.changed()
    file.now = 59.0
    rewriter.changed()
    assert rewriter.seconds_late == 0
    file.now = 75.0
    assert rewriter.seconds_late == 15
    assert rewriter.due


def test_a_file_of_before_is_written_anew_at_the_start() -> None:
    """A process that was killed may have left the order of its last changes."""
    file = Bytes(takes=0.0, telling=[0.0])
    assert Rewriter(file, 60, file.clock)() is None
    assert file.telling == []


def test_the_service_has_the_window_of_its_register(tmp_path: Path) -> None:
    """And tells operators where it is not kept."""
    with form_site(tmp_path) as site:
        stores = site.service.stores
        assert stores.rewriter.window_seconds == DECLARED.seconds
        stores.rewriting.close()
        stores.rewriter.rewrite()
        assert send(site.app.test_client(), REQUEST).status_code == 303
        assert stores.counters_rewriter is not None
        stores.counters_rewriter.rewrite()
        assert storage_health(stores).late == {"records": "", "counters": ""}
        now = stores.rewriter._clock()
        stores.rewriter._clock = lambda: now + DECLARED.seconds + 5
        told = json.loads(site.app.test_client().get("/healthz").data)["parts"]
        assert not told["window of the records"]["works"]
        assert "seconds longer than the 60 that" in told["window of the records"]["why"]
        assert told["counters rewriting"]["works"]
        stores.counters_rewriting.close()
        stores.counters_rewriter._since = now - DECLARED.seconds - 5
        told = json.loads(site.app.test_client().get("/healthz").data)["parts"]
        assert not told["window of the counters"]["works"]
        assert not told["counters rewriting"]["works"]


def test_a_site_may_declare_less_and_not_more(tmp_path: Path) -> None:
    root = whole_site(tmp_path / "site")
    policy = root / "site/policy.toml"
    before = policy.read_text(encoding="utf-8")
    limit = '[limits]\nwindow.order-of-the-newest-rows.keep = "{}"'
    policy.write_text(before.replace("[limits]", limit.format("7 seconds")), encoding="utf-8")
    assert read_sum(root).register.window("records").keep.seconds == 7
    policy.write_text(before.replace("[limits]", limit.format("2 minutes")), encoding="utf-8")
    with pytest.raises(Faults, match="longer than the feature allows"):
        read_sum(root)


@pytest.mark.parametrize("name", REGISTER.databases)
def test_each_database_has_one(name: str) -> None:
    window = REGISTER.window(name)
    assert 0 < window.keep.seconds <= 60
    assert "until it is started again" in window.keep_words
