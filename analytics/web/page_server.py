"""The built site, by address: which file answers, for which audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from analytics.web.audience_cookie import read_audience
from analytics.web.cookies import CookieWriter
from analytics.web.send_file import PERSONAL, fresh
from analytics.web.static_files import NOT_FOUND, Pages, address_asked, not_found_address
from policy.manifest import Build
from policy.redirects import as_target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["CHOSEN", "PageServer"]

CHOSEN = "plainsite.variant"
"""In a WSGI environment: the variant that whoever previews the site has chosen. No header of a
request is called so."""

FETCHES = ("GET", "HEAD")
REDIRECT = 308
"""Permanent, and the method stays (RFC 9110, section 15.4.9)."""


class PageServer:
    """WSGI middleware: answers for every address in the build, and leaves the rest to `app`.

    An address is only ever looked up among the keys of the build. It is never made into a path,
    so there is nothing to traverse. Without `cookies`, every page is that for everyone.
    """

    def __init__(self, app: WSGIApplication, pages: Pages, cookies: CookieWriter | None) -> None:
        self._app = app
        self._pages = pages
        self._cookies = cookies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            found = self._pages.answer(lambda build: self._found(build, environ))
        except FileNotFoundError:
            found = None  # Somebody removed it from public/, which is the generator's alone.
        answer = found or self._app
        return answer(environ, start_response)

    def _found(self, build: Build, environ: WSGIEnvironment) -> WSGIApplication | None:
        address = address_asked(environ)
        is_not_found = address.endswith(NOT_FOUND) and address == not_found_address(build, address)
        if address not in build.files or is_not_found:
            target = _moved(build, address, environ.get("QUERY_STRING", ""))
            if target is None and _is_gone(build, address):
                return self._gone(address, build, environ)
            return _redirect(target) if target else None
        if environ["REQUEST_METHOD"] not in FETCHES:
            return MethodNotAllowed(FETCHES)
        return self._page(address, build, environ)

    def _gone(self, address: str, build: Build, environ: WSGIEnvironment) -> Response | None:
        is_fetched = environ["REQUEST_METHOD"] in FETCHES
        return self._pages.gone(build, address, environ) if is_fetched else None

    def _page(self, address: str, build: Build, environ: WSGIEnvironment) -> Response:
        if address not in build.variants:
            return self._pages.send(build, build.files[address], environ)
        variant, left = self._pages.variant(build, address)
        if chosen := environ.get(CHOSEN):
            variant = build.variant(address, chosen)
        if not build.is_personal(address):
            file = build.file(address, "", variant)
            return self._pages.send(build, file, environ, caching=fresh(left))
        audience, bad = read_audience(self._cookies, environ) if self._cookies else ("", False)
        file = build.file(address, audience, variant)
        response = self._pages.send(build, file, environ, caching=PERSONAL)
        if bad and self._cookies:
            self._cookies.delete(response, "audience")
        return response


def _is_gone(build: Build, address: str) -> bool:
    """Whether a page was there, with its last slash or without, and is over."""
    return address in build.gone or f"{address}/" in build.gone


def _moved(build: Build, address: str, query: str) -> str | None:
    """Where an old address leads now, with its last slash or without, encoded and with the query;
    one that was part of the old address is gone with it."""
    moved = build.redirects
    if query and moved and (target := moved.get(f"{address}?{query}")):
        return as_target(target)
    other = address[:-1] if address.endswith("/") else f"{address}/"
    target = moved.get(address) or moved.get(other)
    if target is None and not address.endswith("/") and other in build.files:
        target = other
    return as_target(target, query) if target else None


def _redirect(target: str) -> Response:
    response = redirect(target, REDIRECT)
    response.headers["Cache-Control"] = "no-cache"
    return response
