"""Guessing is limited, and nobody can turn the limits against a member of staff."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from analytics.staff import passwords
from analytics.staff.accounts import add_staff
from analytics.staff.sign_in_limits import (
    AT_ONCE,
    KNOWN_DAYS,
    MOST_KNOWN,
    MOST_WAITING,
    Busy,
    SignInLimits,
)
from analytics.web.rate_limits import MINUTES, RateLimiter
from policy import read_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import HOST, ROOT, SmallSite, small_site

PASSWORD, WRONG = "correct horse battery", "wrong horse battery"
DAY = datetime.date(2026, 3, 1)
OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        add_staff(
            site.service.records, site.service.site.register, "anna", PASSWORD, ["admin"], DAY
        )
        yield site


def sign_in(site: SmallSite, address: str, password: str = PASSWORD) -> TestResponse:
    return site.app.test_client().post(
        "/staff/sign-in/",
        data={"username": "anna", "password": password},
        headers={"Origin": HOST},
        environ_base={"REMOTE_ADDR": address},
    )


@pytest.mark.promise("P11")
def test_guessing_elsewhere_keeps_no_colleague_out(site: SmallSite) -> None:
    """Who signed in from the office before still can; a network that is new must wait."""
    assert sign_in(site, OFFICE).status_code == 303
    guesses = [sign_in(site, f"203.0.113.{n}", WRONG).status_code for n in range(15)]
    assert guesses == [422] * 10 + [429] * 5
    assert sign_in(site, ELSEWHERE).status_code == 429
    assert sign_in(site, OFFICE).status_code == 303


@pytest.mark.promise("P11")
def test_one_ipv6_network_is_one_address(site: SmallSite) -> None:
    """Its 2^64 addresses share the tries of one, also over many accounts."""
    with_other_names = [
        site.app.test_client()
        .post(
            "/staff/sign-in/",
            data={"username": f"name{number}", "password": WRONG},
            headers={"Origin": HOST},
            environ_base={"REMOTE_ADDR": f"2001:db8::{number:x}"},
        )
        .status_code
        for number in range(41)
    ]
    assert with_other_names == [422] * 40 + [429]


def test_right_passwords_use_nothing_up(site: SmallSite) -> None:
    assert {sign_in(site, OFFICE).status_code for _ in range(25)} == {303}


@pytest.mark.promise("P11")
def test_guessing_is_limited_also_where_somebody_signed_in(site: SmallSite) -> None:
    """A browser in the same office gets ten tries at the account, as anybody does."""
    sign_in(site, OFFICE)
    assert [sign_in(site, OFFICE, WRONG).status_code for _ in range(11)] == [422] * 10 + [429]


def test_where_who_signed_in_is_forgotten() -> None:
    """After the declared time, and the oldest where there are too many; it tells no address."""
    register = read_site(ROOT).register
    (declared,) = (each for each in register.transients if "staff signed in" in each.name)
    assert declared.keep == f"{KNOWN_DAYS} days"
    clock = Clock()
    limits = SignInLimits(RateLimiter(clock), clock)
    limits.remember("anna", OFFICE)
    assert limits.knows(" Anna", OFFICE)
    assert not limits.knows("rita", OFFICE)
    assert not limits.knows("anna", ELSEWHERE)
    assert OFFICE not in str(limits._known)
    clock.now = KNOWN_DAYS * 86_400
    assert not limits.knows("anna", OFFICE)
    for number in range(MOST_KNOWN + 5):
        limits.remember(f"name{number}", OFFICE)
    assert len(limits._known) == MOST_KNOWN
    assert limits.knows(f"name{MOST_KNOWN + 4}", OFFICE)


def test_few_passwords_are_checked_at_once() -> None:
    """More wait, and one more is sent away; who is known has a place of their own."""
    limits = SignInLimits(RateLimiter())
    limits.remember("anna", OFFICE)
    waiting = [threading.Thread(target=_hash, args=(limits,)) for _ in range(MOST_WAITING)]
    with limits.hashing("anna", ELSEWHERE), ExitStack() as ended:
        for thread in waiting:
            thread.start()
            ended.callback(thread.join, PATIENCE)
        # Each thread takes its place before it waits.
        gate = limits._gates[False]
        deadline = time.monotonic() + PATIENCE
        while gate._places._value:
            assert time.monotonic() < deadline
        with pytest.raises(Busy), limits.hashing("rita", ELSEWHERE):
            pass
        with limits.hashing("anna", OFFICE):
            pass
        ended.pop_all()
    for thread in waiting:
        thread.join(PATIENCE)
    with limits.hashing("rita", ELSEWHERE):
        pass
    assert AT_ONCE * passwords.HASHER.memory_cost <= 2 * 65_536


def _hash(limits: SignInLimits) -> None:
    with limits.hashing("rita", ELSEWHERE):
        pass


def test_a_crowd_is_told_to_come_again(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: object) -> None:
        raise Busy

    monkeypatch.setattr(SignInLimits, "hashing", busy)
    answer = sign_in(site, OFFICE)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) < MINUTES * 60
    assert "Try again in a few seconds." in answer.text
