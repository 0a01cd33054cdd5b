"""How often one may try to sign in, and how many passwords are checked at once.

Wrong passwords are counted for each network, and for each account over all networks together. Who
has signed in to an account from a network before has a count of their own there, so that nobody
elsewhere can keep them out by guessing. Such networks are remembered as keyed hashes, in memory.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from analytics.staff.accounts import same_name
from analytics.web.rate_limits import SIGN_IN, Limit, RateLimiter, network_of

__all__ = ["KNOWN_DAYS", "Attempt", "Busy", "SignInLimits"]

# Fewer than the hundred in a row that NIST SP 800-63B (3.2.2) allows before it asks for more.
ACCOUNT = Limit("sign-in to an account", 10)
KNOWN = Limit("sign-in to an account from a network that is known", 10)

KNOWN_DAYS = 30
MOST_KNOWN = 10_000

AT_ONCE, MOST_WAITING = 1, 4
"""Argon2id takes 64 MiB and four threads for each password (RFC 9106, section 4)."""


class Busy(Exception):
    """As many passwords as may be are being checked, and more wait."""


class Attempt:
    """One attempt to sign in. `wait_seconds` is 0 where it may be made."""

    def __init__(self, limits: SignInLimits, counted: list[tuple[Limit, str]], wait: int) -> None:
        self.wait_seconds = wait
        self._limits = limits
        self._counted = counted

    def succeeded(self, username: str, address: str) -> None:
        """The password was right: the attempt does not count, and the network is known now."""
        self._limits.remember(username, address)
        for limit, who in self._counted:
            self._limits.limiter.give_back(limit, who)


class SignInLimits:
    """Counts attempts with the service's limiter, and remembers where who has signed in.

    `clock` gives seconds that only grow.
    """

    def __init__(self, limiter: RateLimiter, clock: Callable[[], float] = time.monotonic) -> None:
        self.limiter = limiter
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()
        # Those who are known have a gate of their own: a crowd of others cannot stand in it.
        self._gates = {known: _Gate(AT_ONCE, MOST_WAITING) for known in (True, False)}

    def attempt(self, username: str, address: str) -> Attempt:
        """Count an attempt, before the password is looked at."""
        account = same_name(username)
        if self.knows(username, address):
            wanted = [(KNOWN, f"{account}\0{network_of(address)}")]
        else:
            # The network comes first: one that is stopped cannot use up an account's attempts.
            wanted = [(SIGN_IN, address), (ACCOUNT, account)]
        counted: list[tuple[Limit, str]] = []
        for limit, who in wanted:
            wait = self.limiter.wait_seconds(limit, who)
            if wait:
                return Attempt(self, counted, wait)
            counted.append((limit, who))
        return Attempt(self, counted, 0)

    def knows(self, username: str, address: str) -> bool:
        """Whether somebody signed in to the account from this network in the last weeks."""
        with self._lock:
            ends = self._known.get(self._pair(username, address), 0.0)
        return self._clock() < ends

    def remember(self, username: str, address: str) -> None:
        """Somebody knew the account's password, in this network."""
        pair = self._pair(username, address)
        with self._lock:
            now = self._clock()
            self._known[pair] = now + KNOWN_DAYS * 86_400
            self._known.move_to_end(pair)
            # Oldest first: what is over goes, and where there are too many, what is nearly over.
            for other, ends in list(self._known.items()):
                if ends > now and len(self._known) <= MOST_KNOWN:
                    break
                del self._known[other]

    @contextmanager
    def hashing(self, username: str, address: str) -> Iterator[None]:
        """While a password is checked. Raises Busy where one would have to wait for long."""
        with self._gates[self.knows(username, address)].passed():
            yield

    def _pair(self, username: str, address: str) -> bytes:
        data = f"{same_name(username)}\0{network_of(address)}".encode("utf-8", "surrogateescape")
        return hashlib.blake2b(data, key=self._secret, digest_size=16).digest()


class _Gate:
    """Lets `at_once` through, has `most_waiting` wait, and sends all others away."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._places = BoundedSemaphore(at_once + most_waiting)
        self._running = BoundedSemaphore(at_once)

    @contextmanager
    def passed(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with self._running:
                yield
        finally:
            self._places.release()
