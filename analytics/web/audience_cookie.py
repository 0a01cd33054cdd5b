"""The audience that a request's cookie names. Only a form sets it (contacts/audience.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.web.cookies import BadCookie, CookieWriter

__all__ = ["audience_of", "read_audience"]


def audience_of(cookies: CookieWriter, environ: Mapping[str, Any]) -> str:
    """The audience of a WSGI request; "" for none that is valid."""
    return read_audience(cookies, environ)[0]


def read_audience(cookies: CookieWriter, environ: Mapping[str, Any]) -> tuple[str, bool]:
    """The same, and whether there is a cookie that is not valid, for the browser to forget."""
    raw = cookies.raw(environ, "audience")
    if raw is None:
        return "", False
    try:
        return str(cookies.decode("audience", raw)["audience"]), False
    except BadCookie:
        return "", True
