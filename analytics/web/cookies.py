"""The only writer of cookies: what the register does not declare cannot be set.

A visitor's cookie reads as what it holds, `version=1&seen=412&…`, followed by a signature. It is
signed with a plain `itsdangerous.Signer`, never a timed one: a timestamp is nearly an identifier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from itsdangerous import BadSignature, Signer
from werkzeug.http import dump_cookie
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Response

from policy.register import Cookie, Part, Register
from policy.values import Named, allows

Value = str | int

_SAFE = "/-._~!$'()*+:@"
"""What may stand unescaped in a value (RFC 6265, section 4.1.1) and is not our own `=` or `&`."""


class BadCookie(Exception):
    """A cookie that cannot be used. `cookie` is our name for it; its value stays out of this."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        super().__init__(cookie)


class ForgedCookie(BadCookie):
    """None of our keys signed it."""


class OutdatedCookie(BadCookie):
    """We signed it, under another version of the register."""

    def __init__(self, cookie: str, version: str) -> None:
        super().__init__(cookie)
        self.version = version


class StrangeCookie(BadCookie):
    """It has not the parts that the register declares, or a part has a value that it cannot have:
    a page or a source that is gone since, for instance."""


class CookieWriter:
    """Writes, reads and deletes the cookies of one register.

    `named` is what the parts may hold that name something: pages, sections, sources, audiences.
    """

    def __init__(self, register: Register, keys: tuple[bytes, ...], named: Named) -> None:
        self._register = register
        self._named = named
        self._signers = {
            cookie.name: Signer(
                keys,
                salt=f"plainsite {cookie.name}",
                key_derivation="hmac",
                digest_method=hashlib.sha256,
            )
            for cookie in register.cookies
            if cookie.signed
        }

    def encode(self, name: str, values: Mapping[str, Value]) -> str:
        """The cookie's value. Raises `ValueError` where the register does not allow it."""
        cookie = self._register.cookie(name)
        names = [part.name for part in cookie.parts]
        if list(values) != names:
            raise ValueError(f'cookie "{name}" holds {names}, not {list(values)}')
        for part in cookie.parts:
            if not self._allowed(part, str(values[part.name])):
                raise ValueError(f'cookie "{name}": {part.name} cannot be {values[part.name]!r}')
        if not cookie.signed:
            return str(values[names[0]])
        text = "&".join(f"{key}={quote(str(value), safe=_SAFE)}" for key, value in values.items())
        return self._signers[name].sign(text).decode("ascii")

    def decode(self, name: str, raw: str) -> dict[str, Value]:
        """What a cookie's value holds.

        Raises `ForgedCookie`, `OutdatedCookie` or `StrangeCookie`.
        """
        cookie = self._register.cookie(name)
        if not cookie.signed:
            if not self._allowed(cookie.parts[0], raw):
                raise StrangeCookie(name)
            return {cookie.parts[0].name: raw}
        try:
            text = self._signers[name].unsign(raw.encode("utf-8", "replace")).decode("ascii")
        except (BadSignature, UnicodeDecodeError):
            raise ForgedCookie(name) from None
        pairs = [pair.partition("=") for pair in text.split("&")]
        values = {key: unquote(value) for key, _, value in pairs}
        version = values.get("version", "")
        if version != str(self._register.version):
            raise OutdatedCookie(name, version)
        return _typed(cookie, values, self._allowed)

    def _allowed(self, part: Part, value: str) -> bool:
        return allows(part, value, self._register.version, self._named)

    def write(self, response: Response, name: str, values: Mapping[str, Value]) -> None:
        """Set the cookie on `response`, with exactly the attributes that the register declares."""
        cookie = self._register.cookie(name)
        # Max-Age alone: an Expires beside it would count by the visitor's clock (RFC 6265, 5.3).
        header = dump_cookie(
            cookie.cookie,
            self.encode(name, values),
            max_age=cookie.lifetime_seconds,
            path=cookie.path,
            secure=True,
            httponly=True,
            samesite=cookie.same_site,
            sync_expires=False,
        )
        response.headers.add("Set-Cookie", header)

    def delete(self, response: Response, name: str) -> None:
        """Have the browser forget the cookie."""
        cookie = self._register.cookie(name)
        response.delete_cookie(
            cookie.cookie,
            path=cookie.path,
            secure=True,
            httponly=True,
            samesite=cookie.same_site,
        )

    def raw(self, environ: Mapping[str, Any], name: str) -> str | None:
        """The value that a WSGI request carries, undecoded; None where there is no such cookie."""
        if not any(cookie.name == name for cookie in self._register.cookies):
            return None  # The feature that it belongs to is off.
        # The others in the header are not ours, and need not be UTF-8.
        header = environ.get("HTTP_COOKIE", "")
        name = self._register.cookie(name).cookie
        # A value too broken to parse is still a cookie, and not one of ours.
        return parse_cookie(header).get(name, "" if f"{name}=" in header else None)


def _typed(
    cookie: Cookie, values: dict[str, str], allowed: Callable[[Part, str], bool]
) -> dict[str, Value]:
    if list(values) != [part.name for part in cookie.parts] or not all(
        allowed(part, values[part.name]) for part in cookie.parts
    ):
        raise StrangeCookie(cookie.name)
    numbers = {part.name for part in cookie.parts if part.kind in ("number", "version")}
    return {key: int(value) if key in numbers else value for key, value in values.items()}
