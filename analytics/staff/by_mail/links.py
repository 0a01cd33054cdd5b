"""The links in mail to staff: one that confirms an address, and one that ends all mail to it."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from itsdangerous import BadData, URLSafeSerializer

__all__ = ["PREFIX", "MailLinks"]

PREFIX = "/staff/by-mail"


class MailLinks:
    """Makes both, and reads the one that ends mail: it is signed, and never ends, so that any mail
    can be ended, however old."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._stopping = URLSafeSerializer(keys, salt=b"stop figures", signer_kwargs=how)

    @staticmethod
    def to_confirm(secret: str) -> str:
        """The path at which an address is confirmed."""
        return f"{PREFIX}/confirm/{quote(secret, safe='')}/"

    def to_stop(self, address: str) -> str:
        """The path at which mail to the address with that ID is ended."""
        return f"{PREFIX}/stop/{self._stopping.dumps(address)!s}/"

    def to_be_stopped(self, token: str) -> str | None:
        """The ID in such a link; None where it is not ours."""
        try:
            return str(self._stopping.loads(token))
        except BadData:
            return None
