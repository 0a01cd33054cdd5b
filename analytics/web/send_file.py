"""Sending one built file: encodings, conditional requests and ranges (RFC 9110).

werkzeug does the conditions and the ranges. WhiteNoise, which is quicker, is not used here: it
compares If-None-Match with one tag only, gives every encoding the same strong tag, takes
"gzip;q=0" for a yes, and answers 416 to a request for a single byte.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from werkzeug.datastructures import Accept
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_accept_header, parse_range_header
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from policy.manifest import File, Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["PERSONAL", "REVALIDATED", "fresh", "send"]

PREFERRED = ("br", "gzip")
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"
PERSONAL = "private, no-cache"
FRESH_SECONDS = 300
"""A page that was corrected is seen after so many at last, in whatever cache."""


def send(
    opened: Callable[[Stored], IO[bytes]],
    file: File,
    environ: WSGIEnvironment,
    *,
    caching: str = REVALIDATED,
    status: int = 200,
) -> Response:
    """The answer to GET or HEAD. `caching` says what caches may do with a file whose address stays
    when its bytes change: `PERSONAL` where another cookie would get another file.

    Raises what `opened` raises, which opens what is sent.
    """
    encoding = _encoding(file, environ)
    stored = file.encodings[encoding] if encoding else file.plain
    response = Response(status=status, content_type=file.type, direct_passthrough=True)
    headers = response.headers
    headers["Cache-Control"] = IMMUTABLE if file.immutable else caching
    if varying := _varying(file, caching):
        headers["Vary"] = varying
    if encoding:
        headers["Content-Encoding"] = encoding
    if status == 200:
        # A strong tag stands for the very bytes, so each encoding has its own.
        response.set_etag(f"{file.etag}-{encoding}" if encoding else file.etag)
        headers["Accept-Ranges"] = "bytes"
        response.make_conditional(environ)
    if response.status_code in (200, 404):
        headers["Content-Length"] = str(stored.size)
        if environ["REQUEST_METHOD"] != "HEAD":  # a POST to nowhere gets the page too
            body = opened(stored)
            # The file's own, should somebody have written to public/ by hand.
            size = os.fstat(body.fileno()).st_size
            headers["Content-Length"] = str(size)
            response.response = wrap_file(environ, body)
            return _narrowed(response, environ, size)
    return response


def _narrowed(response: Response, environ: WSGIEnvironment, size: int) -> Response:
    """The part that was asked for. A range that is not understood may be ignored, and is."""
    asked = parse_range_header(environ.get("HTTP_RANGE"))
    if response.status_code != 200 or asked is None:
        return response
    if asked.units != "bytes" or len(asked.ranges) > 1:
        return response
    try:
        return response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable as error:
        response.close()
        return Response(status=416, headers=error.get_headers(environ))


def fresh(seconds: int) -> str:
    """What caches may do with a page that everybody gets for so long. It tells no fine time: at its
    very end they ask each time."""
    return f"public, max-age={FRESH_SECONDS}" if seconds >= FRESH_SECONDS else REVALIDATED


def _varying(file: File, caching: str) -> str:
    names = {"Cookie": caching == PERSONAL, "Accept-Encoding": bool(file.encodings)}
    return ", ".join(name for name, varies in names.items() if varies)


def _encoding(file: File, environ: WSGIEnvironment) -> str:
    """The first preferred encoding of those that the browser likes best; "" for none."""
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"), Accept)
    offered = [name for name in PREFERRED if name in file.encodings]
    best = max(offered, key=accepted.quality, default="")
    return best if best and accepted.quality(best) > 0 else ""
