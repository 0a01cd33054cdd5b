"""The address of a whole site: its origin, as browsers and the security headers write it."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

__all__ = ["OriginAddress"]

HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.netloc if port is None else parts.netloc.removesuffix(f":{port}")
    if url != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in ("https", "http"):
        raise ValueError('write the address without a path, as "https://www.example.org"')
    if not HOST.fullmatch(host):
        raise ValueError(_as_browsers_write(host))
    return url


def _as_browsers_write(host: str) -> str:
    """A hint: letters outside ASCII are written in another way in headers (RFC 3490)."""
    try:
        written = host.encode("idna").decode("ascii")
    except UnicodeError:
        written = ""
    if not HOST.fullmatch(written):
        return 'write the address without a path, as "https://www.example.org"'
    return f'write the name as browsers send it: "{written}"'


OriginAddress = Annotated[str, AfterValidator(_origin)]
"""`https://www.example.org`: scheme, host and perhaps a port, and nothing that would end a value of
the Content-Security-Policy (RFC 6454; Content Security Policy Level 3, section 2.3.1)."""
