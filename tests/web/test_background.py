"""Background threads: no failure ends one, and each can be seen."""

from __future__ import annotations

import logging
import re
import smtplib
import threading

import pytest

from analytics.background import BackgroundTask, Progress, Waits
from analytics.web.log import ServiceLog
from policy import read_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT

LOG = ServiceLog(read_site(ROOT).register)
SOON = Waits(first=0.01, longest=0.02)
CANARY = "ada@example.org"


def test_what_goes_on_failing_is_logged_once_in_its_time(caplog):
    """A line for each hit that a busy site refuses would say nothing more."""
    progress = Progress("counters", LOG, seconds_between=60)
    for _ in range(3):
        progress.failed(ValueError())
    assert caplog.text.count("counters failed") == 1
    assert progress.state.failures == 3
    progress.succeeded()
    progress.failed(ValueError())
    assert caplog.text.count("counters failed") == 2


def test_a_task_is_named_in_the_log_though_its_name_is_of_two_words(caplog):
    failed = threading.Event()

    def step() -> None:
        failed.set()
        raise ValueError

    task = BackgroundTask("counters rewriting", step, LOG, waits=SOON)
    task.start()
    assert failed.wait(PATIENCE)
    task.close()
    assert "counters-rewriting failed, and will be tried again" in caplog.text


@pytest.mark.parametrize(
    "failure",
    [
        OSError(28, CANARY),
        ValueError(CANARY),
        IndexError(CANARY),
        UnicodeEncodeError("ascii", CANARY, 0, 1, CANARY),
        smtplib.SMTPException(CANARY),
        RecursionError(CANARY),
        MemoryError(CANARY),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_no_failure_ends_a_task(failure, caplog):
    """It is logged without what it says, shown, tried again, and forgotten by the next success."""
    tries: list[int] = []
    states = []
    done = threading.Event()

    def step() -> float | None:
        tries.append(1)
        if len(tries) <= 3:
            raise failure
        states.append(task.state)
        done.set()
        return None

    task = BackgroundTask("retention", step, LOG, clock=lambda: 1_000.0, waits=SOON)
    with caplog.at_level(logging.INFO):
        task.start()
        assert done.wait(PATIENCE)
        task.close()
    (state,) = states
    assert (state.failures, state.last_failure, state.works) == (3, 1_000.0, False)
    assert state.failure
    assert not re.search(r"Error|\w\.py", state.failure), "no words of the code"
    assert re.search(rf"{type(failure).__name__} at test_background.py:\d+", caplog.text)
    assert (task.state.failures, task.state.last_success) == (0, 1_000.0)
    assert caplog.text.count("retention failed, and will be tried again") == 3
    assert CANARY not in caplog.text + state.failure


def test_a_failing_task_is_tried_more_and_more_slowly():
    assert [Waits().after(failures) for failures in (1, 2, 3, 7, 2_000)] == [
        30,
        60,
        120,
        1_800,
        1_800,
    ]


def test_a_task_waits_until_it_is_called():
    """A call that comes during a step has it done once more."""
    steps: list[int] = []
    begun, go_on, twice = threading.Event(), threading.Event(), threading.Event()

    def step() -> float | None:
        steps.append(1)
        begun.set()
        go_on.wait(PATIENCE)
        if len(steps) == 2:
            twice.set()
        return None

    task = BackgroundTask("mail", step, LOG)
    task.start()
    assert begun.wait(PATIENCE)
    task.call()
    go_on.set()
    assert twice.wait(PATIENCE)
    task.close()
    assert len(steps) == 2
    assert not task.state.alive


def test_closing_lets_the_step_at_hand_end():
    ended: list[int] = []
    begun = threading.Event()

    def step() -> float | None:
        begun.set()
        while not task.closing:
            pass
        ended.append(1)
        return None

    task = BackgroundTask("mail", step, LOG)
    task.start()
    assert begun.wait(PATIENCE)
    task.close()
    assert ended == [1]


def test_a_task_that_never_began_can_be_closed():
    BackgroundTask("mail", lambda: None, LOG).close()
