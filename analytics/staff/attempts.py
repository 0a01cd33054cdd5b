"""How often one may try to sign in. Kept in memory, by keyed hashes, for fifteen minutes."""

import hashlib
import time
from dataclasses import dataclass, field
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from analytics.staff.accounts import same_name

__all__ = ["Attempts"]

# An account's limit stops guessing its password from many addresses; an address's limit, wider
# because a school shares one, stops trying many accounts.
PER_ACCOUNT = RateLimitItemPerMinute(10, 15, namespace="account")
PER_ADDRESS = RateLimitItemPerMinute(40, 15, namespace="address")


@dataclass(frozen=True)
class Attempts:
    """Counts attempts under hashes made with `secret`, so that no address is held in the clear."""

    secret: bytes
    limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )

    def wait_seconds(self, username: str, address: str) -> int:
        """Count an attempt; 0 if it may be made, else the seconds until the next one may.

        The address comes first, so that one that is stopped cannot use up an account's attempts.
        """
        for limit, what in ((PER_ADDRESS, address), (PER_ACCOUNT, same_name(username))):
            key = self._hash(what)
            if not self.limiter.hit(limit, key):
                opens_at = self.limiter.get_window_stats(limit, key).reset_time
                return max(1, ceil(opens_at - time.time()))
        return 0

    def succeeded(self, username: str) -> None:
        """Somebody knew the password: earlier slips of theirs no longer count."""
        self.limiter.clear(PER_ACCOUNT, self._hash(same_name(username)))

    def _hash(self, what: str) -> str:
        return hashlib.blake2b(what.encode(), key=self.secret[:64], digest_size=16).hexdigest()
