"""The signed links that emails hold: to one contact's data, to a confirmation, and to stop.

They stand in an email, never in a cookie, so they may hold a time. The signature keeps an ID that
staff or a backup may show from being a key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

__all__ = ["HOURS", "Links", "NoSuchLink"]

HOURS = 24
CLOCK_MAY_GO_BACK_SECONDS = 3_600
"""A link that seems to come from the future was made before the clock was set right."""

HOW = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


class NoSuchLink(Exception):
    """The link was never ours, or its time is over."""


class Links:
    """Makes and reads links. `clock` returns seconds since 1970."""

    def __init__(self, keys: tuple[bytes, ...], clock: Callable[[], float]) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        self._clock = clock
        self._timed = URLSafeTimedSerializer(
            keys, salt=b"own data", signer=Signer, signer_kwargs=HOW
        )
        self._confirming = URLSafeSerializer(keys, salt=b"confirm", signer_kwargs=HOW)
        self._stopping = URLSafeSerializer(keys, salt=b"stop", signer_kwargs=HOW)

    def to_data(self, contact: str) -> str:
        """The address that shows everything about a contact, for a day."""
        return f"/own/{self._timed.dumps(contact)!s}/"

    def contact_of_data(self, token: str) -> str:
        """The ID of the contact that the link is for. Raises `NoSuchLink`."""
        try:
            contact, made = self._timed.loads(token, return_timestamp=True)
        except BadData:
            raise NoSuchLink from None
        age = int(self._clock()) - made.timestamp()
        if not -CLOCK_MAY_GO_BACK_SECONDS <= age <= HOURS * 3_600:
            raise NoSuchLink
        return str(contact)

    def to_confirm(self, ask: str) -> str:
        """The address at which an ask is answered. It ends with the ask."""
        return f"/permission/confirm/{self._confirming.dumps(ask)!s}/"

    def ask_of(self, token: str) -> str:
        """The ID of the ask that the link is for. Raises `NoSuchLink`."""
        return _read(self._confirming, token)

    def to_stop(self, contact: str) -> str:
        """The address at which all mail to a contact is stopped. It never ends."""
        return f"/permission/stop/{self._stopping.dumps(contact)!s}/"

    def contact_to_stop(self, token: str) -> str:
        """The ID of the contact that the link is for. Raises `NoSuchLink`."""
        return _read(self._stopping, token)


def _read(serializer: URLSafeSerializer, token: str) -> str:
    try:
        return str(serializer.loads(token))
    except BadData:
        raise NoSuchLink from None
