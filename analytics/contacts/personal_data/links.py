"""The signed link that leads to one contact's data for a day, and for nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

__all__ = ["Links", "NoSuchLink"]

HOURS = 24


class NoSuchLink(Exception):
    """The link was never ours, or its time is over."""


class Links:
    """Makes and reads links. It stands in an email, never in a cookie, so it may hold a time."""

    def __init__(self, secret: bytes, clock: Callable[[], float]) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        self._serializer = URLSafeTimedSerializer(
            secret,
            salt=b"own data",
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def make(self, contact: str) -> str:
        """The end of the link's address."""
        return str(self._serializer.dumps(contact))

    def read(self, token: str) -> str:
        """The ID of the contact that the link is for. Raises `NoSuchLink`."""
        try:
            return str(self._serializer.loads(token, max_age=HOURS * 3_600))
        except BadData:
            raise NoSuchLink from None
