"""How often one network address may do something. Kept in memory only, and unreadable."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from ipaddress import ip_address, ip_network
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

__all__ = ["MINUTES", "Rate"]

MINUTES = 15
"""As the register declares it: after this, nothing is left of an address."""


class Rate:
    """At most `most` in 15 minutes for each address.

    The moving window of `limits` is not used: it never lets go of the key of an address.
    """

    def __init__(self, most: int) -> None:
        self._item = RateLimitItemPerMinute(most, MINUTES)
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)
        self._key = secrets.token_bytes(32)
        self._forgetting: threading.Timer | None = None

    def wait_seconds(self, address: str) -> int:
        """Count an attempt: 0 if it may go on, else the seconds until the next one may."""
        self._forget_later()
        key = self._hash(address)
        if self._limiter.hit(self._item, key):
            return 0
        opens_at = self._limiter.get_window_stats(self._item, key).reset_time
        return max(1, ceil(opens_at - time.time()))

    def forget(self) -> None:
        """Let go of every address."""
        self._storage.reset()

    def _forget_later(self) -> None:
        # `limits` lets go of an address when another one comes, which may be days later.
        if self._forgetting is None or not self._forgetting.is_alive():
            self._forgetting = threading.Timer(MINUTES * 60, self.forget)
            self._forgetting.daemon = True
            self._forgetting.start()

    def _hash(self, address: str) -> str:
        network = _network(address).encode()
        return hashlib.blake2b(network, key=self._key, digest_size=16).hexdigest()


def _network(address: str) -> str:
    """What one customer is given: an IPv4 address, or the 2^64 addresses of an IPv6 network."""
    try:
        version = ip_address(address).version
    except ValueError:
        return address  # A server behind a socket has no address to tell.
    return str(ip_network(f"{address}/64", strict=False)) if version == 6 else address
