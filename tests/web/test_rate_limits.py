"""How often a network may do something: counted in memory, in shared places, for a while."""

from __future__ import annotations

import sys
import threading
from array import array
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest

from analytics.web import rate_limits
from analytics.web.rate_limits import MINUTES, Limit, RateLimiter
from policy import read_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT, small_site

ONCE, TWICE = Limit("this", 1), Limit("that", 2)


class Clock:
    """Seconds that only grow."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> RateLimiter:
    return RateLimiter(clock)


def test_as_often_as_allowed_and_then_later(limiter: RateLimiter) -> None:
    """The wait is told in whole seconds; another address goes on, and so does another thing."""
    assert [limiter.wait_seconds(TWICE, "192.0.2.1") for _ in range(2)] == [0, 0]
    assert limiter.wait_seconds(TWICE, "192.0.2.1") == MINUTES * 60
    assert limiter.wait_seconds(TWICE, "192.0.2.2") == 0
    assert limiter.wait_seconds(ONCE, "192.0.2.1") == 0


def test_an_attempt_can_be_given_back(limiter: RateLimiter) -> None:
    for _ in range(5):
        assert limiter.wait_seconds(ONCE, "192.0.2.1") == 0
        limiter.give_back(ONCE, "192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("", "", True),
        ("unix:", "192.0.2.1", False),
        ("\udcff", "\udcfe", False),
    ],
)
def test_a_network_of_one_customer_counts_as_one(
    limiter: RateLimiter, one: str, other: str, *, together: bool
) -> None:
    """A customer has one IPv4 address, or as many of IPv6 as they like within a /64."""
    limiter.wait_seconds(ONCE, one)
    assert (limiter.wait_seconds(ONCE, other) > 0) == together


def test_forty_thousand_networks_take_no_more_memory_than_one(limiter: RateLimiter) -> None:
    """Nor do they keep others out: of a thousand that come then, few meet a place that is full."""
    limiter.wait_seconds(TWICE, "192.0.2.1")
    before = _bytes(limiter)
    first = int(IPv4Address("10.0.0.0"))
    for number in range(40_000):
        limiter.wait_seconds(TWICE, str(IPv4Address(first + number)))
    assert _bytes(limiter) == before
    later = int(IPv6Address("2001:db8::"))
    networks = [str(IPv6Address(later + (number << 64))) for number in range(1_000)]
    assert sum(limiter.wait_seconds(TWICE, network) > 0 for network in networks) < 50


def test_counts_are_made_once(limiter: RateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte that is made for each hit costs more than the hit."""
    made: list[object] = []

    def noted(*given: Any) -> array[int]:
        made.append(given)
        return array(*given)

    monkeypatch.setattr(rate_limits, "array", noted)
    for who in range(10):
        limiter.wait_seconds(TWICE, f"192.0.2.{who}")
        limiter.wait_seconds(ONCE, f"192.0.2.{who}")
    assert len(made) == 2


@pytest.mark.promise("P11")
def test_nothing_tells_which_networks_asked() -> None:
    """Counts, in places that another process gives to others."""
    limiters = RateLimiter(), RateLimiter()
    for limiter in limiters:
        limiter.wait_seconds(TWICE, "192.0.2.1")
    one, other = (
        [place for place, count in enumerate(limiter._counts["that"]) if count]
        for limiter in limiters
    )
    assert len(one) == len(other) == 3
    assert one != other


@pytest.mark.promise("P11")
def test_after_fifteen_minutes_nothing_is_left(limiter: RateLimiter, clock: Clock) -> None:
    """Also when nobody comes any more: a timer lets go of all, and never holds up the service."""
    limiter.wait_seconds(ONCE, "192.0.2.1")
    timer = limiter._forgetting
    assert timer is not None
    limiter.wait_seconds(ONCE, "192.0.2.2")
    assert limiter._forgetting is timer
    assert (timer.interval, timer.daemon, timer.is_alive()) == (MINUTES * 60, True, True)
    timer.cancel()
    timer.function()
    assert not limiter._counts
    assert limiter.wait_seconds(ONCE, "192.0.2.1") == 0
    clock.now += MINUTES * 60
    assert limiter.wait_seconds(ONCE, "192.0.2.1") == 0


def test_a_service_that_ends_leaves_no_thread_that_waits_to_forget(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with small_site(tmp_path) as site:
        site.service.rate_limiter.wait_seconds(Limit("forms", 1), "192.0.2.1")
        assert set(threading.enumerate()) - before
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(PATIENCE)
    assert [thread for thread in left if thread.is_alive()] == []


def test_it_is_as_the_register_declares() -> None:
    """The register's words for each use of a network address give the same time."""
    declared = [each for each in read_site(ROOT).register.transients if "(IP)" in each.name]
    assert len(declared) == 3
    assert {each.keep for each in declared} == {f"{MINUTES} minutes"}


def _bytes(limiter: RateLimiter) -> int:
    return sum(sys.getsizeof(counts) for counts in limiter._counts.values())
