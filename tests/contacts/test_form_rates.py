"""How often an address may send: counted in memory, under a hash, for fifteen minutes."""

from __future__ import annotations

import pytest

from analytics.web.rate_limits import MINUTES, Rate
from policy import read_site
from tests.fixtures.small_site import ROOT


def test_as_often_as_allowed_and_then_later() -> None:
    """The wait is told in whole seconds; another address goes on."""
    rate = Rate(2)
    assert [rate.wait_seconds("192.0.2.1") for _ in range(2)] == [0, 0]
    assert MINUTES * 60 - 60 < rate.wait_seconds("192.0.2.1") <= MINUTES * 60
    assert rate.wait_seconds("192.0.2.2") == 0


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
        ("unix:", "192.0.2.1", False),
    ],
)
def test_a_network_of_one_customer_counts_as_one(one: str, other: str, together: bool) -> None:
    """A customer has one IPv4 address, or as many of IPv6 as they like within a /64."""
    rate = Rate(1)
    rate.wait_seconds(one)
    assert (rate.wait_seconds(other) > 0) == together


@pytest.mark.promise("P11")
def test_no_address_is_held_in_the_clear() -> None:
    """Not in the counter; and the same address has another hash in the next process."""
    rates = Rate(1), Rate(1)
    for rate in rates:
        rate.wait_seconds("192.0.2.1")
    one, other = (set(rate._storage.storage) for rate in rates)
    assert "192.0.2.1" not in str(one)
    assert one.isdisjoint(other)


@pytest.mark.promise("P11")
def test_after_fifteen_minutes_nothing_is_left() -> None:
    """Also when nobody comes any more: a timer lets go of all, and never holds up the service."""
    rate = Rate(1)
    rate.wait_seconds("192.0.2.1")
    timer = rate._forgetting
    assert timer is not None
    rate.wait_seconds("192.0.2.2")
    assert rate._forgetting is timer
    assert (timer.interval, timer.daemon, timer.is_alive()) == (MINUTES * 60, True, True)
    timer.cancel()
    timer.function()
    storage = rate._storage
    assert not any((storage.storage, storage.expirations, storage.events, storage.locks))
    assert rate.wait_seconds("192.0.2.1") == 0


def test_it_is_as_the_register_declares() -> None:
    """The register's words for the network address give the same time."""
    register = read_site(ROOT).register
    (declared,) = (each for each in register.transients if "sends a form" in each.name)
    assert declared.keep == f"{MINUTES} minutes"
