"""How often one network address may do something. Kept in memory only, and unreadable."""

from __future__ import annotations

import hashlib
import secrets

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

__all__ = ["Rate"]

MINUTES = 15
"""As the register declares it: after this, nothing is left of an address."""


class Rate:
    """At most `most` in 15 minutes for each address."""

    def __init__(self, most: int) -> None:
        self._item = RateLimitItemPerMinute(most, MINUTES)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._key = secrets.token_bytes(32)

    def allows(self, address: str) -> bool:
        """Whether the address may go on; counts this attempt."""
        keyed = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).hexdigest()
        return self._limiter.hit(self._item, keyed)
