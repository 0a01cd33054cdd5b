"""The only writer of cookies: what the register does not declare cannot be set.

A visitor's cookie reads as what it holds, `version=1&seen=412&…`, followed by a signature. It is
signed with a plain `itsdangerous.Signer`, never a timed one: a timestamp is nearly an identifier.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote, unquote

from itsdangerous import BadSignature, Signer
from werkzeug.http import dump_cookie
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Response

from analytics.web.clock import STEP_SECONDS
from policy.register import Cookie, Part, Register
from policy.values import Named, allows

Value = str | int
DAY_SECONDS = 86_400

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
    `clock` gives seconds since 1970: a cookie that is taken for some days only is signed with a key
    of its day, derived from ours. Whatever reads or writes one may raise UnusableClock.
    """

    def __init__(
        self,
        register: Register,
        keys: tuple[bytes, ...],
        named: Named,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._register = register
        self._named = named
        self._clock = clock
        self._signer = lru_cache(maxsize=16)(partial(_signer, keys))

    def encode(self, name: str, values: Mapping[str, Value], day: int | None = None) -> str:
        """The cookie's value, signed with the key of `day` (today) where that is what it has.

        Raises `ValueError` where the register does not allow it.
        """
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
        if cookie.valid_days is None:
            return self._signer(name, None).sign(text).decode("ascii")
        signed_on = self._days(cookie)[0] if day is None else day
        return self._signer(name, signed_on).sign(text).decode("ascii")

    def decode(self, name: str, raw: str) -> dict[str, Value]:
        """What a cookie's value holds.

        Raises `ForgedCookie`, `OutdatedCookie` or `StrangeCookie`.
        """
        return self.decode_dated(name, raw)[1]

    def decode_dated(self, name: str, raw: str) -> tuple[int, dict[str, Value]]:
        """The day since 1970 (UTC) whose key signed a cookie, 0 where it has none; what it holds.

        Raises as `decode`.
        """
        cookie = self._register.cookie(name)
        if not cookie.signed:
            if not self._allowed(cookie.parts[0], raw):
                raise StrangeCookie(name)
            return 0, {cookie.parts[0].name: raw}
        day, text = self._unsigned(cookie, raw)
        pairs = [pair.partition("=") for pair in text.split("&")]
        values = {key: unquote(value) for key, _, value in pairs}
        version = values.get("version", "")
        if version != str(self._register.version):
            raise OutdatedCookie(name, version)
        return day, _typed(cookie, values, self._allowed)

    def _unsigned(self, cookie: Cookie, raw: str) -> tuple[int, str]:
        value = raw.encode("utf-8", "replace")
        for day in self._days(cookie) if cookie.valid_days else (None,):
            with suppress(BadSignature, UnicodeDecodeError):
                return day or 0, self._signer(cookie.name, day).unsign(value).decode("ascii")
        raise ForgedCookie(cookie.name)

    def _days(self, cookie: Cookie) -> tuple[int, ...]:
        """The days whose keys are taken: today's first, then those before it; and tomorrow's in the
        last minutes of today, since the clocks of two machines differ a little."""
        now = self._clock()
        today, soon = int(now // DAY_SECONDS), int((now + STEP_SECONDS) // DAY_SECONDS)
        earlier = range(today, today - (cookie.valid_days or 1), -1)
        return (*earlier, *([soon] if soon != today else []))

    def _allowed(self, part: Part, value: str) -> bool:
        return allows(part, value, self._register.version, self._named)

    def write(
        self,
        response: Response,
        name: str,
        values: Mapping[str, Value],
        day: int | None = None,
    ) -> None:
        """Set the cookie on `response`, with exactly the attributes that the register declares;
        `day` as for `encode`."""
        cookie = self._register.cookie(name)
        # Max-Age alone: an Expires beside it would count by the visitor's clock (RFC 6265, 5.3).
        header = dump_cookie(
            cookie.cookie,
            self.encode(name, values, day),
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


def _signer(keys: tuple[bytes, ...], name: str, day: int | None) -> Signer:
    salt = f"plainsite {name}" if day is None else f"plainsite {name} on day {day}"
    return Signer(keys, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)


def _typed(
    cookie: Cookie, values: dict[str, str], allowed: Callable[[Part, str], bool]
) -> dict[str, Value]:
    if list(values) != [part.name for part in cookie.parts] or not all(
        allowed(part, values[part.name]) for part in cookie.parts
    ):
        raise StrangeCookie(cookie.name)
    numbers = {part.name for part in cookie.parts if part.kind in ("number", "version")}
    return {key: int(value) if key in numbers else value for key, value in values.items()}
