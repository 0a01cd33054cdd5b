"""The built site, by address: which file answers, for which audience."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, TypeVar
from urllib.parse import quote

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from analytics.web.audience_cookie import read_audience
from analytics.web.cookies import CookieWriter
from analytics.web.log import ServiceLog
from analytics.web.send_file import send
from policy.manifest import Build, Damaged, File, NotBuilt, OtherForm, Stored
from policy.published import Published, Replaced
from policy.sections import section_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["NOT_FOUND", "PageServer", "Pages", "Trouble"]

NOT_FOUND = "/404.html"
FETCHES = ("GET", "HEAD")
REDIRECT = 308
"""Permanent, and the method stays (RFC 9110, section 15.4.9)."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a build is not served as it should be: the kind, and the version of its register where
    that is another than the running service's."""

    kind: str
    version: int = 0


Found = TypeVar("Found")


class Pages:
    """What is in `public/`, as the newest build that can be read has it.

    Each request looks a file up in one build, opens it, and looks again where that build was
    replaced meanwhile: an answer is never a mixture of two. Raises NotBuilt, Damaged or OtherForm
    (`policy.manifest`) where there is nothing to serve at the start.
    """

    def __init__(self, public: Path, register_version: int, log: ServiceLog) -> None:
        self._published = Published(public)
        self._version = register_version
        self._log = log
        self._told: Trouble | None = None
        self._telling = Lock()
        self._sections = _Sections(self)

    @property
    def build(self) -> Build:
        """The build that was read last."""
        return self._published.build

    @property
    def trouble(self) -> Trouble | None:
        """Why the newest build is not served as it should be; None where it is."""
        return self._told

    @property
    def is_of_another_register(self) -> bool:
        """Whether the pages promise what another version of the register says.

        Nothing may then be taken from a visitor of theirs: this process would keep it as its own
        version says. A restart or a reload ends it.
        """
        return self.build.register != self._version

    def asset(self, name: str) -> str:
        """The address of the asset `name`, with its fingerprint. Raises KeyError."""
        return self.build.assets[name]

    def refresh(self) -> Build:
        """The newest build that can be read. Says, once, what is wrong with one that cannot."""
        trouble: Trouble | None = None
        try:
            build = self._published.refresh()
        except (NotBuilt, Damaged, OtherForm) as fault:
            build, trouble = self.build, Trouble(type(fault).__name__)
        else:
            if build.register != self._version:
                trouble = Trouble("OtherRegister", build.register)
        if trouble != self._told:
            with self._telling:
                told, self._told = self._told, trouble
            if trouble != told:
                self._tell(trouble)
        return build

    def _tell(self, trouble: Trouble | None) -> None:
        if trouble is None:
            self._log.say("build taken up")
        elif trouble.version:
            self._log.say("reload due", version=trouble.version)
        else:
            self._log.say("build not readable", error=trouble.kind)

    def __contains__(self, permalink: object) -> bool:
        return permalink in self.build.pages

    @property
    def sections(self) -> Container[str]:
        """The sections of the pages, whatever build they are of."""
        return self._sections

    def answer(self, look_up: Callable[[Build], Found]) -> Found:
        """What `look_up` finds in the newest build, which was not replaced while it was opened."""
        build = self.refresh()
        while True:
            try:
                return look_up(build)
            except Replaced:
                build = self.refresh()

    def text(self, permalink: str, audience: str = "") -> str:
        """The HTML of a page, as an audience sees it, for one that must be rendered again.

        Raises KeyError.
        """

        def read(build: Build) -> str:
            stored = build.file(permalink, audience).plain
            with self._published.open(build, stored) as file:
                return file.read().decode("utf-8")

        return self.answer(read)

    def send(
        self,
        build: Build,
        file: File,
        environ: WSGIEnvironment,
        *,
        personal: bool = False,
        status: int = 200,
    ) -> Response:
        """An answer to GET or HEAD with a file of `build`.

        Raises Replaced where that is not the newest any more, FileNotFoundError where somebody
        removed the file by hand.
        """

        def opened(stored: Stored) -> IO[bytes]:
            return self._published.open(build, stored)

        return send(opened, file, environ, personal=personal, status=status)

    def not_found(self, environ: WSGIEnvironment) -> Response:
        """The page that says that there is no such page."""
        address = address_asked(environ)

        def look_up(build: Build) -> Response:
            file = build.files[not_found_address(build, address)]
            return self.send(build, file, environ, status=404)

        return self.answer(look_up)


def address_asked(environ: WSGIEnvironment) -> str:
    """The address that a request is for."""
    # PEP 3333: the path is decoded from its percent-encoding, then from bytes as Latin-1.
    path: str = environ["PATH_INFO"]
    return path.encode("latin-1").decode("utf-8", "replace")


def not_found_address(build: Build, address: str) -> str:
    """Where the page stands that says that there is no such address: that of the language whose
    folder the address is in, where it has one."""
    home = build.pages.get("/")
    for folder in home.translations.values() if home else ():
        if address.startswith(folder) and f"{folder[:-1]}{NOT_FOUND}" in build.files:
            return f"{folder[:-1]}{NOT_FOUND}"
    return NOT_FOUND


class _Sections:
    """The sections of the newest build's pages, found once for each build."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._known: tuple[Build | None, frozenset[str]] = None, frozenset()

    def __contains__(self, section: object) -> bool:
        build, (known, sections) = self._pages.build, self._known
        if known is not build:
            sections = frozenset(map(section_of, build.pages))
            self._known = build, sections
        return section in sections


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
            return _redirect(target) if target else None
        if environ["REQUEST_METHOD"] not in FETCHES:
            return MethodNotAllowed(FETCHES)
        return self._page(address, build, environ)

    def _page(self, address: str, build: Build, environ: WSGIEnvironment) -> Response:
        if address not in build.variants:
            return self._pages.send(build, build.files[address], environ)
        audience, bad = read_audience(self._cookies, environ) if self._cookies else ("", False)
        response = self._pages.send(build, build.file(address, audience), environ, personal=True)
        if bad and self._cookies:
            self._cookies.delete(response, "audience")
        return response


def _moved(build: Build, address: str, query: str) -> str | None:
    """Where an old address leads now, with its last slash or without, encoded and with the query;
    one that was part of the old address is gone with it."""
    moved = build.redirects
    if query and moved and (target := moved.get(f"{address}?{query}")):
        return quote(target)
    other = address[:-1] if address.endswith("/") else f"{address}/"
    target = moved.get(address) or moved.get(other)
    if target is None and not address.endswith("/") and other in build.files:
        target = other
    return quote(target) + (f"?{query}" if query else "") if target else None


def _redirect(target: str) -> Response:
    response = redirect(target, REDIRECT)
    response.headers["Cache-Control"] = "no-cache"
    return response
