"""What reaches the application is well formed, whatever was sent.

Servers and proxies hand on what they do not understand. Here it is made plain or turned away, so
that nothing behind has to expect it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import abort, request
from werkzeug.exceptions import BadRequest, NotImplemented

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["WellFormed", "only_texts"]

SCHEMES = ("http", "https")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A name, an IPv4 or an IPv6 address, and a port (RFC 9110, section 7.2)."""

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""What not every database keeps in a text: NUL, and half of a pair (Unicode, section 3.8)."""

PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class WellFormed:
    """WSGI middleware: answers 400 to a host that is none, and 501 to a method that nobody knows.

    Of a query, bytes that may not stand there are percent-encoded (RFC 3986, section 3.4); a scheme
    that a proxy made up is taken for "http".
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("wsgi.url_scheme") not in SCHEMES:
            environ["wsgi.url_scheme"] = "http"
        if not HOST.fullmatch(environ.get("HTTP_HOST", "localhost")):
            return BadRequest("The Host header names no host.")(environ, start_response)
        if environ["REQUEST_METHOD"] not in METHODS:
            return NotImplemented("No address here knows that method.")(environ, start_response)
        query = environ.get("QUERY_STRING", "")
        if not (query.isascii() and query.isprintable()):
            environ["QUERY_STRING"] = quote(query, safe=PRINTABLE, encoding="latin-1")
        return self._app(environ, start_response)


def only_texts() -> None:
    """Before a request: answer 400 where a value of its address, query or form is no text that
    every database can look for."""
    if any(map(NO_TEXT.search, _values())):
        abort(400)


def _values() -> Iterator[str]:
    for name, values in (*request.args.lists(), *request.form.lists()):
        yield from (name, *values)
    yield from map(str, (request.view_args or {}).values())
