"""Passwords, kept as Argon2id hashes with argon2-cffi's present default parameters (RFC 9106)."""

import base64
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

__all__ = ["HASHER", "LEAST_CHARACTERS", "hash_password", "is_outdated", "is_right"]

LEAST_CHARACTERS = 12

HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """An encoded hash with its own salt and parameters."""
    return HASHER.hash(_same_on_every_keyboard(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether the password made the hash. Without a hash (None) it takes as long to say no."""
    try:
        return HASHER.verify(stored or _hash_of_nothing(), _same_on_every_keyboard(password))
    except VerifyMismatchError:
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than a new one would be."""
    return HASHER.check_needs_rehash(stored)


def _same_on_every_keyboard(password: str) -> str:
    # NIST SP 800-63B, 3.1.1.2: the same characters may be typed as different code points.
    return unicodedata.normalize("NFKC", password)


def _hash_of_nothing() -> str:
    """A hash that no password has, which costs as much to verify as a real one."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (HASHER.salt_len, HASHER.hash_len)
    )
    costs = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"
