"""The built site, by address: which file answers, for which audience."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from analytics.web.cookies import BadCookie, CookieWriter
from analytics.web.send_file import send
from policy.manifest import Build, File, read_build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["NOT_FOUND", "PageServer", "Pages"]

NOT_FOUND = "/404.html"
FETCHES = ("GET", "HEAD")
REDIRECT = 308
"""Permanent, and the method stays (RFC 9110, section 15.4.9)."""


class Pages:
    """What is in `public/`. The build is swapped whole, so that no request sees half of two.

    Raises NotBuilt, Damaged or OtherForm (`policy.manifest`).
    """

    def __init__(self, public: Path) -> None:
        self._public = public
        self.build: Build = read_build(public)

    def reload(self) -> None:
        """Serve the build that is in `public/` now."""
        self.build = read_build(self._public)

    def __contains__(self, permalink: object) -> bool:
        return permalink in self.build.pages

    def text(self, permalink: str, audience: str = "") -> str:
        """The HTML of a page, as an audience sees it, for one that must be redrawn.

        Raises KeyError.
        """
        build = self.build
        file = build.file(permalink, audience)
        return (self._public / file.path).read_text(encoding="utf-8")

    def send(self, file: File, environ: WSGIEnvironment, *, personal: bool = False) -> Response:
        """An answer to GET or HEAD. Raises FileNotFoundError when a newer build removed it."""
        return send(self._public, file, environ, personal=personal)

    def not_found(self, environ: WSGIEnvironment) -> Response:
        """The page that says that there is no such page."""
        return send(self._public, self.build.files[NOT_FOUND], environ, status=404)


class PageServer:
    """WSGI middleware: answers for every address in the build, and leaves the rest to `app`.

    An address is only ever looked up among the keys of the build. It is never made into a path,
    so there is nothing to traverse.
    """

    def __init__(self, app: WSGIApplication, pages: Pages, cookies: CookieWriter) -> None:
        self._app = app
        self._pages = pages
        self._cookies = cookies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ) or self._app
        return answer(environ, start_response)

    def _answer(self, environ: WSGIEnvironment) -> WSGIApplication | None:
        # PEP 3333: the path is decoded from its percent-encoding, then from bytes as Latin-1.
        address = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        build = self._pages.build
        target = build.redirects.get(address) or build.redirects.get(f"{address}/")
        if target is None and f"{address}/" in build.files:
            target = f"{address}/"
        if address not in build.files or address == NOT_FOUND:
            return _redirect(target, environ) if target else None
        if environ["REQUEST_METHOD"] not in FETCHES:
            return MethodNotAllowed(FETCHES)
        try:
            return self._page(address, build, environ)
        except FileNotFoundError:
            return None  # A newer build has removed it; reload() is on its way.

    def _page(self, address: str, build: Build, environ: WSGIEnvironment) -> Response:
        if address not in build.variants:
            return self._pages.send(build.files[address], environ)
        audience, bad = self._audience(environ)
        file = build.file(address, audience)
        response = self._pages.send(file, environ, personal=True)
        if bad:
            self._cookies.delete(response, "audience")
        return response

    def _audience(self, environ: WSGIEnvironment) -> tuple[str, bool]:
        raw = self._cookies.raw(environ, "audience")
        if raw is None:
            return "", False
        try:
            return str(self._cookies.decode("audience", raw)["audience"]), False
        except BadCookie:
            return "", True


def _redirect(target: str, environ: WSGIEnvironment) -> Response:
    query = environ.get("QUERY_STRING", "")
    response = redirect(quote(target) + (f"?{query}" if query else ""), REDIRECT)
    response.headers["Cache-Control"] = "no-cache"
    return response
