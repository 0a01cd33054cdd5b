"""How often one network may do something: one limiter for forms, sign-in, personal data, visits.

So are the emails limited that one mailbox gets because somebody typed its address.

It keeps no addresses. A network, or a mailbox, is hashed under a key of this process to a few
places of a table of counts, which many share (a count-min sketch: Cormode and Muthukrishnan, 2005,
https://doi.org/10.1016/j.jalgor.2003.12.001). So its memory is the same however many ask, and
nothing in it tells who asked. All counts go back to nought together, fifteen minutes after the
first of them.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from math import ceil

__all__ = [
    "CONSENTS",
    "FIGURES",
    "FORMS",
    "MINUTES",
    "PERSONAL_DATA",
    "SIGN_IN",
    "UNKNOWN_LINKS",
    "UNKNOWN_TOKENS",
    "VISITS",
    "WITHDRAWALS",
    "Limit",
    "RateLimiter",
]
__all__ += ["MAILBOX", "network_of"]

MINUTES = 15
"""As the register declares it: after this, nothing is left of an address."""

ROWS, PLACES = 3, 1 << 16
"""With 40,000 networks at once, one network in about ten shares all its places with others."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in fifteen minutes, of what `name` stands for."""

    name: str
    most: int


# A school's office, or a whole district, shares one address: generous to people, mean to programs.
FORMS = Limit("forms", 20)
PERSONAL_DATA = Limit("personal data", 10)
MAILBOX = Limit("mailbox", 3)
"""Mail that anybody can have sent to an address which they type, whatever network they ask from."""
SIGN_IN = Limit("sign-in", 40)
VISITS = Limit("visits", 20_000)
CONSENTS = Limit("consents", 1_000)
"""Visits that begin, each of which rests on a consent: a thousand people behind one address."""
FIGURES = Limit("figures", 600)
"""What a program reads with one token."""
UNKNOWN_TOKENS = Limit("unknown tokens", 40)
UNKNOWN_LINKS = Limit("unknown links", 40)


WITHDRAWALS = Limit("withdrawals", 100)
"""Withdrawals that are counted. Cookies are deleted however often somebody asks."""


class RateLimiter:
    """Counts attempts. Safe for threads; `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._counts: dict[str, array[int]] = {}
        self._ends = 0.0
        self._forgetting: threading.Timer | None = None

    def wait_seconds(self, limit: Limit, who: str) -> int:
        """Count an attempt: 0 if it may go on, else the seconds until the next one may.

        An attempt that may not go on is not counted.
        """
        with self._lock:
            left = self._seconds_left()
            counts = self._counts.get(limit.name)
            if counts is None:  # A megabyte: too much to make it for each hit.
                counts = self._counts[limit.name] = array("I", bytes(4 * ROWS * PLACES))
            places = self._places(limit, who)
            if min(counts[place] for place in places) >= limit.most:
                return max(1, ceil(left))
            for place in places:
                counts[place] += 1
            return 0

    def give_back(self, limit: Limit, who: str) -> None:
        """An attempt that was counted does not count after all."""
        with self._lock:
            counts = self._counts.get(limit.name)
            if counts is not None:
                for place in self._places(limit, who):
                    counts[place] = max(0, counts[place] - 1)

    def forget(self) -> None:
        """All counts are nought again, under another key."""
        with self._lock:
            self._counts.clear()
            self._key = secrets.token_bytes(32)
            self._ends = 0.0

    def close(self) -> None:
        """Nobody asks any more: all is forgotten at once, and nothing waits to do so."""
        with self._lock:
            if self._forgetting is not None:
                self._forgetting.cancel()
        self.forget()

    def _seconds_left(self) -> float:
        now = self._clock()
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + MINUTES * 60
            # Also when nobody comes any more.
            if self._forgetting is not None:
                self._forgetting.cancel()
            self._forgetting = threading.Timer(MINUTES * 60, self.forget)
            self._forgetting.daemon = True
            self._forgetting.start()
        return self._ends - now

    def _places(self, limit: Limit, who: str) -> list[int]:
        data = f"{limit.name}\0{network_of(who)}".encode("utf-8", "surrogateescape")
        digest = hashlib.blake2b(data, key=self._key, digest_size=2 * ROWS).digest()
        return [row * PLACES + int.from_bytes(digest[2 * row : 2 * row + 2]) for row in range(ROWS)]


def network_of(address: str) -> str:
    """What one customer is given: an IPv4 address, or the 2^64 addresses of an IPv6 network."""
    try:
        found = ip_address(address)
    except ValueError:
        return address  # A server behind a socket has no address to tell.
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network(f"{found.compressed.partition('%')[0]}/64", strict=False))
